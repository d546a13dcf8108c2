// What a CLI server is told and what it asks for: trivial values of 16 to 20 bytes, so a table of
// them costs nothing to fill and drain. Inputs are past tense, actions imperative.
public import Basics

/// One request on the wire, with what is needed to answer it.
public struct CLIRequest: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    case create, resume, send, destroy, delete, ping
    /// A send that goes before those which wait: `mode: immediate`.
    case steer
    case abort
    /// Every session on disk is looked at.
    case list
    /// The whole history of a session is read.
    case messages
    case compact
    /// The send that came last and still waits is taken back; or all that wait.
    case removeLast, clearQueue
  }
  public var session: SessionID
  public var turn: TurnID
  public var connection: ConnectionID
  public var kind: Kind
  /// Where the server said the session is when it was opened; checked, and not on the wire.
  public var handle: UInt32
  /// Of a send; read only by a server that counts them.
  public var promptBytes: UInt32

  @inlinable public init(
    _ kind: Kind, _ session: SessionID, _ turn: TurnID, on connection: ConnectionID,
    handle: UInt32 = noLink, promptBytes: UInt32 = 0
  ) {
    self.handle = handle
    self.promptBytes = promptBytes
    self.kind = kind
    self.session = session
    self.turn = turn
    self.connection = connection
  }
}

/// A provider call under way: the place of its session and the generation that tells a stale
/// answer.
public struct ProviderCall: BitwiseCopyable, Sendable {
  public var place: UInt32
  public var generation: UInt32

  @inlinable public init(place: UInt32, generation: UInt32) {
    self.place = place
    self.generation = generation
  }
}

public enum CLIInput: BitwiseCopyable, Sendable {
  case requested(CLIRequest)
  /// The CPU work asked for last is done.
  case workDone
  case providerAnswered(ProviderCall)
  case providerFailed(ProviderCall, status: UInt16)
  case retryDue(ProviderCall)
  case connectionClosed(ConnectionID)
  case sweepDue
}

public enum CLIReply: UInt8, BitwiseCopyable, Sendable {
  case destroyed, deleted, pong
  /// `session.send` has answered with a message id; the turn goes on.
  case acknowledged
  /// `session.idle`: this turn, and all queued before it, are done.
  case finished
  /// The turn is over while others wait in its session; its `finished` comes with theirs.
  case ended
  /// Aborted on request; the session is idle.
  case aborted
  /// A request without a reply of its own kind is answered.
  case answered
  /// Of a session, in the order in which they begin and end: its history is being summed up.
  case compacting, compacted
  case notFound
  /// `session.error`, after the retries.
  case failed
  /// Not on the wire: the turn was cut short and nobody will be told. Hosts use it to forget the
  /// turn.
  case cut
}

public enum CLIAction: BitwiseCopyable, Sendable {
  /// Run this much CPU, then come back with `workDone`. One at a time for a server.
  case work(Demand)
  case callProvider(ProviderCall, TurnID, ConnectionID, attempt: UInt8)
  case reply(CLIReply, TurnID, ConnectionID)
  /// A session is open; `handle` is its place here.
  case opened(TurnID, ConnectionID, resumed: Bool, handle: UInt32)
  case retry(ProviderCall, after: Interval)
}

/// What nearly every input leads to, as one value; whatever else stands in the table of actions.
/// What is said and called comes first, then the table, then the work. Hosts that care for speed
/// let it live in registers: it is never to be passed on by reference.
public struct CLIStep: BitwiseCopyable, Sendable {
  public enum Said: UInt8, BitwiseCopyable, Sendable {
    case nothing
    /// And the provider is to be called, a first attempt.
    case acknowledged
    case finished
  }

  public var said: Said
  public var turn: TurnID
  public var connection: ConnectionID
  public var call: ProviderCall
  /// Work to take up; none if it takes no time.
  public var demand: Demand

  @inlinable @inline(__always) init() {
    said = .nothing
    turn = TurnID(raw: 0)
    connection = ConnectionID(0)
    call = ProviderCall(place: 0, generation: 0)
    demand = .none
  }

  @inlinable public var works: Bool { demand.total.nanoseconds > 0 }

  /// As actions, what is said ahead of those that came behind `mark`.
  func append(to actions: inout Table<CLIAction>, behind mark: Int) {
    var later = Table<CLIAction>()
    if said != .nothing {
      while actions.count > mark { later.append(actions.removeLast()) }
      actions.append(.reply(said == .finished ? .finished : .acknowledged, turn, connection))
      if said == .acknowledged {
        actions.append(.callProvider(call, turn, connection, attempt: 0))
      }
      while later.count > 0 { actions.append(later.removeLast()) }
    }
    if works { actions.append(.work(demand)) }
  }
}

/// CPU work: the sum over threads, and the part only the main thread can do.
public struct Demand: BitwiseCopyable, Sendable {
  public var total: Interval
  public var mainShare: Float

  @inlinable public init(total: Interval, mainShare: Float) {
    self.total = total
    self.mainShare = mainShare
  }

  @inlinable public static var none: Demand { Demand(total: .zero, mainShare: 1) }

  /// How long it takes with `cores` to itself.
  @inlinable public func alone(on cores: Double) -> Interval {
    if mainShare >= 1 && cores >= 1 { return total }
    return total * (1 / min(cores, 1 / Double(mainShare)))
  }
}
