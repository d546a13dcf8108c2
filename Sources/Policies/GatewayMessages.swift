// What one app instance is told, and what it asks for. Inputs are past tense, actions imperative,
// all of them trivial values. Every `await` of the guide's code is one action that goes out and one
// input that comes back.
public import Basics

public enum GatewayInput: BitwiseCopyable, Sendable {
  case planned(TurnPlan)
  /// `handle` is the server's own place of the session; it checks it, and a wrong one does no harm.
  case opened(TurnID, resumed: Bool, handle: UInt32)
  case closed(TurnID)
  case deleted(TurnID)
  case finished(TurnID)
  case failed(TurnID)
  /// "Session not found", on a resume or on a send.
  case missing(TurnID)
  /// The connection was refused or reset.
  case refused(TurnID)
  /// Nobody tells the app; the host says so, because no answer will ever come.
  case cut(TurnID)
  case lockGranted(TurnID, token: UInt32)
  case lockRefused(TurnID)
  case lockRead(TurnID, mine: Bool)
  case lockReleased(TurnID)
  case lockRenewed(TurnID, Bool)
  /// The session refused the write, or took it after a newer one.
  case writeWasStale(TurnID)
  case spawned(TurnID, ServerID)
  case released(person: UInt32)
  case timer(TurnTimer, TurnID, generation: UInt32)
  case deadlineReached
  case serverAdded(ServerID)
  case serverRemoved(ServerID)
  case serverLost(ServerID)
  case serverBack(ServerID)
  case healthChecked(ServerID, alive: Bool)
}

public enum TurnTimer: UInt8, BitwiseCopyable, Sendable {
  case timeout, retryLock, renewLock, patience
}

public enum GatewayAction: BitwiseCopyable, Sendable {
  case create(ServerID, SessionID, TurnID)
  case resume(ServerID, SessionID, TurnID)
  case disconnect(ServerID, SessionID, TurnID, handle: UInt32)
  case send(ServerID, SessionID, TurnID, handle: UInt32)
  /// Of the session's number this conversation, counted modulo 256 as in the plan: another may have
  /// begun by now.
  case delete(ServerID, SessionID, TurnID, conversation: UInt8)
  /// The session's number will stand for another conversation.
  case forget(ServerID, SessionID)
  case lock(LockCommand, SessionID, TurnID, token: UInt32)
  /// Port 0: the system chooses.
  case spawn(TurnID, port: UInt16)
  case hangUp(ServerID, person: UInt32, instance: Int, kill: Bool)
  case complete(TurnID, TurnOutcome)
  case timer(TurnTimer, TurnID, generation: UInt32, at: Instant)
  case checkHealth(instance: Int, ServerID, at: Instant)
  case cleanUp(olderThan: Interval)
  case measured(GatewayMeasure, Interval)
}

/// What nearly every planned turn leads to, as a value.
public struct TurnSending: BitwiseCopyable, Sendable {
  public var server: ServerID
  public var session: SessionID
  public var turn: TurnID
  public var handle: UInt32

  @inlinable @inline(__always)
  init(server: ServerID, session: SessionID, turn: TurnID, handle: UInt32) {
    self.server = server
    self.session = session
    self.turn = turn
    self.handle = handle
  }

  var action: GatewayAction { .send(server, session, turn, handle: handle) }
}

/// What nearly every answer leads to, as a value: all that is to be known of a turn that is over.
public struct TurnCompletion: BitwiseCopyable, Sendable {
  public var plan: TurnPlan
  public var planned: Instant
  public var sent: Instant
  public var server: ServerID

  @inlinable @inline(__always)
  init(plan: TurnPlan, planned: Instant, sent: Instant, server: ServerID) {
    self.plan = plan
    self.planned = planned
    self.sent = sent
    self.server = server
  }
}

public enum GatewayMeasure: UInt8, BitwiseCopyable, Sendable {
  case sessionOpen, sessionCreate, sessionResume, sessionDisconnect, spawn, lockWait, lockHold
}

public enum TurnOutcome: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case completed
  /// The provider failed, after the CLI's retries.
  case failed
  case timedOut
  /// The access check said no.
  case denied
  /// Every session was busy and the policy rejects.
  case rejected
  case lockRefused
  case notFound
  case serverLost
  /// The fencing token was too old.
  case fenced
}

/// Counts of one app instance since the start.
public struct GatewayTally: Sendable, BitwiseCopyable {
  public var hits = 0
  public var created = 0
  public var resumed = 0
  public var evicted = 0
  public var evictedBusy = 0
  public var idleRemoved = 0
  public var notFound = 0
  public var deleted = 0
  public var duplicateCreates = 0
  public var doubleDisconnects = 0
  public var idCollisions = 0
  public var turnsEvicted = 0
  public var lockRefused = 0
  public var lockLost = 0
  public var spawned = 0
  public var leaked = 0
  public var stopped = 0
  public var checks = 0
  public var falseDenials = 0
  public var leaks = 0
}
