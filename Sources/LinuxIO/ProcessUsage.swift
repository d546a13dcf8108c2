// What this process has used so far: for `cost` in a result and for the driver's own verdict, which
// must know whether the tool itself was the bottleneck. Reading smaps_rollup walks the page tables:
// a few times a second at most.
public import Basics
internal import Glibc

public struct ProcessUsage: Hashable, Sendable {
  /// Time on a processor in our own code and in the kernel for us; all threads.
  public var userTime: Interval
  public var systemTime: Interval
  /// The highest resident set so far.
  public var peakResidentBytes: Int
  /// Resident now, and the share of it after dividing pages with other processes; nil where /proc
  /// is not mounted.
  public var residentBytes: Int?
  public var proportionalBytes: Int?

  public var processorTime: Interval { userTime + systemTime }

  public static func current() -> ProcessUsage {
    // Before the peak, which only grows: it must not look smaller than what is resident.
    let memory = rollup()
    var usage = rusage()
    let result = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    precondition(result == 0, "getrusage refused RUSAGE_SELF")
    return ProcessUsage(
      userTime: interval(usage.ru_utime), systemTime: interval(usage.ru_stime),
      peakResidentBytes: usage.ru_maxrss * 1024,
      residentBytes: memory.resident, proportionalBytes: memory.proportional)
  }

  /// Processor time of the calling thread: what a worker reports about itself.
  public static func threadTime() -> Interval {
    Interval(nanoseconds: nanoseconds(CLOCK_THREAD_CPUTIME_ID))
  }

  private static func interval(_ time: timeval) -> Interval {
    Interval(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000)
  }

  private static func rollup() -> (resident: Int?, proportional: Int?) {
    guard case .contents(let bytes) = Files.read("/proc/self/smaps_rollup", limit: 1 << 16) else {
      return (nil, nil)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return (KernelText.bytes(of: "Rss", in: text), KernelText.bytes(of: "Pss", in: text))
  }
}
