// One replication that a plan wants: what is simulated, and for how long. Whoever runs trials may
// do so on as many threads as there are; nothing in their figures depends on it.
public import Basics
internal import CLIModel
internal import Metrics
internal import Policies
public import Scenarios
public import Simulation
internal import Workload

public struct Trial: Sendable {
  public var plan: RunPlan
  public var warmUp: Interval
  public var measure: Interval

  /// Often enough for a quick Ctrl-C: a twentieth of a second at full speed.
  private static let stride = 1 << 18

  public init(plan: RunPlan, warmUp: Interval, measure: Interval) {
    self.plan = plan
    self.warmUp = warmUp
    self.measure = measure
  }

  /// `report` is told of events now and then; false stops the trial, which then leaves nothing.
  public func run(_ report: (Int) -> Bool) -> Replication? {
    var simulator = Simulator(plan)
    guard pass(&simulator, until: .zero + warmUp, report) else { return nil }
    simulator.beginMeasurement(length: measure)
    guard pass(&simulator, until: .zero + warmUp + measure, report) else { return nil }
    return simulator.harvest()
  }

  private func pass(
    _ simulator: inout Simulator, until end: Instant, _ report: (Int) -> Bool
  ) -> Bool {
    while true {
      let before = simulator.events
      let done = simulator.run(through: end, budget: Trial.stride)
      if !report(simulator.events - before) { return false }
      if done { return true }
    }
  }
}

/// Runs trials, in the order given; nil: the run was stopped.
public typealias TrialRunner = @Sendable ([Trial]) -> [Replication]?

/// How long a trial of a scenario lasts, and how many of them a verdict may take.
public struct TrialLength: Sendable, Hashable {
  public var warmUp: Interval
  public var measure: Interval
  /// Turns of one trial, roughly.
  public var turns: Double
  /// Before the first verdict, and at most.
  public var first: Int
  public var most: Int
  /// Events of one trial, roughly: the unit of progress.
  public var events: Double

  /// The p95 of a lognormal answer is then known to 1.5 % from one trial.
  private static let turnsWanted = 10_000.0
  /// From here on one trial's own noise is below half a percent, and three show it.
  private static let manyTurns = 60_000.0

  public init(_ scenario: Scenario) {
    let forecast = VariantForecast(scenario.withoutHashing)
    let cycle =
      scenario.workload.arrivals == .closed
      ? scenario.workload.think.mean + (forecast.response ?? scenario.model.latency.mean)
      : forecast.response ?? scenario.model.latency.mean + 1
    let round = max(1, min(cycle, 3600))
    let pace = max(1e-6, forecast.throughput)
    // Six rounds: everybody has asked, waited and come back; queues near the knee need most of it.
    var start = 6 * round
    // Where sessions are evicted, or held by every server, the histories have to grow first.
    let isNear =
      scenario.app.sessions.limit.map { forecast.peakSessionsOnServer > 0.7 * Double($0) } ?? false
    if let length = scenario.workload.sessions.turns?.mean, isNear {
      start += min(length, 30) * round
    }
    if case .fixed(let length) = scenario.phases.warmUp { start = length.seconds }
    let least = 4 * round
    let wanted = max(least, TrialLength.turnsWanted / pace)
    let measured = min(max(wanted, 30), max(least, scenario.phases.measure.seconds))
    warmUp = Interval(seconds: start)
    measure = Interval(seconds: measured)
    turns = pace * measured
    events = pace * (start + measured) * RunPlan.eventsPerTurn
    if turns > TrialLength.manyTurns {
      first = 3
      most = 6
    } else if turns > 2 * TrialLength.turnsWanted {
      first = 6
      most = 12
    } else {
      first = 6
      most = 24
    }
  }
}
