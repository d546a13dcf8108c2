// The records inside one CLI process: a session in memory, a send that waits its turn, a piece of
// work. Small on purpose: at 10^6 sessions each byte here is a megabyte.
public import Basics

/// A session that this process holds in memory: 32 bytes, two to a cache line.
@usableFromInline struct LiveSession: BitwiseCopyable {
  @usableFromInline var id: SessionID
  /// Turns on disk when this process last read or wrote it, with `behind` once others had written
  /// meanwhile: it never reads theirs, so from then on each of its answers lacks them.
  @usableFromInline var known: UInt32
  /// Turns held in memory since it was loaded or compacted.
  @usableFromInline var held: UInt32
  @usableFromInline var turn: UInt32
  /// In eighths of a second.
  @usableFromInline var lastActive: UInt32
  /// Counts pieces of work, to address their draws.
  @usableFromInline var draws: UInt32
  @usableFromInline var owner: ConnectionID
  @usableFromInline var connection: ConnectionID
  /// From the top: generation (20 bits, as an event carries it), attempt (7 bits), five marks.
  @usableFromInline var packed: UInt32

  @inlinable init(
    _ id: SessionID, known: UInt32, owner: ConnectionID, generation: UInt32, at now: Instant
  ) {
    self.id = id
    self.known = known
    held = 0
    turn = 0
    lastActive = LiveSession.stamp(now)
    draws = 0
    self.owner = owner
    connection = owner
    packed = generation &<< 12
  }

  /// Counts turns begun here, so that the answer to a turn that was cut short is recognised.
  @inlinable var generation: UInt32 { packed &>> 12 }
  @inlinable var attempt: UInt8 {
    get { UInt8(truncatingIfNeeded: packed &>> 5 & 0x7F) }
    set { packed = packed & ~0xFE0 | UInt32(newValue & 0x7F) &<< 5 }
  }
  @inlinable var running: Bool {
    get { packed & 1 != 0 }
    set { packed = newValue ? packed | 1 : packed & ~1 }
  }
  @inlinable var active: Bool {
    get { packed & 2 != 0 }
    set { packed = newValue ? packed | 2 : packed & ~2 }
  }
  /// More than one connection has created or resumed it.
  @inlinable var coOwned: Bool {
    get { packed & 4 != 0 }
    set { packed = newValue ? packed | 4 : packed & ~4 }
  }
  /// Sends wait for the running turn, or for idle; the first of them is listed beside.
  @inlinable var hasLine: Bool {
    get { packed & 8 != 0 }
    set { packed = newValue ? packed | 8 : packed & ~8 }
  }

  /// Another process held it when it was loaded: it is found by this server's own map.
  @inlinable var mapped: Bool {
    get { packed & 16 != 0 }
    set { packed = newValue ? packed | 16 : packed & ~16 }
  }

  /// A turn begins: the generation rises, the attempts start again.
  @inlinable mutating func begin(_ turn: TurnID, _ connection: ConnectionID) {
    packed = (packed & ~0xFE0 &+ 0x1000) | 1
    self.turn = turn.index
    self.connection = connection
  }

  /// What ran here is over before its answer, which is stale from now on.
  @inlinable mutating func renew() { packed = packed &+ 0x1000 }

  /// The place is free: answers to what ran here are stale from now on.
  @inlinable mutating func leave() {
    packed = (packed & ~0xFFF) &+ 0x1000
    id = LiveSession.nobody
  }

  /// Beyond what a file can hold, so that no count on disk is ever the next one.
  @inlinable static var behind: UInt32 { 1 << 31 }

  /// Attempts of a turn whose last one has failed, while the pause before its error runs.
  @inlinable static var spent: UInt8 { 0x7F }

  /// The id of a freed place.
  @inlinable static var nobody: SessionID { SessionID(Int(UInt32.max)) }

  @inlinable static func stamp(_ now: Instant) -> UInt32 {
    UInt32(truncatingIfNeeded: now.nanoseconds / 125_000_000)
  }
}

/// A send that came while its session was in a turn. It stays, marked done, until the session is
/// idle, because the client that sent it waits for idle too.
@usableFromInline struct QueuedSend: BitwiseCopyable {
  @usableFromInline var turn: TurnID
  @usableFromInline var promptBytes: UInt32
  @usableFromInline var next: UInt32
  @usableFromInline var connection: ConnectionID
  @usableFromInline var done: Bool

  @usableFromInline init(
    turn: TurnID, promptBytes: UInt32, connection: ConnectionID, done: Bool
  ) {
    self.turn = turn
    self.promptBytes = promptBytes
    self.connection = connection
    self.done = done
    next = noLink
  }
}

/// A piece of work for the station.
@usableFromInline struct Job: BitwiseCopyable {
  @usableFromInline enum Kind: UInt8, BitwiseCopyable {
    case create, resume, send, destroy, delete, ping, finish, compact
    case steer, abort, list, messages, compactNow, removeLast, clearQueue

    @inlinable init(_ kind: CLIRequest.Kind) {
      switch kind {
      case .create: self = .create
      case .resume: self = .resume
      case .send: self = .send
      case .destroy: self = .destroy
      case .delete: self = .delete
      case .ping: self = .ping
      case .steer: self = .steer
      case .abort: self = .abort
      case .list: self = .list
      case .messages: self = .messages
      case .compact: self = .compactNow
      case .removeLast: self = .removeLast
      case .clearQueue: self = .clearQueue
      }
    }
  }
  @usableFromInline var session: SessionID
  @usableFromInline var turn: TurnID
  @usableFromInline var place: UInt32
  /// Of a `finish` the generation of its call, of a send the bytes of its prompt.
  @usableFromInline var detail: UInt32
  @usableFromInline var connection: ConnectionID
  @usableFromInline var kind: Kind

  @inlinable init(_ kind: Kind, _ session: SessionID, _ turn: TurnID, _ connection: ConnectionID) {
    self.kind = kind
    self.session = session
    self.turn = turn
    self.connection = connection
    place = 0
    detail = 0
  }
}

/// What people wrote in a session: in the turn that runs, and in those held in memory.
@usableFromInline struct HeldPrompts: BitwiseCopyable {
  @usableFromInline var running: UInt32 = 0
  @usableFromInline var held: UInt32 = 0

  @usableFromInline init() {}
}

/// What a server is to know of the sizes of prompts.
public enum PromptSizes: Hashable, Sendable {
  /// As the profile's turn has it: nothing is added for them.
  case profiled
  /// All alike: what they add is a part of the cost of a turn, and nothing is kept for a session.
  case fixed(bytes: Double)
  /// Each request says its own.
  case counted
}

/// What happened in one process, counted since the start.
public struct CLITally: Sendable, BitwiseCopyable {
  public var turns = 0
  /// Where they are counted; see `CLIServer.promptBytes`.
  public var promptBytes = 0
  public var staleContext = 0
  public var splitBrain = 0
  public var contextLost = 0
  public var compacted = 0
  public var idleRemoved = 0
  public var cutMidTurn = 0
  public var aborted = 0
  public var providerFailures = 0
  public var retries = 0
  public var lostUnflushed = 0
}
