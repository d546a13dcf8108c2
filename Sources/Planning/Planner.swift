// From a scenario and numbers of people to a plan: which questions to ask of the simulator, in
// which order, and what the answers come to. It decides and holds no thread: whoever runs it takes
// a stage of tasks, runs them in any order on as many threads as there are, and hands the outcomes
// back in the order of the tasks. So a plan does not depend on the number of threads.
internal import Basics
internal import CLIModel
public import Scenarios
internal import Simulation
internal import Workload

public struct Planner: Sendable {
  public let file: ScenarioFile
  public let users: [Int]
  public let prices: PriceList?
  public let isQuick: Bool
  let candidates: [Candidate]
  public let notes: [String]

  /// For each number of people in turn, each candidate.
  public internal(set) var answers: [CandidateAnswer]
  public internal(set) var analyses: [Analysis]
  public private(set) var stopped = false
  private var stage = Stage.search

  enum Stage { case search, whole, survival, analysis, next, done }

  /// - quick: closed forms alone, no simulation.
  public init(_ file: ScenarioFile, users: [Int], prices: PriceList?, quick: Bool) {
    let set = CandidateSet(file)
    self.file = file
    self.users = users
    self.prices = prices
    isQuick = quick
    candidates = set.candidates
    notes = set.notes
    answers = []
    analyses = []
  }

  /// Why there is nothing to plan; nil: there is.
  public var refusal: String? {
    if candidates.isEmpty { return "no candidate is left: \(notes.joined(separator: "; "))" }
    if file.base.expectations.isEmpty {
      return "the scenario expects nothing, so any fleet would do: state what must hold under "
        + "expect:, for example turn.response.p95 < 4s"
    }
    return nil
  }

  public func answers(for people: Int) -> [CandidateAnswer] {
    answers.filter { $0.users == people }
  }

  // MARK: stages

  /// Empty when everything has been asked.
  public mutating func nextStage() -> [PlanTask] {
    if stopped { return [] }
    switch stage {
    case .search:
      if answers.isEmpty { startWithFormulas() }
      stage = .whole
      return isQuick ? nextStage() : searchTasks()
    case .whole:
      stage = .survival
      let tasks = isQuick ? [] : wholeTasks()
      return tasks.isEmpty ? nextStage() : tasks
    case .survival:
      stage = .analysis
      return isQuick ? nextStage() : survivalTasks()
    case .analysis:
      stage = .next
      beginAnalyses()
      let tasks = analysisTasks()
      return tasks.isEmpty ? nextStage() : tasks
    case .next:
      stage = .done
      return nextBindingTasks()
    case .done: return []
    }
  }

  public mutating func take(_ outcomes: [(PlanTask, PlanTask.Outcome)]) {
    for (task, outcome) in outcomes {
      switch outcome {
      case .search(let result): take(result, of: task)
      case .whole(let probes): take(whole: probes, of: task)
      case .survival(let survival):
        if case .survival(let place) = task.slot { answers[place].survivals.append(survival) }
      case .capacity(let capacity): take(capacity, of: task)
      case .curve(let curve):
        if case .analysis(let place, .curve) = task.slot { analyses[place].curves.append(curve) }
      case .stopped: stopped = true
      }
    }
  }

  /// Events of the stages still to come, roughly, for the time left: before a search nobody knows
  /// what it will find, so the formulas' sizes stand for it.
  public var eventsAhead: Double {
    if isQuick || stopped { return 0 }
    var events = 0.0
    for people in users {
      guard let best = answers(for: people).first(where: { $0.size != nil }), let size = best.size
      else { continue }
      let solve = CapacitySolve(best.candidate, users: people, size: size).events
      let isLast = people == users.last
      if stage == .whole || stage == .survival {
        let trial = TrialLength(best.candidate.scenario(users: people, size: size))
        let many = trial.events > Planner.longTrial
        let count = many ? 1.0 : Double(answers(for: people).filter { $0.size != nil }.count)
        events += count * (solve + 6 * Double(trial.first) * trial.events)
      }
      if stage != .next && stage != .done {
        events += solve * (isLast ? 9 + 12 + Double(AnalysisChanges.drawCount) + 12 : 9)
      }
      if stage != .done { events += solve * 8 }
    }
    return events
  }

  /// A quarter of a second of one core.
  static let longTrial = 1e6

  // MARK: the first answers

  private mutating func startWithFormulas() {
    for people in users {
      for candidate in candidates {
        var answer = CandidateAnswer(
          users: people, candidate: candidate, basis: .closedForms, ending: .found, quick: .init())
        if let reason = candidate.refusal(users: people) {
          answer.ending = .impossible
          answer.obstacle = reason
        } else {
          answer.quick = QuickSearch(candidate, users: people).run()
          answer.size = answer.quick.size
          answer.lowest = answer.quick.size
          if answer.size == nil {
            answer.ending = .impossible
            answer.obstacle = answer.quick.obstacle
          } else {
            price(&answer)
          }
        }
        answers.append(answer)
      }
    }
  }

  private func searchTasks() -> [PlanTask] {
    let tasks = answers.indices.compactMap { place -> PlanTask? in
      let answer = answers[place]
      guard answer.candidate.refusal(users: answer.users) == nil, answer.isWorthSimulating else {
        return nil
      }
      return PlanTask.search(answer, place: place)
    }
    // Long ones first, so that no thread is left alone with one at the end.
    return tasks.sorted { ($0.events, $1.place) > ($1.events, $0.place) }
  }

  private mutating func take(_ result: SearchResult, of task: PlanTask) {
    guard case .search(let place) = task.slot else { return }
    answers[place].basis = .simulated
    answers[place].ending = result.ending
    answers[place].size = result.size
    answers[place].lowest = result.lowest
    answers[place].probes = result.probes
    answers[place].exceptions = result.exceptions
    if result.ending == .stopped { stopped = true }
    if result.size == nil { answers[place].obstacle = obstacle(result, answers[place]) }
    price(&answers[place])
  }

  /// What was missed by the largest fleet that was tried.
  private func obstacle(_ result: SearchResult, _ answer: CandidateAnswer) -> String? {
    guard let last = result.probes.last else { return nil }
    let missed = last.figures.filter { $0.verdict == .missed }
    guard let first = missed.first ?? last.figures.first else { return nil }
    return first.text
  }

  private func price(_ answer: inout CandidateAnswer) {
    let candidate = answer.candidate
    if let probe = answer.chosen {
      answer.resources = FleetResources(candidate, users: answer.users, probe: probe)
    } else if let size = answer.size {
      answer.resources = FleetResources(candidate, users: answer.users, forecastOf: size)
    }
    answer.cost = answer.size.flatMap { cost(answer, at: $0) }
  }

  /// What a fleet of another size costs with the same load on it. Load balancer, Redis, traffic and
  /// what lies on disks do not grow with a server; nil: nothing is known of the fleet, or no
  /// prices.
  func cost(_ answer: CandidateAnswer, at size: Int) -> FleetCost? {
    guard let resources = answer.resources, let prices else { return nil }
    let hosts = answer.candidate.template.fleet.hosts
    return FleetCost(
      resources.resized(to: size, of: answer.candidate), cores: hosts.cores, memory: hosts.memory,
      users: answer.users, prices: prices)
  }

  // MARK: the whole fleet

  /// Slices stood for large fleets in the search; the best two are held against the whole.
  private func wholeTasks() -> [PlanTask] {
    users.flatMap { people in
      ranking(for: people).prefix(2).compactMap { place -> PlanTask? in
        let answer = answers[place]
        guard let probe = answer.chosen, probe.scale > 1, !answer.candidate.isIsolated else {
          return nil
        }
        return PlanTask.whole(answer, place: place)
      }
    }
  }

  /// Sizes tried as a whole, the last of which met the expectations or was the last to be tried.
  private mutating func take(whole probes: [Probe], of task: PlanTask) {
    guard case .whole(let place) = task.slot, let last = probes.last else { return }
    for probe in probes {
      answers[place].probes.removeAll { $0.size == probe.size }
      answers[place].probes.append(probe)
    }
    answers[place].probes.sort { $0.size < $1.size }
    answers[place].size = last.size
    if last.verdict != .met {
      answers[place].ending = .undecided
      answers[place].size = nil
      answers[place].obstacle = obstacle(
        SearchResult(ending: .undecided, size: nil, lowest: nil, probes: [last]), answers[place])
    }
    price(&answers[place])
  }

  // MARK: lost servers, a deploy, head-room

  /// Every candidate where that is quick, else the best few.
  private func survivalTasks() -> [PlanTask] {
    users.flatMap { people -> [PlanTask] in
      let ranked = ranking(for: people)
      let length = ranked.first.map { place -> Double in
        let answer = answers[place]
        return TrialLength(answer.candidate.scenario(users: people, size: answer.size ?? 1)).events
      }
      let wanted = length ?? 0 > Planner.longTrial ? Array(ranked.prefix(1)) : ranked
      return wanted.flatMap { place in PlanTask.survivals(answers[place], place: place) }
    }
  }

  /// Found fleets, the best first: by money where every one has a price, else by cores.
  func ranking(for people: Int) -> [Int] {
    let all = answers.indices.filter { answers[$0].users == people && answers[$0].isFound }
    // What formulas say does not compete with what was simulated.
    let simulated = all.filter { answers[$0].basis == .simulated }
    let found = simulated.isEmpty ? all : simulated
    let hasMoney = found.allSatisfy { answers[$0].cost?.month != nil }
    func weight(_ place: Int) -> Double {
      let answer = answers[place]
      if hasMoney, let month = answer.cost?.month { return month }
      return answer.resources?.cores ?? .infinity
    }
    return found.sorted { a, b in
      let (one, other) = (weight(a), weight(b))
      if one != other { return one < other }
      let (first, second) = (answers[a].p95 ?? .infinity, answers[b].p95 ?? .infinity)
      return first != second ? first < second : a < b
    }
  }

  public func recommended(for people: Int) -> CandidateAnswer? {
    ranking(for: people).first.map { answers[$0] }
  }
}

extension CandidateAnswer {
  public var p95: Double? { chosen?.p95 ?? quick.responseP95 }

  /// More conversations on more servers than this take longer to simulate than anybody waits; the
  /// formulas then answer alone, and the answer says so.
  private static let mostResidencies = 4e6

  var isWorthSimulating: Bool {
    if candidate.wanders {
      let servers = Double(quick.size ?? Int.max / 2)
      let sessions = Double(users * candidate.template.workload.sessions.perUser)
      return servers * sessions <= CandidateAnswer.mostResidencies
    }
    return true
  }
}
