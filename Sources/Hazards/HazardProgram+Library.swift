// The races of the guide's code and their cures, made from a few numbers each.
public import Policies

extension HazardProgram {
  /// Callers of one person who has no process yet.
  public static func pool(callers: Int, spawn: PoolPolicy.Spawn) -> HazardProgram {
    var program = HazardProgram(
      "CLIPool (\(spawn.rawValue)), \(callers) callers of one person", [.oneProcessPerPerson],
      Array(repeating: Caller(session: 0), count: callers))
    program.policy.pattern = .isolated
    program.policy.pool.spawn = spawn
    program.awaits = .spawn
    return program
  }

  /// A person's process is released while a request comes in.
  public static func release(stop: PoolPolicy.Stop, spawn: PoolPolicy.Spawn) -> HazardProgram {
    var program = HazardProgram(
      "release of a process (\(stop.rawValue), \(spawn.rawValue)) beside a request",
      [.releaseEndsProcess, .noStaleClient], [Caller(session: 0)])
    program.policy.pattern = .isolated
    program.policy.pool.spawn = spawn
    program.policy.pool.release = .idle
    program.policy.pool.stop = stop
    program.awaits = .spawn
    program.before = [Caller(session: 0)]
    program.events = [.poolReleases]
    return program
  }

  /// mary asks for the session of mary-jane, who asks for it too.
  public static func access(_ check: AccessPolicy.Check) -> HazardProgram {
    var program = HazardProgram(
      "access check (\(check.rawValue)), mary and mary-jane",
      [.ownSessionsOnly, .ownSessionsOpen],
      [Caller(person: 0, session: 16), Caller(person: 1, session: 16)])
    program.policy.access.check = check
    program.names = ["mary", "mary-jane"]
    return program
  }

  /// One person opens two conversations; between them a millisecond may pass.
  public static func naming(_ naming: AccessPolicy.Naming) -> HazardProgram {
    var program = HazardProgram(
      "session ids (\(naming.rawValue)), two new conversations", [.uniqueIDs],
      [Caller(session: 0, begins: true), Caller(session: 1, begins: true)])
    program.policy.access.naming = naming
    program.events = [.millisecondPasses]
    return program
  }

  /// Callers who want sessions that are not resident, while the manager is full.
  /// - Parameter sessions: one number a caller; equal numbers ask for the same session.
  /// - Parameter awaits: `.open` alone is an app that does not wait for the victim's disconnect.
  public static func sessions(
    _ sessions: [Int], limit: Int = 2, overflow: SessionPolicy.Overflow,
    awaits: Awaits = [.disconnect, .open]
  ) -> HazardProgram {
    let wanted = sessions.map(String.init).joined(separator: ", ")
    var program = HazardProgram(
      "SessionManager (\(overflow.rawValue)), full at \(limit), new sessions \(wanted)",
      [.limitKept, .oneCreation, .oneDisconnect], sessions.map { Caller(session: $0 + limit) })
    program.policy.sessions.limit = limit
    program.policy.sessions.overflow = overflow
    program.awaits = awaits
    program.before = (0..<limit).map { Caller(session: $0) }
    return program
  }

  /// A turn on the one resident session, while another wants its slot.
  public static func eviction(
    _ evict: SessionPolicy.Evict, overflow: SessionPolicy.Overflow
  ) -> HazardProgram {
    var program = HazardProgram(
      "eviction (\(evict.rawValue), \(overflow.rawValue)), full at 1, a turn and a new session",
      [.noEvictionMidTurn], [Caller(session: 0), Caller(session: 1)])
    program.policy.sessions.limit = 1
    program.policy.sessions.evict = evict
    program.policy.sessions.overflow = overflow
    program.awaits = [.disconnect, .open, .turn]
    program.before = [Caller(session: 0)]
    return program
  }

  /// Callers of one shared session, each with one attempt at its lock.
  public static func lock(
    callers: Int = 2, release: LockPolicy.Release, fencing: Bool = false, renew: Bool = false,
    expires: Bool = true
  ) -> HazardProgram {
    let guarding = (fencing ? ", fencing" : "") + (renew ? ", renewed" : "")
    let ending = expires ? "one expiry" : "no expiry"
    var program = HazardProgram(
      "lock (\(release.rawValue)\(guarding)), \(callers) callers, \(ending)",
      [.oneHolder, .noStaleWrite, .onlyOwnRelease],
      Array(repeating: Caller(session: 0), count: callers))
    program.policy.pattern = .collaborative
    program.policy.lock.release = release
    program.policy.lock.fencing = fencing
    program.policy.lock.renew = renew
    program.awaits = [.turn, .release, .ownerRead]
    program.before = [Caller(session: 0)]
    program.events = expires ? [.lockExpires] : []
    return program
  }

  /// Two people on two servers; a third server joins.
  public static func resize(_ routing: Routing, shared: Bool) -> HazardProgram {
    // Of the hashes 1 and 2 the guide's modulo moves the second from server 0 to server 2.
    let people = [Caller(person: 1, session: 16), Caller(person: 2, session: 32)]
    var program = HazardProgram(
      "a server joins (\(routing.rawValue), \(shared ? "shared storage" : "local disks"))",
      [.sessionFound], people)
    program.policy.routing = routing
    program.policy.sessions.missing = .fail
    program.before = people
    program.events = [.serverJoins]
    program.servers = 2
    program.sharedStorage = shared
    return program
  }

  /// Two people with a session on a server each go on.
  public static func wandering(_ routing: Routing, shared: Bool) -> HazardProgram {
    let people = [Caller(person: 0, session: 0), Caller(person: 1, session: 16)]
    var program = HazardProgram(
      "next turns (\(routing.rawValue), \(shared ? "shared storage" : "local disks"))",
      [.sessionFound], people)
    program.policy.routing = routing
    program.policy.sessions.missing = .fail
    program.awaits = .turn
    program.before = people
    program.servers = 2
    program.sharedStorage = shared
    return program
  }

  /// Turns of one session that shared storage holds, over as many servers as there are callers.
  public static func sharedHistory(callers: Int, _ routing: Routing) -> HazardProgram {
    var program = HazardProgram(
      "one session, \(callers) servers, shared storage (\(routing.rawValue))", [.wholeHistory],
      Array(repeating: Caller(session: 0), count: callers))
    program.policy.routing = routing
    program.awaits = .turn
    program.servers = callers
    program.sharedStorage = true
    program.stored = [0]
    return program
  }

  /// A turn, and the end of the server it runs on.
  public static func crash(drained: Bool) -> HazardProgram {
    let caller = Caller(session: 0)
    var program = HazardProgram(
      drained ? "a server is drained beside a turn" : "a server is killed beside a turn",
      [.noLostTurn], [caller])
    program.policy.routing = .roundRobin
    program.policy.routeEvery = .session
    program.awaits = .turn
    program.before = [caller]
    program.events = [drained ? .drain(0) : .crash(0), .diskSettles]
    program.servers = 2
    program.sharedStorage = true
    return program
  }

  /// The races whose counts are known from elsewhere, in the order of a report.
  public static let counted: [HazardProgram] = [
    .pool(callers: 2, spawn: .guide), .pool(callers: 3, spawn: .guide),
    .pool(callers: 4, spawn: .guide), .pool(callers: 3, spawn: .singleFlight),
    .release(stop: .disconnect, spawn: .guide), .twoReleases(),
    .sessions([0, 1], overflow: .guide), .sessions([0, 0], overflow: .guide),
    .sessions([0, 1, 2], overflow: .guide), .sessions([0, 1], overflow: .reserve),
    .sessions([0, 0], overflow: .reserve),
    .lock(release: .getThenDelete), .lock(release: .compareAndDelete),
    .lock(release: .compareAndDelete, fencing: true),
    .lock(release: .getThenDelete, expires: false),
    .sharedHistory(callers: 2, .roundRobin), .sharedHistory(callers: 3, .roundRobin),
    .wholeFile(writers: 2), .wholeFile(writers: 3), .wholeFile(writers: 2, compares: true),
  ]
}
