// What the whole machine has done since it started, from /proc: its processors' time and the pages
// it has moved to and from swap. Two readings say whether a measurement had the machine that it
// needed.
public struct MachineLoad: Hashable, Sendable {
  /// Time of all processors together, in ticks of the kernel.
  package var busy = 0
  package var idle = 0
  /// Time that a hypervisor gave to other machines.
  package var stolen = 0
  /// Pages, both ways.
  package var swapped = 0
  /// Microseconds in which a quota of this process's control groups held somebody back.
  package var throttledTime = 0

  /// Nil: /proc is not there.
  public static func current() -> MachineLoad? {
    guard case .contents(let times) = Files.read("/proc/stat", limit: 4 << 20),
      var load = MachineLoad(stat: String(decoding: times, as: UTF8.self))
    else { return nil }
    if case .contents(let pages) = Files.read("/proc/vmstat", limit: 1 << 18) {
      load.noteSwap(vmstat: String(decoding: pages, as: UTF8.self))
    }
    load.throttledTime = ControlGroup.throttled()
    return load
  }

  /// `cpu  user nice system idle iowait irq softirq steal guest guest_nice`; guests are within
  /// their users' time.
  package init?(stat: String) {
    guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let times = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    guard times.count >= 8 else { return nil }
    busy = times[0] + times[1] + times[2] + times[5] + times[6]
    idle = times[3] + times[4]
    stolen = times[7]
  }

  /// Lines of `name value`.
  package mutating func noteSwap(vmstat: String) {
    for line in vmstat.split(separator: "\n")
    where line.hasPrefix("pswpin ") || line.hasPrefix("pswpout ") {
      swapped += line.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
  }

  /// What happened from an earlier reading to this one.
  public func since(_ earlier: MachineLoad) -> MachineLoad {
    var difference = self
    difference.busy -= earlier.busy
    difference.idle -= earlier.idle
    difference.stolen -= earlier.stolen
    difference.swapped -= earlier.swapped
    difference.throttledTime -= earlier.throttledTime
    return difference
  }

  private var all: Double { Double(busy + idle + stolen) }
  /// Of the time that the machine had; 0 where too little passed to tell.
  public var busyShare: Double { busy + idle >= 10 ? Double(busy) / Double(busy + idle) : 0 }
  public var stolenShare: Double { all >= 10 ? Double(stolen) / all : 0 }
  public var pagesSwapped: Int { swapped }
  public var throttled: Double { Double(throttledTime) * 1e-6 }
}
