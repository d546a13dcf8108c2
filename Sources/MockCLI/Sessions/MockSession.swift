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
}

/// A bring-your-own-key provider, as `session.create` names it.
struct ProviderSettings: Equatable {
  var host: String
  var port: UInt16
  var path: String
  var key: String
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
  var options = SessionOptions()

  /// Requests under way that are about it; it is not forgotten before they are answered.
  var claims = 0
  /// Whether it has been opened and not closed again, as far as disk and wire go.
  var isOpen = false

  var startTime: [UInt8] = []
  var startMilliseconds: Int64 = 0
  var createdTime: [UInt8] = []
  /// The last event on disk or about to be, which the next one names as its parent.
  var lastEvent: EventID?
  var eventCount = 0
  /// The first prompt, escaped as JSON.
  var title: [UInt8]?
  var usage = UsageTotals()
  /// Turns that the model has seen, on disk or not.
  var turns = 0

  /// Events that are not in the file yet, a line each.
  var unflushed = PendingLines()
  /// Lines that reach the file only once a turn follows: start and resume.
  var waitsForTurn = true
  var flushIsDue = false
  /// Parts of events.jsonl that this process has in memory: what it found, and what it wrote.
  var parts: [Range<Int>] = []
  /// The real CLI keeps a database open for each session that has run a turn.
  var database: Descriptor?
  var skillsAreLoaded = false

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
  /// What has been said, for providers, which get all of it every time; empty without one.
  var conversation: [EventLog.Spoken] = []
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
  }
}

/// A turn that the provider works on.
struct RunningTurn {
  var ask: Int
  var interaction: EventID
  var message: EventID
  var began: Int64
  var call: ProviderCall
  /// Counts calls of one turn; answers of an earlier one are stale.
  var answer: ModelAnswer?
  var firstToken: Int64?
  var streamedBytes = 0
  var deltas = 0
  var failures = 0
}

/// What came back from the model.
struct ModelAnswer {
  /// Escaped as JSON.
  var text: [UInt8]
  var inputTokens: Int
  var outputTokens: Int
  var callID: [UInt8]
  var milliseconds: Int64
}
