// One planned turn: what Population says to Gateway. It stands in Basics because both speak it and
// neither knows the other.

/// One planned turn. `ordinal` counts the turns of its loop: with `loop` it addresses the draws of
/// the turn.
public struct TurnPlan: BitwiseCopyable, Sendable {
  public var loop: UInt32
  public var ordinal: UInt32
  public var session: SessionID
  /// What sticky routing hashes; opaque here.
  public var key: UInt32
  /// What the person writes: a live driver sends that many bytes.
  public var promptBytes: UInt32
  public var flags: TurnFlags
  /// Counts the conversations that had this session's number, modulo 256: a number is used again
  /// when its conversation is over, and whoever remembers the number alone would mix the two up.
  public var conversation: UInt8

  @inlinable public init(
    loop: UInt32, ordinal: UInt32, session: SessionID, key: UInt32, promptBytes: UInt32 = 0,
    flags: TurnFlags, conversation: UInt8 = 0
  ) {
    self.loop = loop
    self.ordinal = ordinal
    self.session = session
    self.key = key
    self.promptBytes = promptBytes
    self.flags = flags
    self.conversation = conversation
  }
}

public struct TurnFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The conversation is over after this turn.
  @inlinable public static var endsSession: TurnFlags { TurnFlags(rawValue: 1) }
  /// The session belongs to a group.
  @inlinable public static var group: TurnFlags { TurnFlags(rawValue: 2) }
  /// Made for this turn alone.
  @inlinable public static var ephemeral: TurnFlags { TurnFlags(rawValue: 4) }
  /// The first turn of its conversation.
  @inlinable public static var begins: TurnFlags { TurnFlags(rawValue: 16) }
  /// The session id is somebody else's.
  @inlinable public static var intruder: TurnFlags { TurnFlags(rawValue: 8) }
}
