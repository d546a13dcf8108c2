// A turn under way in one app instance, from plan to answer: one record of a slab, its id is its
// place. Lists of turns that wait are links between records.
public import Basics

/// Where a turn stands: the await it is in.
public enum TurnStep: UInt8, BitwiseCopyable, Sendable {
  case free
  case locking, lockPause
  case spawning, waitingSpawn
  case waitingSlot, waitingOpen
  case evicting, opening
  case sending
  case releasingRead, releasingDelete
  /// The answer is out; the session is being put away.
  case closing
  /// The app has given up on it; the CLI has not said the last word.
  case abandoned
}

/// What every turn reads and writes: one cache line.
public struct Turn: BitwiseCopyable, Sendable {
  public var plan: TurnPlan
  public var step: TurnStep
  public var outcome: TurnOutcome
  @usableFromInline var locked: Bool
  /// No answer will come any more.
  @usableFromInline var isCut: Bool
  @usableFromInline var timed: Bool
  /// Gave up on the lock; its service still owes an answer.
  @usableFromInline var awaitsLock: Bool
  /// It holds a pin on its entry, or a place in the router's count.
  @usableFromInline var pinned: Bool
  @usableFromInline var attempts: UInt8
  /// The entry's life when it was taken.
  @usableFromInline var entryLife: UInt16
  @usableFromInline var retried: Bool
  /// It has begun to want a session that was not there; when, stands beside.
  @usableFromInline var wanting: Bool
  public var generation: UInt32
  public var planned: Instant
  public var sent: Instant
  public var server: ServerID
  @usableFromInline var entry: UInt32
  @usableFromInline var next: UInt32

  @inlinable @inline(__always) init(_ plan: TurnPlan, at now: Instant, generation: UInt32) {
    self.plan = plan
    step = .free
    outcome = .completed
    locked = false
    isCut = false
    timed = false
    awaitsLock = false
    pinned = false
    attempts = 0
    entryLife = 0
    retried = false
    wanting = false
    self.generation = generation
    planned = now
    sent = .never
    server = .none
    entry = noLink
    next = noLink
  }

  /// Somebody will still answer: the place must not be used again before.
  @inlinable var isOwed: Bool { awaitsLock || (outcome == .timedOut && !isCut) }

  /// Under way on a server, with nothing to do after the answer but to say so.
  @inlinable var endsPlainly: Bool {
    step == .sending && !locked && !awaitsLock
      && plan.flags.isDisjoint(with: [.ephemeral, .endsSession])
  }
}

/// What only those turns need that wait for a lock, a process or a session; each field is written
/// before it is read.
struct TurnDetail: BitwiseCopyable {
  /// The await under way began.
  var mark = Instant.zero
  /// It began to want a session that was not resident.
  var opening = Instant.zero
  var lockedAt = Instant.zero
  var token: UInt32 = 0
  var victim = SessionID(0)
  var victimServer = ServerID.none
}
