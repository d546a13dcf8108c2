// What every prompt carries so that it can be found again: who sent it, into which session, as
// which of that person's turns. Numbers only; how a mark is written into a prompt is Wire's.

public struct Mark: Hashable, Sendable, BitwiseCopyable {
  public var user: UInt32
  public var session: UInt32
  /// Unique among the user's turns of a run.
  public var turn: UInt32

  @inlinable public init(user: UInt32, session: UInt32, turn: UInt32) {
    self.user = user
    self.session = session
    self.turn = turn
  }

  /// Unique among the turns of a run, whatever session they were sent to.
  @inlinable var code: UInt64 { UInt64(user) &<< 32 | UInt64(turn) }

  @inlinable init(code: UInt64, session: UInt32) {
    user = UInt32(truncatingIfNeeded: code &>> 32)
    turn = UInt32(truncatingIfNeeded: code)
    self.session = session
  }
}
