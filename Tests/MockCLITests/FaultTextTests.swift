// Faults as they are typed: every one that help lists, every trigger, and what is no fault.
import Basics
import CLIModel
import MockCLI
import Testing

@Suite struct FaultTextTests {
  private static let samples = [
    "TIME": "250ms", "BYTES": "64KiB", "STATUS": "503",
  ]

  @Test("Every fault of the table is read, alone and with every trigger")
  func table() {
    for entry in FaultText.all {
      let value = entry.value.flatMap { FaultTextTests.samples[$0] }.map { "=\($0)" } ?? ""
      for trigger in ["", "@turn=3", "@share=0.5", "@after=2s"] {
        let text = entry.name + value + trigger
        guard case .success = FaultText.read(text) else {
          Issue.record("\(text) is not read")
          continue
        }
      }
    }
  }

  @Test("Times and sizes have units")
  func units() throws {
    for (text, wanted) in [("1500us", 1_500_000), ("20ms", 20_000_000), ("2s", 2_000_000_000)] {
      guard case .success(let fault) = FaultText.read("slow-disk=\(text)"),
        case .slowDisk(let pause) = fault.kind
      else {
        Issue.record("slow-disk=\(text) is not read")
        continue
      }
      #expect(pause.nanoseconds == Int64(wanted), "\(text)")
    }
    guard case .success(let fault) = FaultText.read("memory=2MiB"),
      case .memory(let bytes) = fault.kind
    else {
      Issue.record("memory=2MiB is not read")
      return
    }
    #expect(bytes == 2 << 20)
  }

  @Test(
    "What is no fault is refused with a reason",
    arguments: [
      ("hnag", "there is no fault 'hnag'; did you mean hang?"),
      ("slow-disk", "slow-disk needs a value: slow-disk=TIME"),
      ("hang=3", "hang takes no value, but was given '3'"),
      ("slow-disk=5", "'5' is no value for slow-disk: TIME"),
      ("slow-disk=infs", "'infs' is no value for slow-disk: TIME"),
      ("memory=9223372036854775807GiB", "'9223372036854775807GiB' is no value for memory: BYTES"),
      ("provider=200", "'200' is no value for provider: STATUS"),
      ("hang@turn=0", "'@turn=0' is no trigger: \(FaultText.triggers)"),
      ("hang@share=2", "'@share=2' is no trigger: \(FaultText.triggers)"),
      ("hang@", "'@' is no trigger: \(FaultText.triggers)"),
    ])
  func refused(text: String, wanted: String) {
    guard case .failure(let problem) = FaultText.read(text) else {
      Issue.record("\(text) is read")
      return
    }
    #expect(problem.text == wanted)
  }
}
