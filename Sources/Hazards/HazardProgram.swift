// Small races as values: who asks for what, under which policy, and which answers take their time.
// The guide's code and its cures are the same program with one policy changed. A program decides
// nothing itself; the Gateway and the LockStore that it is run on are those of every other run.
internal import Basics
public import Policies

/// Where a caller has to wait, so that others may come between. What is not listed is answered at
/// once. The counts of schedules depend on this choice, so each program states it.
public struct Awaits: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `await spawnCLI(port)`
  public static let spawn = Awaits(rawValue: 1)
  /// `await session.destroy()` of the victim.
  public static let disconnect = Awaits(rawValue: 2)
  /// `await client.createSession(…)`
  public static let open = Awaits(rawValue: 4)
  /// `await fn()`: the turn under the lock.
  public static let turn = Awaits(rawValue: 8)
  /// The first command of a release is on its way to the lock service.
  public static let release = Awaits(rawValue: 16)
  /// The answer of the release's GET is on its way back.
  public static let ownerRead = Awaits(rawValue: 32)
}

public struct HazardProgram: Sendable {
  public let name: String
  /// Those that a schedule of this program may break.
  public let promises: [Promise]
  public let policy: GatewayPolicy
  public let awaits: Awaits
  /// Sessions open and idle before the race.
  public let residents: Int
  /// The session that each caller asks for. All callers are tabs of one person.
  public let sessions: [Int]
  /// Whether time may once run past the end of the lock that is held then.
  public let expires: Bool

  /// Callers of one person who has no process yet.
  public static func pool(callers: Int, spawn: PoolPolicy.Spawn) -> HazardProgram {
    var policy = GatewayPolicy()
    policy.pattern = .isolated
    policy.pool.spawn = spawn
    return HazardProgram(
      name: "CLIPool (\(spawn.rawValue)), \(callers) callers of one person",
      promises: [.oneProcessPerPerson], policy: policy, awaits: .spawn, residents: 0,
      sessions: Array(repeating: 0, count: callers), expires: false)
  }

  /// Callers who want sessions that are not resident, while the manager is full.
  /// - Parameter sessions: one number a caller; equal numbers ask for the same session.
  /// - Parameter awaits: `.open` alone is an app that does not wait for the victim's disconnect.
  public static func sessions(
    _ sessions: [Int], limit: Int = 2, overflow: SessionPolicy.Overflow,
    awaits: Awaits = [.disconnect, .open]
  ) -> HazardProgram {
    var policy = GatewayPolicy()
    policy.sessions.limit = limit
    policy.sessions.overflow = overflow
    let wanted = sessions.map(String.init).joined(separator: ", ")
    return HazardProgram(
      name: "SessionManager (\(overflow.rawValue)), full at \(limit), new sessions \(wanted)",
      promises: [.limitKept, .oneCreation, .oneDisconnect], policy: policy, awaits: awaits,
      residents: limit, sessions: sessions.map { $0 + limit }, expires: false)
  }

  /// Callers of one shared session, each with one attempt at its lock.
  public static func lock(
    callers: Int = 2, release: LockPolicy.Release, fencing: Bool = false, expires: Bool = true
  ) -> HazardProgram {
    var policy = GatewayPolicy()
    policy.pattern = .collaborative
    policy.lock.release = release
    policy.lock.fencing = fencing
    let guarding = fencing ? ", fencing" : ""
    let ending = expires ? "one expiry" : "no expiry"
    return HazardProgram(
      name: "lock (\(release.rawValue)\(guarding)), \(callers) callers, \(ending)",
      promises: [.oneHolder, .noStaleWrite, .onlyOwnRelease], policy: policy,
      awaits: [.turn, .release, .ownerRead], residents: 1,
      sessions: Array(repeating: 0, count: callers), expires: expires)
  }

  /// The races of the guide's code and their cures, in the order of a report.
  public static let all: [HazardProgram] = [
    .pool(callers: 2, spawn: .guide), .pool(callers: 3, spawn: .guide),
    .pool(callers: 4, spawn: .guide), .pool(callers: 3, spawn: .singleFlight),
    .sessions([0, 1], overflow: .guide), .sessions([0, 0], overflow: .guide),
    .sessions([0, 1, 2], overflow: .guide), .sessions([0, 1], overflow: .reserve),
    .sessions([0, 0], overflow: .reserve),
    .lock(release: .getThenDelete), .lock(release: .compareAndDelete),
    .lock(release: .compareAndDelete, fencing: true),
    .lock(release: .getThenDelete, expires: false),
  ]
}
