// Everything a mock server runs by, resolved: from the command line, the environment, the profile
// and the scenario. Nothing here changes while it runs.
internal import Basics
internal import CLIModel

struct MockSettings {
  enum CPU: String, CaseIterable, Sendable {
    /// A deadline: each mock behaves as if it had a machine of its own.
    case timed
    /// Really burnt, on the server's one thread.
    case burn
  }

  enum Memory: String, CaseIterable, Sendable { case counted, real }
  enum Events: String, CaseIterable, Sendable { case faithful, lean }
  enum Writes: String, CaseIterable, Sendable {
    case joined
    /// Header and body apart and without TCP_NODELAY: 40 ms a reply to a client that delays its
    /// acknowledgements.
    case split
  }
  enum Audience: String, CaseIterable, Sendable {
    case everybody
    /// Only connections that created or resumed the session.
    case owners
  }
  enum Disk: String, CaseIterable, Sendable { case files, none }

  var host = "127.0.0.1"
  var transport = ServerArguments.Transport.port(0)
  var token: String?
  var home = ""
  var workingDirectory = "/"
  var idleTimeout: Interval?
  var profile = CostProfile()
  var model = ModelPlan()
  var compaction: CompactionPlan? = CompactionPlan()
  var storage = StoragePlan()
  var seed = Seed(0)
  /// Of the model: servers of one fleet have one model behind them, and each its own costs.
  var modelSeed = Seed(0)
  var cores = 1.0
  var cpu = CPU.timed
  var memory = Memory.counted
  var events = Events.faithful
  var writes = Writes.joined
  var audience = Audience.everybody
  var disk = Disk.files
  var answer: String?
  var isHardened = false
  var faults: [Fault] = []
  /// COPILOT_PROVIDER_BASE_URL and COPILOT_MODEL: used where a session names none.
  var provider: ProviderSettings?
  var defaultModel: String?

  var runsLean: Bool { events == .lean }

  /// Bytes that one client may leave unread. The real CLI knows no bound.
  var outputLimit: Int { isHardened ? 8 << 20 : 1 << 30 }
  var bodyLimit: Int { isHardened ? 1 << 20 : 32 << 20 }
  /// Requests of one client at once, queued prompts among them: ten times what the SDK was seen to
  /// have; without a bound of its own the real CLI runs out of memory, at about a million.
  var requestLimit: Int { isHardened ? 4096 : 1 << 20 }
  /// Sessions at once: the most that the mock was measured with.
  var sessionLimit: Int { isHardened ? 10_000 : .max }
  /// Connections at once; past it new ones are closed.
  var connectionLimit: Int { isHardened ? 1024 : 60_000 }
}
