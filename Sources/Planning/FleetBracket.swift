// The bracket that a search for the smallest fleet starts from: for each resource the fewest
// servers that it alone would allow, by arithmetic, and the resource that binds. No queue is
// simulated, so the low end may be too small; a search goes on from the high end when that fails
// too.
internal import Basics
public import Scenarios
internal import Statistics

/// What a planner wants of a fleet.
public struct FleetTargets: Sendable, Hashable {
  /// Of a server's time and of a host's cores. At 0.8 waiting takes four times the service (M/M/1).
  public var utilisation = 0.8
  /// P(a turn waits) if all servers took from one queue, the best that any router can do; nil:
  /// none.
  public var waitProbability: Double? = 0.2
  /// With this chance no server has more sessions than its limit, under hashing.
  public var limitHeld = 0.95

  public init() {}
}

public struct Requirement: Sendable, Hashable {
  public enum Resource: String, Sendable, Hashable, CaseIterable {
    case ownProcess = "a process for each person"
    case serverTime = "server time"
    case hostCores = "cores of the hosts"
    case memory = "memory of the hosts"
    case sessionLimit = "session limit, evenly spread"
    case hashedSessionLimit = "session limit, hashed"
    case waiting = "waiting"
  }
  public let resource: Resource
  /// nil: no number of servers is enough, something else has to grow.
  public let servers: Int?
}

public struct FleetBracket: Sendable {
  public let requirements: [Requirement]
  /// The largest of what perfect balance and no waiting would need, and which resource that is.
  public let low: Int
  public let lowBinding: Requirement.Resource
  /// The largest of all requirements.
  public let high: Int
  public let highBinding: Requirement.Resource
  /// Where shared hosts have room for so many servers and no more.
  public let most: Int?

  /// More servers than anybody has; a search that gets here says that none are enough.
  private static let searchLimit = 1 << 20

  public init(_ scenario: Scenario, targets: FleetTargets = FleetTargets()) {
    self.init(FleetDemand(scenario), targets: targets)
  }

  public init(_ demand: FleetDemand, targets: FleetTargets = FleetTargets()) {
    precondition(
      targets.utilisation > 0 && targets.utilisation <= 1,
      "a utilisation of \(targets.utilisation)")
    let solver = BracketSolver(demand: demand, targets: targets, limit: FleetBracket.searchLimit)
    requirements = solver.requirements
    (low, lowBinding) = FleetBracket.largest(
      requirements.filter { $0.resource != .waiting && $0.resource != .hashedSessionLimit })
    (high, highBinding) = FleetBracket.largest(requirements)
    most = solver.most
  }

  /// Resources that no number of servers satisfies.
  public var unreachable: [Requirement.Resource] {
    requirements.filter { $0.servers == nil }.map(\.resource)
  }

  /// Some number of servers may do: nothing else has to grow, and the hosts have room for it.
  public var isFeasible: Bool { unreachable.isEmpty && low <= most ?? Int.max }

  private static func largest(_ requirements: [Requirement]) -> (Int, Requirement.Resource) {
    var best = (servers: 0, resource: Requirement.Resource.serverTime)
    for requirement in requirements {
      if let servers = requirement.servers, servers > best.servers {
        best = (servers, requirement.resource)
      }
    }
    return best
  }
}
