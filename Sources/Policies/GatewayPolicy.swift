// What a scenario says about the customer's backend. Each choice is a closed enum: the guide's own
// behaviour and the safer ones differ by one named value. Words of the scenario file are the raw
// values.
public import Basics

public struct GatewayPolicy: Sendable, Hashable {
  /// Copies of the backend; each has its own pool, router, session manager and lock client.
  public var instances = 1
  /// Which copy a request of a person reaches.
  public var balance = InstanceBalance.byUser
  public var pattern = Pattern.shared
  public var routing = Routing.stickyModulo
  /// What the routing key is made of.
  public var routeBy = RouteKey.user
  /// Whether a resident session still asks the router.
  public var routeEvery = RouteMoment.turn
  /// For bounded-load routing: no server above this multiple of the mean.
  public var loadBound = 1.25
  public var pool = PoolPolicy()
  public var sessions = SessionPolicy()
  public var access = AccessPolicy()
  public var lock = LockPolicy()
  /// The SDK's `sendAndWait` gives up after this long; the turn itself goes on.
  public var timeout = Interval.seconds(60)
  /// nil: a dead server stays in the router's list, as in the guide.
  public var healthCheck: Interval?
  public var cleanUp: CleanUpPolicy?

  public init() {}
}

public enum Pattern: String, Sendable, Hashable, CaseIterable {
  /// 1: a CLI process for each person.
  case isolated
  /// 2: shared CLI servers, a session id for each conversation.
  case shared
  /// 3: sessions shared by several people, guarded by a lock.
  case collaborative
}

public enum InstanceBalance: String, Sendable, Hashable, CaseIterable {
  case byUser = "by-user"
  case roundRobin = "round-robin"
  case random
}

public enum Routing: String, Sendable, Hashable, CaseIterable {
  case roundRobin = "round-robin"
  case stickyModulo = "sticky-modulo"
  case rendezvous
  case boundedLoad = "bounded-load"
  case leastActive = "least-active"
  case twoChoices = "two-choices"
  case random
  /// A load balancer between app and fleet decides, by connection: a copy of the backend has one.
  case external
}

public enum RouteKey: String, Sendable, Hashable, CaseIterable { case user, session }
public enum RouteMoment: String, Sendable, Hashable, CaseIterable { case turn, session }

public struct PoolPolicy: Sendable, Hashable {
  public enum Spawn: String, Sendable, Hashable, CaseIterable {
    case guide
    case singleFlight = "single-flight"
  }
  public enum Release: String, Sendable, Hashable, CaseIterable {
    case never
    case sessionEnd = "session-end"
    case idle
  }
  public enum Stop: String, Sendable, Hashable, CaseIterable {
    /// `client.stop()` on an external server closes the connection and leaves the process running.
    case disconnect
    case kill
  }
  public var spawn = Spawn.guide
  public var release = Release.never
  public var idle = Interval.seconds(600)
  public var stop = Stop.disconnect
  public enum Ports: String, Sendable, Hashable, CaseIterable {
    /// Whatever is free: the process asks for port 0.
    case system
    /// `nextPort++`, as the guide's pool does: no port is used twice, and 65535 is the last.
    case counted
  }
  public var ports = Ports.system
  public var firstPort = 5000

  public init() {}
}

public struct SessionPolicy: Sendable, Hashable {
  public enum Scope: String, Sendable, Hashable, CaseIterable { case instance, server }
  public enum Evict: String, Sendable, Hashable, CaseIterable {
    case oldest, lru
    case oldestPinned = "oldest-pinned"
    case lruPinned = "lru-pinned"
  }
  public enum Overflow: String, Sendable, Hashable, CaseIterable {
    /// Size check, await the eviction, await the creation, then insert: the guide's order.
    case guide
    /// Take the slot before the first await; callers of one id share one creation.
    case reserve
  }
  public enum Reopen: String, Sendable, Hashable, CaseIterable {
    /// The guide's SessionManager calls `createSession`, which empties the memory of an existing
    /// id.
    case create
    case resume
  }
  public enum Missing: String, Sendable, Hashable, CaseIterable {
    /// Start an empty conversation under the same id: the person's context is gone.
    case create
    /// The request fails, as the guide's message handler does.
    case fail
  }
  public enum WhenBusy: String, Sendable, Hashable, CaseIterable { case wait, reject }

  /// nil: no limit.
  public var limit: Int?
  public var scope = Scope.instance
  public var evict = Evict.oldest
  public var overflow = Overflow.guide
  public var reopen = Reopen.resume
  /// When a resume finds no session.
  public var missing = Missing.create
  /// With pins, when every resident session is in a turn.
  public var whenBusy = WhenBusy.wait
  /// The manager lets go of a session unused for this long; nil: never.
  public var idleTimeout: Interval?

  public init() {}
}

public struct AccessPolicy: Sendable, Hashable {
  public enum Check: String, Sendable, Hashable, CaseIterable { case none, prefix, owner }
  public enum Naming: String, Sendable, Hashable, CaseIterable {
    case dateNow = "date-now"
    case unique
  }
  public var check = Check.none
  public var naming = Naming.unique

  public init() {}
}

public struct LockPolicy: Sendable, Hashable {
  public enum Backend: String, Sendable, Hashable, CaseIterable { case memory, redis }
  public enum Acquire: String, Sendable, Hashable, CaseIterable {
    case failFast = "fail-fast"
    case retry, fifo
  }
  public enum Release: String, Sendable, Hashable, CaseIterable {
    case getThenDelete = "get-then-delete"
    case compareAndDelete = "compare-and-delete"
  }
  public enum Guard: String, Sendable, Hashable, CaseIterable {
    case collaborative, always, never
  }
  public var backend = Backend.memory
  /// Which turns take the lock: only those on shared sessions, all, or none.
  public var covers = Guard.collaborative
  public var ttl = Interval.seconds(300)
  public var acquire = Acquire.failFast
  public var release = Release.getThenDelete
  /// Extend the lock at a third of its TTL while the turn runs.
  public var renew = false
  /// Refuse at the session a turn whose token is older than one already accepted.
  public var fencing = false
  /// One command to the backend and back. Zero in memory.
  public var roundTrip = Interval.zero
  /// Pause before the second attempt; it doubles up to `retryMaximum`, with full jitter.
  public var retryInitial = Interval.milliseconds(100)
  public var retryMaximum = Interval.seconds(5)
  /// Give up waiting (retry, fifo) after this long.
  public var patience = Interval.seconds(60)

  public init() {}
}

public struct CleanUpPolicy: Sendable, Hashable {
  public var every = Interval.seconds(3600)
  /// Delete sessions whose last turn is older than this.
  public var olderThan = Interval.seconds(86_400)

  public init() {}
}
