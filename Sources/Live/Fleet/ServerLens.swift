// What one server used over time: samples of its process, thinned as they grow many, and the CPU of
// lives that are over.
internal import Basics
internal import LinuxIO

struct ServerLens: Sendable {
  struct Sample: Sendable {
    var at: Instant
    var gauge: ProcessGauge
  }

  private(set) var samples: [Sample] = []
  /// CPU of lives that are over.
  private var earlier = Interval.zero
  private var life = 0
  private var lastCPU = Interval.zero
  private var firstCPU: Interval?
  private(set) var residentMax = 0
  private(set) var proportionalMax = 0
  private(set) var threadsMax = 0
  private(set) var descriptorsMax = 0
  private(set) var childrenMax = 0
  var diskBytes = 0

  /// Samples kept of one server; then every second one goes, and later ones come half as often.
  private static let most = 600
  private var stride = 1
  private var skipped = 0

  mutating func begin() {
    samples = []
    firstCPU = earlier + lastCPU
    residentMax = 0
    proportionalMax = 0
  }

  /// CPU since `begin`.
  var cpuUsed: Interval { earlier + lastCPU - (firstCPU ?? .zero) }

  mutating func note(_ gauge: ProcessGauge, life: Int, at now: Instant) {
    if life != self.life {
      earlier = earlier + lastCPU
      self.life = life
    }
    lastCPU = gauge.cpu
    var gauge = gauge
    gauge.cpu = earlier + gauge.cpu
    residentMax = max(residentMax, gauge.residentBytes)
    proportionalMax = max(proportionalMax, gauge.proportionalBytes ?? 0)
    threadsMax = max(threadsMax, gauge.threads)
    descriptorsMax = max(descriptorsMax, gauge.descriptors ?? 0)
    childrenMax = max(childrenMax, gauge.children)
    skipped += 1
    guard skipped >= stride else { return }
    skipped = 0
    samples.append(Sample(at: now, gauge: gauge))
    if samples.count >= ServerLens.most {
      samples = samples.indices.filter { $0 % 2 == 0 }.map { samples[$0] }
      stride *= 2
    }
  }
}
