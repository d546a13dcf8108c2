// One question of a plan, large enough to be worth a thread: a search, an event that a fleet has to
// stand, a capacity under a change. It knows where its answer belongs and how much work it is.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios
internal import Simulation

public struct PlanTask: Sendable {
  public enum Outcome: Sendable {
    case search(SearchResult)
    case whole([Probe])
    case survival(Survival)
    case capacity(Capacity)
    case curve(PriceCurve)
    case stopped
  }

  enum Slot: Sendable {
    case search(Int)
    case whole(Int)
    case survival(Int)
    case headroom(Int)
    case analysis(Int, Analysis.Slot)
  }

  let slot: Slot
  /// Events to simulate, roughly: the unit of progress.
  public let events: Double
  private let work: @Sendable (@escaping TrialRunner) -> Outcome

  init(_ slot: Slot, events: Double, work: @escaping @Sendable (@escaping TrialRunner) -> Outcome) {
    self.slot = slot
    self.events = events
    self.work = work
  }

  public func run(_ runner: @escaping TrialRunner) -> Outcome { work(runner) }

  /// A stable order among tasks of equal length.
  var place: Int {
    switch slot {
    case .search(let place), .whole(let place), .survival(let place), .headroom(let place): place
    case .analysis(let place, _): place
    }
  }

  // MARK: the smallest fleet

  /// The p95 of the fleet that is found is known this well.
  static let precision = 0.05

  static func search(_ answer: CandidateAnswer, place: Int) -> PlanTask {
    let candidate = answer.candidate
    let people = answer.users
    let quick = QuickSearch(candidate, users: people)
    let start = answer.quick.size ?? fallback(candidate, people, most: quick.most)
    let part = candidate.slice(users: people, size: start, people: Candidate.searchPeople)
    let length = TrialLength(part.candidate.scenario(users: part.users, size: part.size))
    // A guess on a slice, then about six sizes, and the last ones twice as well.
    let probes = candidate.isMonotone ? 7.0 : 11
    let events = length.events * Double(length.first) * probes
    return PlanTask(.search(place), events: events) { runner in
      var guess = start
      if answer.quick.size != nil {
        let solve = CapacitySolve(candidate, users: people, size: start)
        guard let capacity = solve.run(runner) else { return .stopped }
        if !capacity.isOutside {
          guess = Int(ceilingOf(Double(start) / capacity.factor))
        }
      }
      let prober = Prober(
        candidate: candidate, users: people, judge: Judge(candidate.template), runner: runner)
      // On a slice the hash deals to other servers than in the fleet: formulas look at it there.
      let isSliced = part.size != start
      var search = FleetSearch(
        guess: guess, most: quick.most, isMonotone: candidate.isMonotone,
        strain: isSliced ? nil : quick.occupancy.map { names in { names.strain(servers: $0) } },
        ask: { prober.probe($0) })
      var result = search.run()
      if isSliced, let size = result.size {
        result.exceptions = Array(Set(result.exceptions + quick.unbalanced(above: size))).sorted()
      }
      if result.ending == .found {
        guard finish(&result, prober, most: quick.most) else { return .stopped }
      }
      return .search(result)
    }
  }

  /// The found size is asked once more, for its p95 to be known and for enough clean days. Where
  /// one of them was not clean the next size is asked. False: stopped.
  private static func finish(_ result: inout SearchResult, _ prober: Prober, most: Int) -> Bool {
    guard let first = result.size else { return true }
    var last: Probe?
    let step = FleetSearch.tolerance(first)
    for size in stride(from: first, through: min(most, first + step * furtherSizes), by: step) {
      // Larger sizes that miss are known already.
      if result.exceptions.contains(size) { continue }
      guard let probe = prober.probe(size, precision: precision, isFinal: true) else {
        return false
      }
      result.replace(probe)
      last = probe
      if probe.verdict == .met { break }
    }
    if let last, last.verdict == .met {
      result.size = last.size
      let missed = result.probes.last { $0.size < last.size && $0.verdict == .missed }
      if let missed { result.lowest = max(result.lowest ?? 1, missed.size + 1) }
      result.exceptions.removeAll { $0 < last.size }
    } else {
      result.size = nil
      result.ending = .undecided
    }
    return true
  }

  /// A handful: with each more the chance of a broken day falls to a third or less.
  private static let furtherSizes = 6

  /// Where formulas find no size: one at which servers are two fifths busy.
  private static func fallback(_ candidate: Candidate, _ people: Int, most: Int) -> Int {
    var targets = FleetTargets()
    targets.utilisation = 0.4
    targets.waitProbability = nil
    let size = max(1, min(most, people))
    let bracket = FleetBracket(candidate.scenario(users: people, size: size), targets: targets)
    let serverTime = bracket.requirements.first { $0.resource == .serverTime }?.servers
    return max(1, min(most, serverTime ?? 4))
  }

  /// The found size as a whole fleet, and a little more where it does not hold.
  static func whole(_ answer: CandidateAnswer, place: Int) -> PlanTask {
    let candidate = answer.candidate
    let size = answer.size ?? 1
    let length = TrialLength(candidate.scenario(users: answer.users, size: size))
    return PlanTask(.whole(place), events: length.events * Double(length.first) * 1.5) { runner in
      let prober = Prober(
        candidate: candidate, users: answer.users, judge: Judge(candidate.template),
        runner: runner, isWhole: true)
      var probes: [Probe] = []
      for share in [0.0, 0.01, 0.03, 0.06] {
        guard let probe = prober.probe(size + Int(Double(size) * share)) else { return .stopped }
        probes.append(probe)
        if probe.verdict == .met { break }
      }
      // The sizes beside it are shown too; on a slice, as all of the search was.
      let slices = Prober(
        candidate: candidate, users: answer.users, judge: Judge(candidate.template), runner: runner)
      if let found = probes.last, found.size != size {
        for near in [found.size - 1, found.size + 1] {
          guard let probe = slices.probe(near) else { return .stopped }
          probes.insert(probe, at: 0)
        }
      }
      return .whole(probes)
    }
  }

  // MARK: what it has to stand

  static func survivals(_ answer: CandidateAnswer, place: Int) -> [PlanTask] {
    guard let size = answer.size else { return [] }
    let candidate = answer.candidate
    let judge = Judge(candidate.template).besideLoss
    let length = TrialLength(candidate.scenario(users: answer.users, size: size))
    let solve = CapacitySolve(candidate, users: answer.users, size: size)
    let headroom = PlanTask(.headroom(place), events: solve.events) { runner in
      solve.run(runner).map { .capacity($0) } ?? .stopped
    }
    let events: [FleetEvent] = [.lost(1), .lost(2), .deploy]
    return [headroom]
      + events.map { event in
        PlanTask(.survival(place), events: length.events * Double(length.first) * 2) { runner in
          if candidate.isIsolated {
            // The people of a lost host start again on the others.
            let away = event.away(of: size)
            return .survival(
              Survival(
                event: event, size: size + away, p95: nil, lostTurns: 0, failedTurns: 0,
                verdict: .met, isJudged: true))
          }
          let prober = Prober(
            candidate: candidate, users: answer.users, judge: judge, runner: runner, event: event,
            isWhole: true)
          return survive(event, prober, from: size)
        }
      }
  }

  private static func survive(_ event: FleetEvent, _ prober: Prober, from size: Int) -> Outcome {
    let away = event.away(of: size)
    var search = EventSearch(size: size, away: away, ask: { prober.probe($0) })
    // Where nothing is judged the figures of the event are still worth a look.
    let found = prober.judge.isEmpty ? prober.probe(max(size, away + 1)) : search.run()
    guard let probe = found else {
      return .stopped
    }
    let isMet = probe.verdict == .met && !prober.judge.isEmpty
    let runs = probe.runs.count
    return .survival(
      Survival(
        event: event, size: isMet ? probe.size : nil, p95: probe.p95,
        lostTurns: probe.runs.reduce(0) { $0 + $1.value(.turnsLost) } / max(1, runs),
        failedTurns: probe.runs.reduce(0) { $0 + $1.value(.turnsFailed) } / max(1, runs),
        verdict: prober.judge.isEmpty ? .undecided : probe.verdict,
        isJudged: !prober.judge.isEmpty))
  }
}

extension SearchResult {
  /// A better known probe, in the place of one of the same size.
  mutating func replace(_ probe: Probe) {
    probes.removeAll { $0.size == probe.size }
    probes.append(probe)
    probes.sort { $0.size < $1.size }
  }
}
