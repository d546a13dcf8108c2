// Facts about the machine that belong beside a measurement, so that two results are compared
// knowingly. The host's name is left out on purpose: results are published, and a name identifies
// people and networks.
internal import CLinux
internal import Glibc

public struct Machine: Hashable, Sendable {
  /// Processors that are switched on, and those this process may use; workers count from the
  /// second.
  public var processors: Int
  public var usableProcessors: Int
  /// nil where /proc is not mounted; the same for those below.
  public var memoryBytes: Int?
  public var processorModel: String?
  public var kernelRelease: String?
  /// Mean length of the run queue over one minute, when asked: a busy machine spoils a measurement.
  public var loadAverage: Double?

  public static func current() -> Machine {
    let switchedOn = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let usable = Int(seatrial_usable_processors())
    return Machine(
      processors: switchedOn, usableProcessors: usable > 0 ? usable : switchedOn,
      memoryBytes: text("/proc/meminfo").flatMap { KernelText.bytes(of: "MemTotal", in: $0) },
      processorModel: text("/proc/cpuinfo").flatMap { KernelText.value(of: "model name", in: $0) },
      kernelRelease: text("/proc/sys/kernel/osrelease").map { KernelText.trimmed($0[...]) },
      loadAverage: text("/proc/loadavg").flatMap { $0.split(separator: " ").first }
        .flatMap { Double($0) })
  }

  private static func text(_ path: String) -> String? {
    // 4 MiB: /proc/cpuinfo has about 1.5 kB a processor.
    guard case .contents(let bytes) = Files.read(path, limit: 4 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
