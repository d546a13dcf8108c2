// What a result says about where and how it was made, so that two results are compared knowingly,
// and what it cost. Nothing here may identify a person or a machine on a network.
internal import Basics
internal import LinuxIO
internal import Metrics

struct RunFacts {
  private let started = MonotonicClock.now()
  private let date = WallClock.timestamp()
  private let machine = Machine.current()
  let command: String
  let jobs: Int

  init(command: String, jobs: Int) {
    self.command = command
    self.jobs = jobs
  }

  static var usableProcessors: Int { Machine.current().usableProcessors }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  private static var build: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  func fill(_ result: inout RunResult) {
    let usage = ProcessUsage.current()
    result.cost.wallSeconds = (MonotonicClock.now() - started).seconds
    result.cost.cpuSeconds = usage.processorTime.seconds
    result.cost.peakMemoryBytes = usage.peakResidentBytes
    result.environment = environment
  }

  /// With the cost of the run so far.
  var facts: [(String, String)] {
    let usage = ProcessUsage.current()
    return environment.map { ($0.name, $0.value) } + [
      ("wall_seconds", "\((MonotonicClock.now() - started).seconds)"),
      ("cpu_seconds", "\(usage.processorTime.seconds)"),
      ("peak_memory_bytes", "\(usage.peakResidentBytes)"),
    ]
  }

  private var environment: [RunResult.Fact] {
    var facts = [
      RunResult.Fact("seatrial", Program.version),
      RunResult.Fact("swift", RunFacts.swiftVersion),
      RunResult.Fact("build", RunFacts.build),
      RunResult.Fact("command", command),
      RunResult.Fact("started", date),
      RunResult.Fact("jobs", String(jobs)),
      RunResult.Fact("cores", String(machine.processors)),
      RunResult.Fact("usable_cores", String(machine.usableProcessors)),
    ]
    func add(_ name: String, _ value: String?) {
      if let value { facts.append(RunResult.Fact(name, value)) }
    }
    add("cpu", machine.processorModel)
    add("kernel", machine.kernelRelease)
    add("memory_bytes", machine.memoryBytes.map(String.init))
    add("load_average", machine.loadAverage.map { "\($0)" })
    // Live bytes at the end, as jemalloc counts them.
    add("allocated_bytes", Allocator.allocated().map(String.init))
    return facts
  }
}
