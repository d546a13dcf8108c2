// A session that somebody has asked this process for: what the wire and the disk need to know of
// it. Whether it is live, running or idle is the machine's to say (CLIModel.CLIServer); nothing
// here is decided twice.
internal import Basics
internal import CLIModel
internal import LinuxIO

/// What a client asked for when it created or resumed a session. Values stay as they were written.
struct SessionOptions {
  /// JSON of `model`; nil when absent.
  var model: [UInt8]?
  var streams = false
  var provider: ProviderSettings?
  var workingDirectory: String?
  /// Whether the session has a workspace and summaries: `infiniteSessions`, on unless switched off.
  var isInfinite = true
  /// Share of the context at which a summary is made in the background.
  var compactAt = SessionOptions.usualThreshold
  /// Clients may be asked before a tool runs.
  var asksPermission = false
  var tools: [ClientTool] = []

  /// As `session.metadata.contextInfo` of 1.0.57 gives it: 102,400 of 128,000.
  static let usualThreshold = 0.8
}

/// A bring-your-own-key provider, as `session.create` names it.
struct ProviderSettings: Equatable {
  var host: String
  var port: UInt16
  var path: String
  var key: String
  /// Tokens that a request may have; the profile's window where the client says nothing.
  var promptLimit: Int?
}

/// What the model's answers have cost so far, for `session.usage.getMetrics` and the shutdown
/// event.
struct UsageTotals {
  var requests = 0
  var inputTokens = 0
  var outputTokens = 0
  var apiMilliseconds: Int64 = 0
  var lastInput = 0
  var lastOutput = 0
}

final class MockSession {
  let number: SessionID
  /// Letters, digits, `-` and `_` only, so it stands in JSON and in paths as it is.
  let name: String
  let nameBytes: [UInt8]
  /// What stands before each of its events on the wire.
  let eventPrefix: [UInt8]
  var options = SessionOptions()

  /// Requests under way that are about it; it is not forgotten before they are answered.
  var claims = 0
  /// Whether it has been opened and not closed again, as far as disk and wire go.
  var isOpen = false

  var startTime: [UInt8] = []
  var startMilliseconds: Int64 = 0
  /// Those of workspace.yaml.
  var createdTime: [UInt8] = []
  var updatedTime: [UInt8] = []
  /// Summaries made so far.
  var summaries = 0
  /// The last event on disk or about to be, which the next one names as its parent.
  var lastEvent: EventID?
  var eventCount = 0
  /// Events since it was opened that are not on disk.
  var ephemeralCount = 0
  /// The name that the first prompt gave it, escaped as JSON.
  var title: [UInt8]?
  var wasResumed = false
  var usage = UsageTotals()
  /// Turns that the model has seen, on disk or not.
  var turns = 0

  /// Events that are not in the file yet, a line each.
  var unflushed = PendingLines()
  /// What of its room counts among what all sessions keep.
  var keptRoom = 0
  /// Lines that reach the file only once a turn follows: start and resume.
  var waitsForTurn = true
  var flushIsDue = false
  /// Parts of events.jsonl that this process has in memory: what it found, and what it wrote.
  var parts: [Range<Int>] = []
  /// The real CLI keeps a database open for each session that has run a turn.
  var database: Descriptor?
  var skillsAreLoaded = false
  /// The first turn since it was opened is still to come.
  var startHookIsDue = true

  /// The turn under way.
  var turn: RunningTurn?
  /// A turn has just ended and another follows without an idle in between.
  var continues = false
  /// Why the turn under way is about to fail.
  var failure: ModelFailure?
  /// A turn has begun since the last `session.idle`.
  var announcesIdle = false
  /// When the provider wants to be asked again, if it said so.
  var retryAfter: Interval?
  /// What has been said; its texts only where a provider wants them.
  var talk = Conversation()
  /// A summary is being made: how many entries it is of, and who asked for it.
  var compaction: Compaction?
  /// The last summary left the context too long for another to help.
  var compactionIsFutile = false
  /// Connections that want to be asked by hooks.
  var hookOwners: [Int] = []
  /// The last `session.idle`.
  var idleEvent: EventID?
  /// What is to go wrong in the turn under way.
  var fault: Fault.Kind?
  /// The last answer's event, for `session.sendAndWait`.
  var lastAnswer: [UInt8] = []
  /// Sends that wait, by their place among the requests; steering ones apart.
  var queue: [Int] = []
  var steering: [Int] = []
  /// Connections that created or resumed it, for `--broadcast owners`.
  var owners: [Int] = []
  /// Memory really held, where asked for.
  var ballast = ByteBuffer()

  init(number: SessionID, name: String) {
    self.number = number
    self.name = name
    nameBytes = Array(name.utf8)
    eventPrefix =
      Array(
        "{\"jsonrpc\":\"2.0\",\"method\":\"session.event\",\"params\":{\"sessionId\":\"".utf8)
      + nameBytes + Array("\",\"event\":".utf8)
  }
}

/// A turn that has begun and not ended. An object, because it is looked at a dozen times in a turn
/// and a copy of it would retain all that it holds.
final class RunningTurn {
  let ask: Int
  let interaction: EventID
  var message: EventID
  let began: Int64
  let call: ProviderCall
  var stage = TurnStage.submitted
  /// Counts the model's answers in it: a tool's result asks for one more.
  var round = 0
  var attempt = 0
  var answer: ModelAnswer?
  /// Tools that are still to be run, the first of them under way.
  var calls: [ToolCall] = []
  /// What came of the tool whose hook is being asked.
  var result: ToolResult?
  /// Whose answer the turn waits for.
  var wait = TurnWait.nothing
  var firstToken: Int64?
  var streamedBytes = 0
  /// Whose draws of the built-in model it meets.
  var draws = (person: 0, turn: 0)
  var deltas = 0
  /// `assistant.message_start` is out for this round.
  var hasMessage = false
  var failures = 0

  init(ask: Int, interaction: EventID, message: EventID, began: Int64, call: ProviderCall) {
    self.ask = ask
    self.interaction = interaction
    self.message = message
    self.began = began
    self.call = call
  }
}

/// What came back from the model.
package struct ModelAnswer {
  /// Escaped as JSON.
  package var text: [UInt8]
  package var inputTokens: Int
  package var outputTokens: Int
  package var callID: [UInt8]
  package var milliseconds: Int64
  /// Tools that it asks for.
  package var calls: [ToolCall] = []
}

/// How far a turn has got.
enum TurnStage {
  case submitted, prompted, asking
  /// Its events are out, up to `assistant.turn_end`.
  case ended
}

/// What a client still owes a turn.
enum TurnWait {
  case nothing
  /// Answers to a hook: the number of the request, and the invocation it belongs to.
  case hook(id: Int, invocation: EventID, kind: Hook)
  case permission(EventID)
  case tool(EventID)
}

/// A summary under way.
struct Compaction {
  /// Entries of the conversation that it is of.
  var length: Int
  var tokens: Int
  var began: Int64
  /// The request that waits for it; nil where it is made in the background.
  var ask: Int?
  /// The turn's own request goes first.
  var isDeferred = false
}
