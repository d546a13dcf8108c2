// Figures about this process and this machine: plausible here, and absent rather than zero where
// the kernel says nothing.
import Basics
import LinuxIO
import Testing

@Suite struct UsageTests {
  /// Real work the optimizer cannot drop, until the thread has used this much processor time.
  private func burn(_ wanted: Interval) -> UInt64 {
    let start = ProcessUsage.threadTime()
    var x: UInt64 = 1
    while ProcessUsage.threadTime() - start < wanted { for _ in 0..<1000 { x = mix64(x) } }
    return x
  }

  @Test("Processor time grows with work, for the thread and for the process")
  func processorTime() {
    let before = ProcessUsage.current()
    #expect(burn(.milliseconds(20)) != 0)
    let after = ProcessUsage.current()
    // The kernel may count the process in whole ticks, hence half of what the thread used.
    #expect(after.processorTime - before.processorTime >= .milliseconds(10))
  }

  @Test("Memory figures are there and agree with one another")
  func memory() throws {
    let usage = ProcessUsage.current()
    let resident = try #require(usage.residentBytes)
    let proportional = try #require(usage.proportionalBytes)
    #expect(resident > 1 << 20 && proportional > 0 && proportional <= resident)
    // The kernel counts a process's pages on each processor and adds them up now and then.
    let processors = Machine.current().processors
    let lag = 3 * processors * max(32, 2 * processors) * 4096
    #expect(usage.peakResidentBytes + lag >= resident)
  }

  @Test("The allocator sees what Swift allocates")
  func allocator() throws {
    // Other tests allocate and free at the same time, some of them as much; hardly five times.
    let isSeen = try (0..<5).contains { _ in
      let before = try #require(Allocator.allocated())
      let threadBefore = try #require(Allocator.threadAllocated())
      let block = [UInt8](repeating: 1, count: 64 << 20)
      let after = try #require(Allocator.allocated())
      let threadAfter = try #require(Allocator.threadAllocated())
      #expect(block.count == 64 << 20)
      #expect(threadAfter - threadBefore >= 64 << 20)
      return after - before >= 32 << 20
    }
    #expect(isSeen)
  }

  @Test("The machine is described")
  func machine() throws {
    let machine = Machine.current()
    #expect(machine.usableProcessors >= 1 && machine.processors >= 1)
    #expect(try #require(machine.memoryBytes) > 64 << 20)
    #expect(try #require(machine.kernelRelease).contains("."))
    #expect(try #require(machine.loadAverage) >= 0)
  }

  @Test("Tables of the kernel are read by whole names")
  func kernelText() {
    let text = "Rss:    12 kB\nPss_Dirty: 3 kB\nPss:\t 7 kB\nmodel name\t: Xeon (R) \nOdd: 9 MB\n"
    #expect(KernelText.bytes(of: "Rss", in: text) == 12 * 1024)
    #expect(KernelText.bytes(of: "Pss", in: text) == 7 * 1024)
    #expect(KernelText.value(of: "model name", in: text) == "Xeon (R)")
    #expect(KernelText.bytes(of: "Odd", in: text) == nil)
    #expect(KernelText.bytes(of: "Swap", in: text) == nil)
    #expect(KernelText.value(of: "Rss", in: "") == nil)
  }
}
