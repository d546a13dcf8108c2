// What one server used over time: samples of its process, thinned as they grow many, and the CPU of
// lives that are over. And what all of them together used at most.
internal import Basics
internal import LinuxIO

struct ServerLens: Sendable {
  struct Sample: Sendable {
    var at: Instant
    var gauge: ProcessGauge
  }

  struct DiskSample: Sendable {
    var at: Instant
    var bytes: Int
  }

  private var gauges = ThinnedSeries<Sample>()
  private var diskSizes = ThinnedSeries<DiskSample>()
  var samples: [Sample] { gauges.samples }
  var disks: [DiskSample] { diskSizes.samples }
  /// CPU of lives that are over.
  private var earlier = Interval.zero
  private var life = 0
  private var lastCPU = Interval.zero
  private var firstCPU: Interval?
  private(set) var residentMax = 0
  var diskBytes = 0

  mutating func begin() {
    gauges = ThinnedSeries()
    diskSizes = ThinnedSeries()
    firstCPU = earlier + lastCPU
    residentMax = 0
  }

  /// CPU since `begin`.
  var cpuUsed: Interval { earlier + lastCPU - (firstCPU ?? .zero) }

  /// - keeps: false where nobody will look at this one alone.
  mutating func note(_ gauge: ProcessGauge, life: Int, at now: Instant, keeps: Bool) {
    if life != self.life {
      earlier = earlier + lastCPU
      self.life = life
    }
    lastCPU = gauge.cpu
    residentMax = max(residentMax, gauge.residentBytes)
    guard keeps else { return }
    var gauge = gauge
    gauge.cpu = earlier + gauge.cpu
    gauges.add(Sample(at: now, gauge: gauge))
  }

  mutating func keepDisk(at now: Instant) {
    diskSizes.add(DiskSample(at: now, bytes: diskBytes))
  }
}

/// The most that ran at once, and the most that they used together.
struct FleetPeaks: Sendable {
  var servers = 0
  /// Shared pages counted once where that could be seen.
  var memory = 0

  mutating func raise(to other: FleetPeaks) {
    servers = max(servers, other.servers)
    memory = max(memory, other.memory)
  }
}
