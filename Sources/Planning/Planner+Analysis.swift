// The stages after the search: what the recommended fleet of each number of people is asked, and
// where the answers go. The last number of people is the plan's main question and gets everything;
// the others get what binds them and what moves them.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Scenarios
internal import Simulation
internal import Statistics
internal import Workload

extension Planner {
  mutating func beginAnalyses() {
    analyses = users.compactMap { people -> Analysis? in
      guard let place = ranking(for: people).first, let size = answers[place].size else {
        return nil
      }
      let changes = AnalysisChanges(
        answers[place].candidate, users: people, full: people == users.last)
      var analysis = Analysis(users: people, place: place, size: size, changes: changes)
      analysis.day = Planner.day(answers[place].candidate.template, users: people)
      return analysis
    }
  }

  func analysisTasks() -> [PlanTask] {
    var tasks: [PlanTask] = []
    for (place, analysis) in analyses.enumerated() {
      if analysis.users == users.last { tasks += curveTasks(place, analysis) }
      if isQuick { continue }
      let changes = analysis.changes
      func ask(_ slot: Analysis.Slot, _ candidate: Candidate?, _ judge: Judge? = nil) {
        guard let candidate else { return }
        tasks.append(capacity(place, slot, candidate, judge, analysis))
      }
      ask(.base, changes.candidate)
      for (index, change) in changes.relaxations.enumerated() {
        ask(.relaxed(index), change.candidate, change.judge)
      }
      if let change = changes.tighter { ask(.tighter, change.candidate, change.judge) }
      for (index, factor) in changes.factors.enumerated() {
        ask(.factor(index, high: false), factor.low)
        ask(.factor(index, high: true), factor.high)
      }
      for (index, change) in changes.profiles.enumerated() {
        ask(.profile(index), change.candidate)
      }
      for (index, drawn) in changes.draws.enumerated() { ask(.draw(index), drawn) }
      for (index, change) in changes.limits.enumerated() { ask(.limit(index), change.candidate) }
      for (index, change) in changes.routings.enumerated() {
        // Every server would hold every conversation: only where that is quick to try.
        if change.candidate.wanders, analysis.users > Candidate.slicePeople { continue }
        ask(.routing(index), change.candidate)
      }
    }
    return tasks.sorted { ($0.events, $1.place) > ($1.events, $0.place) }
  }

  /// With the strongest constraint eased: what binds then?
  func nextBindingTasks() -> [PlanTask] {
    if isQuick || stopped { return [] }
    return analyses.enumerated().flatMap { place, analysis -> [PlanTask] in
      guard let strongest = analysis.strongest else { return [] }
      let first = analysis.changes.relaxations[strongest]
      let onTop = AnalysisChanges(first.candidate, users: analysis.users, full: false)
      return onTop.relaxations.enumerated().compactMap { index, change -> PlanTask? in
        guard index != strongest else { return nil }
        // An eased expectation stays eased under the others.
        let judge = first.judge.map { eased in change.judge.map { eased.joined(with: $0) } ?? eased
        }
        return capacity(
          place, .relaxedNext(index), change.candidate, judge ?? change.judge, analysis)
      }
    }
  }

  private func capacity(
    _ place: Int, _ slot: Analysis.Slot, _ candidate: Candidate, _ judge: Judge?,
    _ analysis: Analysis
  ) -> PlanTask {
    let solve = CapacitySolve(
      candidate, users: analysis.users, size: analysis.size,
      judge: judge ?? Judge(analysis.changes.candidate.template))
    return PlanTask(.analysis(place, slot), events: solve.events) { runner in
      solve.run(runner).map { .capacity($0) } ?? .stopped
    }
  }

  mutating func take(_ capacity: Capacity, of task: PlanTask) {
    switch task.slot {
    case .headroom(let place): answers[place].headroom = capacity
    case .analysis(let place, let slot): analyses[place].take(capacity, slot)
    case .search, .whole, .survival: break
    }
  }

  // MARK: the day

  /// Conversations follow the load with a lag: for a sine and sessions of exponential length that
  /// number is known (M_t/M/infinity).
  static func day(_ scenario: Scenario, users: Int) -> DayAnswer? {
    let share = Double(users) / Double(scenario.workload.users)
    let curve: RateCurve
    switch scenario.workload.arrivals {
    case .poisson(let given), .constant(let given): curve = given
    case .closed, .trace: return nil
    }
    guard case .diurnal(let mean, let swing, let period, let shift) = curve else { return nil }
    let forecast = VariantForecast(scenario)
    let turns = scenario.workload.sessions.turns?.mean ?? 1
    let answer = forecast.response ?? scenario.model.latency.mean
    let stay =
      scenario.workload.arrivalBrings == .visit
      ? turns * (scenario.workload.think.mean + answer) : answer
    let wave = DailyWave(
      meanRate: mean * share, amplitude: swing, period: period.seconds, meanStay: stay)
    let quarter = period.seconds / 4
    return DayAnswer(
      peakAt: shift.seconds + quarter, peakRate: wave.arrivalRate(at: quarter),
      meanRate: mean * share, openAtPeak: wave.meanOpen(at: quarter), openMost: wave.peakOpen,
      lag: wave.lag)
  }
}

extension Judge {
  /// Both of two changed sets of expectations: the more lenient bound of each.
  func joined(with other: Judge) -> Judge {
    var joined = self
    for (index, pair) in zip(expectations, other.expectations).enumerated() {
      let (mine, others) = pair
      let isUpper = mine.comparison == .below || mine.comparison == .atMost
      let bound = isUpper ? max(mine.bound, others.bound) : min(mine.bound, others.bound)
      joined.expectations[index] = mine.with(bound: bound)
    }
    return joined
  }
}
