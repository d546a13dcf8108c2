// The flags that the real CLI does not have: how faithful, how costly, how broken the mock is to
// be.
internal import CLIModel

struct MockFlags: Hashable, Sendable {
  var profile: String?
  var scenario: String?
  var variant: String?
  /// `name=path`: what the scenario names lies there.
  var files: [String] = []
  /// `key=value`, as `seatrial --set` takes them.
  var settings: [String] = []
  var seed: UInt64 = 0
  /// Nil: the same.
  var modelSeed: UInt64?
  var cores: Double?
  var cpu = MockSettings.CPU.timed
  var memory = MockSettings.Memory.counted
  var events = MockSettings.Events.faithful
  var writes = MockSettings.Writes.joined
  var audience = MockSettings.Audience.everybody
  var disk = MockSettings.Disk.files
  var answer: String?
  var isHardened = false
  var faults: [Fault] = []
}
