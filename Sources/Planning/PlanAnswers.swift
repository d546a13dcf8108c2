// What a plan comes to, as values: for each number of people and each candidate the smallest fleet
// and what it needs, and for the chosen one what binds it, what moves it and how sure that is.
// PlanReport+JSON writes them down; nothing here is computed.
internal import Metrics
internal import Scenarios

public struct CandidateAnswer: Sendable {
  public enum Basis: String, Sendable, Hashable {
    case simulated
    case closedForms = "closed-forms"
  }

  public var users: Int
  public var candidate: Candidate
  public var basis: Basis
  public var ending: SearchResult.Ending
  /// Servers, or hosts for pattern 1.
  public var size: Int?
  /// The low end of the interval; `size` is its high end.
  public var lowest: Int?
  public var probes: [Probe] = []
  public var exceptions: [Int] = []
  /// Why there is no size, in words.
  public var obstacle: String?
  public var quick: QuickAnswer
  public var survivals: [Survival] = []
  public var resources: FleetResources?
  public var cost: FleetCost?
  /// People that the found fleet bears, over those it is asked for.
  public var headroom: Capacity?

  public var chosen: Probe? { size.flatMap { size in probes.first { $0.size == size } } }
  public var isFound: Bool { ending == .found && size != nil }
}

/// A fleet that stands an event: what the expectations that an event leaves possible still allow.
public struct Survival: Sendable {
  public var event: FleetEvent
  /// nil: not found within the sizes looked at.
  public var size: Int?
  public var p95: Double?
  public var lostTurns: Int
  public var failedTurns: Int
  public var verdict: Verdict
  /// False: nothing is expected that a lost server leaves possible, so no size is asked for.
  public var isJudged: Bool
}

/// A constraint that was eased by a tenth, and the fleet that is then enough.
public struct Relaxation: Sendable, Hashable {
  public var name: String
  /// Servers, as a real number; nil: the load did not matter within the range looked at.
  public var servers: Double?
  /// Servers saved, as a share.
  public var gain: Double
}

public struct BindingAnswer: Sendable, Hashable {
  /// Without any relaxation, as a real number.
  public var servers: Double
  /// From the most to the least gain.
  public var relaxations: [Relaxation]
  /// With the first one eased, the next.
  public var next: [Relaxation]
}

/// One bar of the tornado.
public struct Sensitivity: Sendable, Hashable {
  public var factor: String
  public var low: String
  public var high: String
  public var serversAtLow: Double?
  public var serversAtHigh: Double?
  /// Where the factor has no effect here, and why.
  public var note: String?

  public func swing(from servers: Double) -> Double {
    max(abs((serversAtLow ?? servers) - servers), abs((serversAtHigh ?? servers) - servers))
  }
}

public struct UncertaintyAnswer: Sendable, Hashable {
  /// Sorted: the fleet for each drawn profile, as a real number.
  public var servers: [Double]
  public var assumption: String
  public var assumed: [String]

  public func quantile(_ p: Double) -> Double? {
    guard !servers.isEmpty else { return nil }
    let place = Int(Double(servers.count - 1) * p + 0.5)
    return servers[place]
  }
}

public struct CurvePoint: Sendable, Hashable {
  public var x: Double
  public var label: String
  public var servers: Double?
  public var month: Double?
}

/// What a property costs: servers (or money) with it, against without.
public struct PriceCurve: Sendable, Hashable {
  public var name: String
  public var xName: String
  public var basis: CandidateAnswer.Basis
  public var lines: [Line]

  public struct Line: Sendable, Hashable {
    public var name: String
    public var points: [CurvePoint]
  }
}

/// What more would cost: another nine of availability, another 100 ms.
public struct NextStep: Sendable, Hashable {
  public var name: String
  public var servers: Double?
  public var extraServers: Double?
  public var extraMonth: Double?
  public var note: String
}

public struct DayAnswer: Sendable, Hashable {
  public var peakAt: Double
  public var peakRate: Double
  public var meanRate: Double
  /// Conversations open when the load is highest, and at their own peak, which comes later.
  public var openAtPeak: Double
  public var openMost: Double
  public var lag: Double
}

public struct Recommendation: Sendable, Hashable {
  public var users: Int
  public var candidate: String?
  public var sentences: [String]
  public var reasons: [String]
  public var changes: [String]
}
