// The hazards of the guide's code: what goes wrong, in which race it shows, and the same race with
// the cure. Names are a contract of the command line and of results.

internal import Policies

public struct Hazard: Sendable {
  public enum Variant: String, Sendable, CaseIterable { case guide, safe }

  public let name: String
  public let promise: Promise
  /// How it comes about, in the guide's own terms.
  public let cause: String
  public let cure: String
  let guide: HazardProgram
  let safe: HazardProgram
  /// The same with more callers, for schedules by chance.
  let largeGuide: HazardProgram
  let largeSafe: HazardProgram
  public let odds: HazardOdds.Formula
  /// Under `scenarios/hazards/`, without its ending: variant `base` is the guide, `safe` the cure.
  public let scenario: String
  /// What counts it in a result of that scenario.
  public let metric: String
  /// And how often it had the occasion, so that runs of any length and load can be compared.
  public let occasion: Occasion

  /// What the odds are per, as results count it.
  public enum Occasion: Sendable, Hashable {
    case metric(String)
    /// Every process whose release was asked for: stopped, or left running.
    case releases
    /// Processes that were wanted: those that leaked were started beside them.
    case coldStarts
    /// Everybody whom the scenario has.
    case people

    public var words: String {
      switch self {
      case .metric(let name): name
      case .releases: "releases"
      case .coldStarts: "cold starts"
      case .people: "people"
      }
    }

    /// Nil: it was not counted.
    public func count(people: Double, _ value: (String) -> Double?) -> Double? {
      switch self {
      case .metric(let name): value(name)
      case .people: people
      case .releases:
        value("cli.leaked").flatMap { leaked in value("cli.stopped").map { leaked + $0 } }
      case .coldStarts:
        value("cli.spawned").flatMap { all in value("cli.leaked").map { all - $0 } }
      }
    }
  }

  init(
    _ name: String, _ promise: Promise, cause: String, cure: String, guide: HazardProgram,
    safe: HazardProgram, large: (guide: HazardProgram, safe: HazardProgram)? = nil,
    odds: HazardOdds.Formula, scenario: String? = nil, metric: String, per occasion: Occasion
  ) {
    self.name = name
    self.promise = promise
    self.cause = cause
    self.cure = cure
    self.guide = guide.judged(by: promise)
    self.safe = safe.judged(by: promise)
    largeGuide = (large?.guide ?? guide).judged(by: promise)
    largeSafe = (large?.safe ?? safe).judged(by: promise)
    self.odds = odds
    self.scenario = scenario ?? name
    self.metric = metric
    self.occasion = occasion
  }

  public func program(_ variant: Variant, isLarge: Bool = false) -> HazardProgram {
    switch variant {
    case .guide: isLarge ? largeGuide : guide
    case .safe: isLarge ? largeSafe : safe
    }
  }

  public static func named(_ name: String) -> Hazard? { all.first { $0.name == name } }
}

extension HazardProgram {
  /// Other promises that the program may break are other hazards.
  func judged(by promise: Promise) -> HazardProgram {
    var program = self
    program.promises = [promise]
    return program
  }
}

extension Hazard {
  public static let all: [Hazard] = [
    Hazard(
      "pool-double-spawn", .oneProcessPerPerson,
      cause: "getClientForUser looks into the map, awaits the start, then sets the map: "
        + "two requests of one person start two processes, and one is never stopped",
      cure: "one start that all requests wait for (app.pool.spawn: single-flight)",
      guide: .pool(callers: 3, spawn: .guide), safe: .pool(callers: 3, spawn: .singleFlight),
      large: (.pool(callers: 8, spawn: .guide), .pool(callers: 8, spawn: .singleFlight)),
      odds: .doubleSpawn, metric: "cli.leaked", per: .coldStarts),
    Hazard(
      "release-leak", .releaseEndsProcess,
      cause: "releaseUser calls client.stop(), which closes the connection to an external server "
        + "and leaves its process running",
      cure: "own the process and end it (app.pool.stop: kill)",
      guide: .release(stop: .disconnect, spawn: .guide),
      safe: .release(stop: .kill, spawn: .singleFlight), odds: .releaseLeak, metric: "cli.leaked",
      per: .releases),
    Hazard(
      "stale-client", .noStaleClient,
      cause: "while releaseUser awaits stop(), the map still hands out the client",
      cure: "requests wait until the process is gone (app.pool.spawn: single-flight)",
      guide: .release(stop: .disconnect, spawn: .guide),
      safe: .release(stop: .kill, spawn: .singleFlight), odds: .staleClient,
      scenario: "release-leak", metric: "turns.failed", per: .releases),
    Hazard(
      "prefix-access", .ownSessionsOnly,
      cause: "the check compares the part of the session id before the first dash: mary may open "
        + "what belongs to mary-jane, and mary-jane may not",
      cure: "keep the owner beside the session and compare ids (app.access.check: owner)",
      guide: .access(.prefix), safe: .access(.owner), odds: .prefixAccess, metric: "access.leaks",
      per: .metric("access.checks")),
    Hazard(
      "same-millisecond-ids", .uniqueIDs,
      cause: "ids end in Date.now(): two conversations of one millisecond are one",
      cure: "ids that are unique (app.access.naming: unique)",
      guide: .naming(.dateNow), safe: .naming(.unique), odds: .sameMillisecond,
      metric: "sessions.id_collisions", per: .metric("sessions.created")),
    Hazard(
      "session-limit-overshoot", .limitKept,
      cause: "getSession checks the size, awaits the eviction, awaits the creation and then "
        + "inserts: what others insert meanwhile stays, for ever",
      cure: "take the slot before the first await (app.sessions.overflow: reserve)",
      guide: .sessions([0, 1], overflow: .guide), safe: .sessions([0, 1], overflow: .reserve),
      large: (
        .sessions([0, 1, 2, 3, 4], overflow: .guide),
        .sessions([0, 1, 2, 3, 4], overflow: .reserve)
      ),
      odds: .overshoot, metric: "sessions.over_limit_max", per: .metric("sessions.evicted")),
    Hazard(
      "double-create", .oneCreation,
      cause: "two requests for one session find it absent and create it twice; the second empties "
        + "the memory of the first",
      cure: "one creation that both wait for (app.sessions.overflow: reserve)",
      guide: .sessions([0, 0], overflow: .guide), safe: .sessions([0, 0], overflow: .reserve),
      large: (
        .sessions([0, 0, 1, 1], overflow: .guide), .sessions([0, 0, 1, 1], overflow: .reserve)
      ),
      odds: .doubleCreate, metric: "sessions.duplicate_creates", per: .metric("sessions.created")),
    Hazard(
      "evict-mid-turn", .noEvictionMidTurn,
      cause: "evictOldestSession takes the oldest session, whether or not a turn runs in it",
      cure: "pin sessions that are in a turn (app.sessions.evict: lru-pinned)",
      guide: .eviction(.oldest, overflow: .guide), safe: .eviction(.lruPinned, overflow: .reserve),
      odds: .evictionMidTurn, metric: "sessions.evicted_busy", per: .metric("sessions.evicted")),
    Hazard(
      "lock-expired", .oneHolder,
      cause: "the lock expires while its holder still works, and the next one enters",
      cure: "renew it while the turn runs (app.lock.renew: on)",
      guide: .lock(release: .getThenDelete),
      safe: .lock(release: .compareAndDelete, fencing: true, renew: true),
      large: (
        .lock(callers: 4, release: .getThenDelete),
        .lock(callers: 4, release: .compareAndDelete, fencing: true, renew: true)
      ),
      odds: .secondHolder, scenario: "lock-expiry", metric: "locks.double_held",
      per: .metric("locks.acquired")),
    Hazard(
      "lock-wrong-delete", .onlyOwnRelease,
      cause: "between GET and DEL the lock expires and passes on: DEL takes it from its new holder",
      cure: "compare and delete in one script (app.lock.release: compare-and-delete)",
      guide: .lock(release: .getThenDelete), safe: .lock(release: .compareAndDelete),
      large: (
        .lock(callers: 4, release: .getThenDelete), .lock(callers: 4, release: .compareAndDelete)
      ),
      odds: .wrongDelete, metric: "locks.wrong_release",
      per: .metric("locks.acquired")),
    Hazard(
      "lock-stale-write", .noStaleWrite,
      cause: "a holder that lost its lock writes after its successor has written",
      cure: "fencing tokens, checked where the turn is accepted (app.lock.fencing: on)",
      guide: .lock(release: .getThenDelete),
      safe: .lock(release: .compareAndDelete, fencing: true),
      large: (
        .lock(callers: 4, release: .getThenDelete),
        .lock(callers: 4, release: .compareAndDelete, fencing: true)
      ),
      odds: .staleWrite, scenario: "lock-expiry", metric: "locks.stale_writes",
      per: .metric("locks.acquired")),
    Hazard(
      "resize-remap", .sessionFound,
      cause: "hash % n sends n of n + 1 people elsewhere when a server joins, where local disks do "
        + "not have their sessions",
      cure: "rendezvous hashing over shared storage",
      guide: .resize(.stickyModulo, shared: false), safe: .resize(.rendezvous, shared: true),
      odds: .remap, metric: "sessions.not_found", per: .people),
    Hazard(
      "round-robin-not-found", .sessionFound,
      cause: "getNextServer sends the next turn to a server that never saw the session",
      cure: "a server for each session (app.routing: rendezvous, over shared storage)",
      guide: .wandering(.roundRobin, shared: false), safe: .wandering(.rendezvous, shared: true),
      odds: .notFound, metric: "sessions.not_found", per: .metric("sessions.deleted")),
    Hazard(
      "lost-update", .wholeHistory,
      cause:
        "two servers resume one session from shared storage, and each goes on with the history "
        + "it read",
      cure: "one server for each session (app.routing: rendezvous, or a lock around the turn)",
      guide: .sharedHistory(callers: 2, .roundRobin), safe: .sharedHistory(callers: 2, .rendezvous),
      large: (
        .sharedHistory(callers: 4, .roundRobin), .sharedHistory(callers: 4, .rendezvous)
      ),
      odds: .lostUpdate, metric: "turns.stale_context", per: .metric("turns.completed")),
    Hazard(
      "crash-flush", .noLostTurn,
      cause: "the app is told that a turn is done before its events are in the file: kill -9 in "
        + "between takes the turn",
      cure: "take the server out of the router, and let it end by itself (SIGTERM, a drain)",
      guide: .crash(drained: false), safe: .crash(drained: true), odds: .unflushed,
      metric: "turns.lost", per: .metric("server.crashes")),
  ]
}
