// What a scenario says about the fleet: how many CLI servers, on which hosts, over which storage,
// what happens to them on the way, and the model provider behind them.
public import Basics

public struct FleetPlan: Sendable, Hashable {
  public var servers = 1
  public var storage = StoragePlan()
  public var hosts = HostPlan()
  /// One message from app to server and its answer, on the network.
  public var roundTrip = Interval.zero
  /// nil: sessions are never swept, as the CLI's default is.
  public var idleTimeout: Interval?
  public var delayedAck = false
  public var compaction: CompactionPlan?
  public var changes: [FleetChange] = []

  /// Processes that one run holds, those that ended among them: an event has 16 bits for the number
  /// of a server, and no number is used twice.
  public static let mostServers = 1 << 16

  public init() {}
}

public struct StoragePlan: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable { case local, shared }
  public var kind = Kind.local
  /// Added to each create, resume and delete.
  public var latency = Distribution.fixed(0)
  public init() {}
}

public struct HostPlan: Sendable, Hashable {
  public enum WhenFull: String, Sendable, Hashable, CaseIterable {
    /// The kernel ends the largest process on the host; it starts again after `start`.
    case killLargest = "kill-largest"
    /// Nothing happens but the count: a what-if without the consequence.
    case count
  }
  /// nil: a host for each server.
  public var count: Int?
  public var cores = 2.0
  /// Bytes; nil: not limited.
  public var memory: Double?
  public var whenFull = WhenFull.killLargest
  public init() {}
}

public struct CompactionPlan: Sendable, Hashable {
  /// Share of the context window at which the background compaction starts.
  public var threshold = 0.8
  public init() {}
}

public struct FleetChange: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case add(Int)
    /// Drained: leaves the router, then stops.
    case remove(Int)
    /// Killed: unflushed turns are lost. Back after the interval, or never.
    case lose(Int, backAfter: Interval?)
  }
  public var at: Interval
  public var kind: Kind
  public init(at: Interval, kind: Kind) {
    self.at = at
    self.kind = kind
  }
}

public struct ModelPlan: Sendable, Hashable {
  /// Seconds from the request to the complete answer.
  public var latency = Distribution.fixed(0)
  /// Seconds to the first token, when streaming is of interest; nil: not reported.
  public var firstToken: Distribution?
  /// Tokens of an answer: a live provider spreads them evenly from the first to the end.
  public var tokens = Distribution.fixed(64)
  /// Share of calls that fail, and with which status.
  public var failureShare = 0.0
  public var failureStatus = 500
  public var rateLimit: RateLimit?
  public init() {}
}

public struct RateLimit: Sendable, Hashable {
  /// Calls per second that refill the bucket.
  public var rate = 1.0
  public var burst = 1
  /// Calls at once; nil: not limited.
  public var concurrent: Int?
  public init() {}
}
