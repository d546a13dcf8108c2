// From a scenario's variants to one result: which replications to run, and what they say together.
// It decides and holds no thread: whoever runs it takes a batch of tasks, runs them in any order on
// as many threads as there are, and hands the outcomes back. Batches do not depend on the number of
// threads, so neither does the result.
public import Basics
internal import Metrics
public import Scenarios
internal import Statistics
internal import Workload

public struct Campaign {
  public struct Task: Sendable {
    enum Kind: Sendable {
      /// Watches responses to find the end of the warm-up.
      case pilot(length: Interval)
      case replication(Int, warmUp: Interval)
    }
    let variant: Int
    let kind: Kind
    let plan: RunPlan
    let measure: Interval
    /// Simulated time of the task: the unit of progress.
    public var length: Interval {
      switch kind {
      case .pilot(let length): length
      case .replication(_, let warmUp): warmUp + measure
      }
    }
  }

  public enum Outcome: Sendable {
    case warmUp(Interval?)
    case replication(Replication)
    /// Stopped in the middle: what there is, from the end of the warm-up or else from the start;
    /// nil if it had not begun.
    case stopped(Replication?, warmedUp: Bool)
  }

  struct Progress {
    var scenario: Scenario
    var warmUp: Interval?
    var pilotLength: Interval
    var pilots = 0
    var tooShort = false
    var replications: [Replication] = []
    var partial: Replication?
    /// The partial figures count from the start of the run, not from the end of the warm-up.
    var partialIsRaw = false
  }

  let file: ScenarioFile
  var variants: [Progress]
  public private(set) var stopped = false
  public private(set) var eventsRun = 0

  /// Pilots double their length this often before they give up finding a steady state.
  static let mostPilots = 4

  public init(_ file: ScenarioFile, variants scenarios: [Scenario]) {
    self.file = file
    variants = scenarios.map { scenario in
      var progress = Progress(scenario: scenario, pilotLength: scenario.phases.measure)
      switch scenario.phases.warmUp {
      case .fixed(let length): progress.warmUp = length
      // A load that changes over time has no steady state: each replication is one such day, from
      // its start.
      case .auto: progress.warmUp = scenario.workload.arrivals.isSteady ? nil : .zero
      }
      return progress
    }
  }

  // MARK: what to run next

  /// Empty when everything has been said.
  public func nextBatch() -> [Task] {
    if stopped { return [] }
    let pilots = variants.indices.filter { variants[$0].warmUp == nil }.map { pilot($0) }
    if !pilots.isEmpty { return pilots }
    // All variants measure the same stretch of time, else common random numbers would not be
    // common.
    let warmUp = commonWarmUp
    let wanted = variants.map { self.wanted($0) }
    // Replication by replication, so that a run that is stopped has figures for all variants.
    let numbers = wanted.filter { !$0.isEmpty }
    guard let first = numbers.map(\.lowerBound).min(), let end = numbers.map(\.upperBound).max()
    else { return [] }
    return (first..<end).flatMap { number in
      variants.indices.filter { wanted[$0].contains(number) }
        .map { replication($0, number, warmUp: warmUp) }
    }
  }

  var commonWarmUp: Interval { variants.reduce(.zero) { max($0, $1.warmUp ?? .zero) } }

  private func pilot(_ index: Int) -> Task {
    var plan = RunPlan(variants[index].scenario)
    // A stream of its own: a replication that had been looked at before would not be independent.
    plan.seed = plan.seed.replication(-1)
    return Task(
      variant: index, kind: .pilot(length: variants[index].pilotLength), plan: plan,
      measure: variants[index].scenario.phases.measure)
  }

  private func replication(_ index: Int, _ number: Int, warmUp: Interval) -> Task {
    var plan = RunPlan(variants[index].scenario)
    plan.seed = plan.seed.replication(number)
    return Task(
      variant: index, kind: .replication(number, warmUp: warmUp), plan: plan,
      measure: variants[index].scenario.phases.measure)
  }

  /// The replications a variant still wants: the first ones, then as many as its precision asks
  /// for.
  private func wanted(_ progress: Progress) -> Range<Int> {
    let done = progress.replications.count
    let settings = progress.scenario.run
    if done < settings.replications { return done..<settings.replications }
    guard let precision = settings.precision, done < settings.maxReplications else { return 0..<0 }
    let means = progress.replications.compactMap { $0.time(.turnResponse).mean }
    let rule = SequentialStopping(
      relativeError: precision, first: max(2, settings.replications), most: settings.maxReplications
    )
    guard case .more(let count) = rule.outcome(Replications(means)) else { return 0..<0 }
    return done..<min(settings.maxReplications, done + max(1, min(count, done)))
  }

  // MARK: what came back

  public mutating func take(_ outcomes: [(Task, Outcome)]) {
    for (task, outcome) in outcomes {
      switch outcome {
      case .warmUp(let found): take(pilot: found, of: task)
      case .replication(let replication):
        eventsRun += replication.events
        variants[task.variant].replications.append(replication)
      case .stopped(let partial, let warmedUp):
        stopped = true
        if let partial { take(partial: partial, warmedUp: warmedUp, of: task.variant) }
      }
    }
  }

  /// One that had begun to measure is worth more than one that had not, and any more than none.
  private mutating func take(partial: Replication, warmedUp: Bool, of variant: Int) {
    let isFirst = variants[variant].partial == nil
    guard isFirst || (variants[variant].partialIsRaw && warmedUp) else { return }
    variants[variant].partial = partial
    variants[variant].partialIsRaw = !warmedUp
  }

  private mutating func take(pilot found: Interval?, of task: Task) {
    let index = task.variant
    variants[index].pilots += 1
    if let found {
      variants[index].warmUp = found
    } else if variants[index].pilots < Campaign.mostPilots {
      variants[index].pilotLength = variants[index].pilotLength * 2
    } else {
      variants[index].tooShort = true
      variants[index].warmUp = task.length * 0.5
    }
  }
}

extension Campaign.Task {
  /// `report` is told of progress now and then (simulated time and events since it was last told);
  /// false stops the task.
  public func run(_ report: (Interval, Int) -> Bool) -> Campaign.Outcome {
    var simulator = Simulator(plan)
    switch kind {
    case .pilot(let length):
      simulator.observeResponses()
      guard pass(&simulator, until: .zero + length, report) else {
        return .stopped(simulator.harvest(), warmedUp: false)
      }
      return .warmUp(simulator.warmUpFound)
    case .replication(let number, let warmUp):
      guard
        number == 0
          ? leadIn(&simulator, warmUp, report) : pass(&simulator, until: .zero + warmUp, report)
      else {
        return .stopped(simulator.harvest(), warmedUp: false)
      }
      simulator.beginMeasurement(length: measure, detailed: number == 0)
      guard pass(&simulator, until: .zero + warmUp + measure, report) else {
        return .stopped(simulator.harvest(), warmedUp: true)
      }
      return .replication(simulator.harvest())
    }
  }

  /// The warm-up of the replication that a page shows.
  private func leadIn(
    _ simulator: inout Simulator, _ warmUp: Interval, _ report: (Interval, Int) -> Bool
  ) -> Bool {
    let instants = LeadIn.instants(warmUp: warmUp, measure: measure, windows: plan.windows)
    for (place, instant) in instants.enumerated() {
      guard pass(&simulator, until: instant, report) else { return false }
      if place == 0 {
        simulator.beginLeadIn(step: instants[1] - instants[0])
      } else {
        simulator.endLeadInWindow()
      }
    }
    return pass(&simulator, until: .zero + warmUp, report)
  }

  /// Often enough for a smooth line and a quick Ctrl-C: a twentieth of a second at full speed.
  private static var stride: Int { 1 << 19 }

  private func pass(
    _ simulator: inout Simulator, until end: Instant, _ report: (Interval, Int) -> Bool
  ) -> Bool {
    while true {
      let before = (simulator.now, simulator.events)
      let done = simulator.run(through: end, budget: Self.stride)
      if !report(simulator.now - before.0, simulator.events - before.1) { return done }
      if done { return true }
    }
  }
}

extension RunPlan {
  public init(_ scenario: Scenario) {
    self.init()
    workload = scenario.workload
    model = scenario.model
    fleet = scenario.fleet
    profile = scenario.profile
    app = scenario.app
    seed = scenario.seed
    let ids = scenario.userIDs
    names = { ids.name(of: $0) }
  }
}

extension Arrivals {
  /// Whether the load keeps its law over time, so that a steady state can exist.
  var isSteady: Bool {
    switch self {
    case .closed, .poisson(.constant), .constant(.constant): true
    case .poisson, .constant, .trace: false
    }
  }
}

extension Simulator {
  mutating func observeResponses() { series.observes = true }

  /// How long the start-up shows in the responses; nil: longer than this run can tell.
  var warmUpFound: Interval? {
    switch series.observed.warmUp() {
    case .ends(let truncation): truncation.time - .zero
    case .tooShort: nil
    }
  }
}
