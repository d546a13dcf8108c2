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
  public var generation: UInt32
  public var planned: Instant
  public var sent: Instant
  @usableFromInline var mark: Instant
  @usableFromInline var opening: Instant
  @usableFromInline var lockedAt: Instant
  public var server: ServerID
  @usableFromInline var entry: UInt32
  @usableFromInline var next: UInt32
  @usableFromInline var token: UInt32
  @usableFromInline var victim: SessionID
  @usableFromInline var victimServer: ServerID

  @inlinable init(_ plan: TurnPlan, at now: Instant, generation: UInt32) {
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
    self.generation = generation
    planned = now
    sent = .never
    mark = now
    opening = .never
    lockedAt = .never
    server = .none
    entry = noLink
    next = noLink
    token = 0
    victim = SessionID(0)
    victimServer = .none
  }

  /// Somebody will still answer: the place must not be used again before.
  @inlinable var isOwed: Bool { awaitsLock || (outcome == .timedOut && !isCut) }
}
