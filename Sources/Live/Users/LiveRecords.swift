// What a shard keeps beside the gateways' own records: for a turn the instant it was due and where
// it stands on the wire, for a session which of its turns are under way there.
internal import Basics

struct LiveTurn: BitwiseCopyable {
  /// When the scenario wanted it: response times count from here, whatever the driver was doing.
  var due = Instant.zero
  /// When it got its session's lock.
  var locked = Instant.zero
  /// The next turn under way in the same session, in the order of sending.
  var next = noLink
  /// Counts the sends to a session: what a destroy came after and what it did not.
  var send: UInt32 = 0
  var isAcknowledged = false
  var sawPiece = false
  var isUnderWay = false
  /// What was asked for last: to resume the session, not to create it.
  var resumes = false
}

struct LiveSessionRecord: BitwiseCopyable {
  var name: SessionNames.Place
  var person: UInt32
  var connection: UInt32
  var life: UInt32
  var first = noLink
  var last = noLink
  var sends: UInt32 = 0
  /// Opened and not let go since, as far as this app instance knows.
  var isOpen = false
  var opensUnderWay: UInt16 = 0
  /// An error was announced; the idle that follows ends the turn.
  var hasFailed = false

  var isUnused: Bool { !isOpen && opensUnderWay == 0 && first == noLink }
}
