// Everything one replication needs, resolved: the plans of the four machines, a seed, the names of
// people. A scenario gives one for each variant; tests build theirs by hand.
public import Basics
public import CLIModel
public import Policies
public import Workload

public struct RunPlan: Sendable {
  public var workload = WorkloadPlan()
  public var model = ModelPlan()
  public var fleet = FleetPlan()
  public var profile = CostProfile()
  public var app = GatewayPolicy()
  public var seed = Seed(1)
  /// A person's id as text: what sticky routing hashes and the access check reads.
  public var names: @Sendable (Int) -> String = { "user-\($0)" }
  /// Windows of the series kept over the measured time.
  public var windows = 120
  /// Whether coming events are looked at ahead of time; nil: where there are very many people. It
  /// changes nothing but the speed.
  public var looksAhead: Bool?
  /// Whether every turn and pause is written down; see `PlanLog`.
  package var keepsPlans = false

  public init() {}

  /// Turns asked for in a second by the workload at its start, if nothing slowed it down.
  public var offeredRate: Double {
    switch workload.arrivals {
    case .closed:
      let cycle =
        workload.think.mean + model.latency.mean + profile.turnBefore.cpu.mean
        + profile.turnAfter.cpu.mean
      return Double(workload.users * workload.tabs) / max(cycle, 1e-9)
    case .poisson(let curve), .constant(let curve): return curve.peak
    case .trace(let arrivals):
      guard let last = arrivals.last, last.at > .zero else { return 1 }
      return Double(arrivals.count) / last.at.seconds
    }
  }

  /// Pops of the event queue for one turn, roughly: arrival or wake-up, two pieces of work, the
  /// answer.
  public static let eventsPerTurn = 4.3

  /// The expected time between events, for the queue's first width.
  var spacing: Interval {
    Interval(seconds: min(10, 1 / max(1e-9, offeredRate * RunPlan.eventsPerTurn)))
  }
}

extension RateCurve {
  /// The highest rate of the curve.
  public var peak: Double {
    switch self {
    case .constant(let rate): rate
    case .pieces(let pieces): pieces.reduce(0) { max($0, $1.from, $1.to) }
    case .diurnal(let mean, let swing, _, _): mean * (1 + swing)
    }
  }
}
