// Pattern 1: a CLI process for each person, as the guide's CLIPool keeps them. The map of one app
// instance: who has a process, who waits for one, which port comes next. Spawning and stopping are
// awaits, hence steps of the Gateway.
internal import Basics

struct CLIPool: ~Copyable {
  struct Member: BitwiseCopyable {
    var server = ServerID.none
    /// Turns that wait for the one spawn under way (single flight).
    var waiters = noLink
    /// Processes being started for this person, and turns under way.
    var spawning: UInt16 = 0
    var busy: UInt16 = 0
    var inMap = false
    var stopping = false
  }

  let policy: PoolPolicy
  var members: Table<Member>
  var usage: UsageList
  private(set) var portsUsed = 0

  init(_ policy: PoolPolicy, people: Int) {
    self.policy = policy
    members = Table(repeating: Member(), count: people)
    usage = UsageList(enabled: policy.release == .idle)
  }

  /// `nextPort++`, before the first await and never given back; 0 where the system chooses, nil
  /// when the count is past the last port there is.
  mutating func takePort() -> UInt16? {
    portsUsed += 1
    return policy.ports == .system ? 0 : UInt16(exactly: policy.firstPort + portsUsed - 1)
  }
}
