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

/// What every turn reads and writes: 64 bytes, one cache line.
public struct Turn: BitwiseCopyable, Sendable {
  public var plan: TurnPlan
  public var step: TurnStep
  public var outcome: TurnOutcome
  /// What stands below under names of its own, one bit each.
  @usableFromInline var marks: UInt8
  @usableFromInline var attempts: UInt8
  /// The entry's life when it was taken.
  @usableFromInline var entryLife: UInt16
  public var generation: UInt32
  public var server: ServerID
  // Here, so that nothing is lost between fields of different sizes.
  @usableFromInline var token: UInt32
  public var planned: Instant
  public var sent: Instant
  @usableFromInline var entry: UInt32
  @usableFromInline var next: UInt32

  @inlinable @inline(__always) init(_ plan: TurnPlan, at now: Instant, generation: UInt32) {
    self.plan = plan
    step = .free
    outcome = .completed
    marks = 0
    attempts = 0
    entryLife = 0
    self.generation = generation
    server = .none
    planned = now
    sent = .never
    entry = noLink
    next = noLink
    token = 0
  }

  @inlinable var locked: Bool {
    get { marks & 1 != 0 }
    set { marks = newValue ? marks | 1 : marks & ~1 }
  }
  /// No answer will come any more.
  @inlinable var isCut: Bool {
    get { marks & 2 != 0 }
    set { marks = newValue ? marks | 2 : marks & ~2 }
  }
  @inlinable var timed: Bool {
    get { marks & 4 != 0 }
    set { marks = newValue ? marks | 4 : marks & ~4 }
  }
  /// Gave up on the lock; its service still owes an answer.
  @inlinable var awaitsLock: Bool {
    get { marks & 8 != 0 }
    set { marks = newValue ? marks | 8 : marks & ~8 }
  }
  /// It holds a pin on its entry.
  @inlinable var pinned: Bool {
    get { marks & 16 != 0 }
    set { marks = newValue ? marks | 16 : marks & ~16 }
  }
  @inlinable var retried: Bool {
    get { marks & 32 != 0 }
    set { marks = newValue ? marks | 32 : marks & ~32 }
  }
  /// It has begun to want a session that was not there; when, stands beside.
  @inlinable var wanting: Bool {
    get { marks & 64 != 0 }
    set { marks = newValue ? marks | 64 : marks & ~64 }
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
  var victim = SessionID(0)
  var victimServer = ServerID.none
}
