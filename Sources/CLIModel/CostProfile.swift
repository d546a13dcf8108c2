// The measured cost of one CLI version: what `scenarios/profiles/*.json` holds. The defaults here
// are neutral zeros; every number that a run uses comes from a profile or from a scenario's
// override, never from the code.
public import Basics

/// CPU work of one operation: its law over all threads, and how much of it must run on the main
/// thread.
public struct OperationCost: Sendable, Hashable {
  /// Seconds of CPU, summed over threads.
  public var cpu: Distribution
  /// Share of the CPU that only the main thread can do, 0 to 1. The rest spreads over helper
  /// threads.
  public var mainShare: Double
  /// Chance that this operation meets a long pause (garbage collection, most likely), and its
  /// length in seconds.
  public var outlierChance: Double
  public var outlier: Double

  public init(
    cpu: Distribution, mainShare: Double = 1, outlierChance: Double = 0, outlier: Double = 0
  ) {
    self.cpu = cpu
    self.mainShare = mainShare
    self.outlierChance = outlierChance
    self.outlier = outlier
  }

  public static let free = OperationCost(cpu: .fixed(0))
}

public struct CostProfile: Sendable, Hashable {
  public var name = "unnamed"
  public var cliVersion = ""
  /// Process start to listening, and the first connect after it.
  public var start = Distribution.fixed(0)
  public var firstConnect = Distribution.fixed(0)

  public var ping = OperationCost.free
  public var create = OperationCost.free
  public var resume = OperationCost.free
  /// Added to a resume for each turn in the history, seconds of CPU.
  public var resumePerTurn = 0.0
  public var resumeLive = OperationCost.free
  public var destroy = OperationCost.free
  public var delete = OperationCost.free
  public var listPerSession = 0.0
  /// Added to a reading of a session's messages for each turn in it, seconds of CPU.
  public var messagesPerTurn = 0.0
  /// Before the provider is called; the acknowledgement of `session.send` goes out at its end.
  public var turnBefore = OperationCost.free
  /// After the provider's answer, until the client sees `session.idle`.
  public var turnAfter = OperationCost.free
  /// Added to `turnAfter` for each session with a turn that is live in the process, seconds of CPU.
  public var turnPerLiveSession = 0.0
  public var compaction = OperationCost.free

  public var memory = MemoryCost()
  public var disk = DiskCost()
  public var context = ContextCost()

  /// The pause between an event and its append to events.jsonl.
  public var flushDelay = Interval.milliseconds(100)
  /// How often the idle sweep looks.
  public var idleSweep = Interval.seconds(300)
  /// SIGTERM to exit while a client is connected.
  public var stopConnected = Interval.seconds(10)
  /// Added to an isolated reply when the client delays its acknowledgements.
  public var delayedAck = Interval.milliseconds(40)
  /// Messages and bytes that one turn sends to every connection.
  public var turnMessages = 19
  public var turnBytes = 29_000
  /// Pauses between attempts after a provider error, by class of status.
  public var retryRateLimited: [Interval] = []
  public var retryServerError: [Interval] = []
  public var retryClientError: [Interval] = []
  public var retryRefused: [Interval] = []
  /// After the last attempt, before the client is told: the real CLI waits once more.
  public var lastPauseRateLimited = Interval.zero
  public var lastPauseServerError = Interval.zero
  public var lastPauseRefused = Interval.zero

  /// How well each number is known, in the order of the file.
  public var evidence: [ParameterEvidence] = []

  public init() {}
}

/// What a profile says about the origin of one of its numbers.
public struct ParameterEvidence: Sendable, Hashable {
  /// As in the file: `turn-after.cpu`.
  public var path: String
  /// nil: not stated.
  public var samples: Int?
  /// The file itself says that it was not measured.
  public var isAssumed: Bool

  public init(path: String, samples: Int?, isAssumed: Bool) {
    self.path = path
    self.samples = samples
    self.isAssumed = isAssumed
  }
}

public struct MemoryCost: Sendable, Hashable {
  public var base = 0.0
  public var idleSession = 0.0
  /// A live session that has run a turn in this process.
  public var activeSession = 0.0
  public var turn = 0.0
  public init() {}
}

public struct DiskCost: Sendable, Hashable {
  public var session = 0.0
  public var turn = 0.0
  public var database = 0.0
  /// Written for each byte of a prompt; `turn` is that of an empty one.
  public var perPromptByte = 0.0
  public init() {}

  /// Of a turn with a prompt of that many bytes.
  public func turn(prompt bytes: Double) -> Double { turn + perPromptByte * bytes }
}

public struct ContextCost: Sendable, Hashable {
  public var baseTokens = 0.0
  /// Of a turn with a prompt of `promptBytes`; one of another length adds or takes its difference.
  public var tokensPerTurn = 0.0
  public var promptBytes = 0.0
  public var tokensPerPromptByte = 0.0
  public var window = 128_000.0
  public init() {}
}
