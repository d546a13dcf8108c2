// What a result carries beyond its figures, so that a page needs nothing else: the scenario's keys,
// one figure of each replication, response times as a map over time, and what happened when.
// All of it came after the first results were written, so all of it may be missing.
public import Basics

/// One key of a scenario, as it was in force.
public struct SettingResult: Equatable, Sendable {
  public var key: String
  /// Canonical text, as a scenario would say it.
  public var value: String
  /// `default`, `file`, `--set`, `variant NAME` or `profile NAME`.
  public var origin: String

  public init(key: String, value: String, origin: String) {
    self.key = key
    self.value = value
    self.origin = origin
  }
}

/// A figure of every replication, in their order: what paired comparisons are made from.
public struct SampleResult: Equatable, Sendable {
  /// With its statistic: `turn.response.p95`.
  public var metric: String
  public var values: [Double?]

  public init(metric: String, values: [Double?]) {
    self.metric = metric
    self.values = values
  }
}

/// How often a time fell into which band, in equal slices of time.
public struct HeatMapResult: Equatable, Sendable {
  /// What the slices belong to. Figures come from the measured part alone; the others show whether
  /// the warm-up was long enough and what came after.
  public enum Phase: String, CaseIterable, Sendable {
    case warmUp = "warm-up"
    case measured, drain
  }

  public var metric: String
  public var phase = Phase.measured
  public var startSeconds: Double
  public var stepSeconds: Double
  /// Ends of the bands in seconds, ascending: one more than there are bands.
  public var edges: [Double]
  /// For each slice, a count for each band.
  public var counts: [[Int]]

  public init(
    metric: String, startSeconds: Double, stepSeconds: Double, edges: [Double], counts: [[Int]]
  ) {
    self.metric = metric
    self.startSeconds = startSeconds
    self.stepSeconds = stepSeconds
    self.edges = edges
    self.counts = counts
  }

  /// From slices that count in `BucketLayout.bands`; nil where nothing was counted. Bands that are
  /// empty at both ends are left out.
  public init?(
    metric: String, phase: Phase = .measured, startSeconds: Double, stepSeconds: Double,
    bands slices: [[Int]]
  ) {
    let used = slices.flatMap { slice in slice.indices.filter { slice[$0] > 0 } }
    guard let low = used.min(), let high = used.max() else { return nil }
    self.init(
      metric: metric, startSeconds: startSeconds, stepSeconds: stepSeconds,
      edges: (low...high + 1).map { BucketLayout.bandStart($0) },
      counts: slices.map { Array($0[low...high]) })
    self.phase = phase
  }
}

/// Something that happened to the system at an instant: a server lost, a phase begun.
public struct MarkResult: Equatable, Sendable {
  /// On the clock of the series.
  public var atSeconds: Double
  public var label: String

  public init(atSeconds: Double, label: String) {
    self.atSeconds = atSeconds
    self.label = label
  }
}

/// Something that must not happen to a turn and did: an example of what a tally counts.
public struct FindingResult: Equatable, Sendable {
  /// `lost`, `duplicated`, `foreign` …
  public var kind: String
  /// On the clock of the series.
  public var atSeconds: Double
  public var session: Int
  /// Whose turn, and which of theirs; nil where only a digest was left of it.
  public var user: Int?
  public var turn: Int?
  /// The CLI server that it was sent to.
  public var server: Int?
  public var sentSeconds: Double?
  public var acknowledgedSeconds: Double?
  /// All of it as a sentence.
  public var text: String

  public init(kind: String, atSeconds: Double, session: Int, text: String) {
    self.kind = kind
    self.atSeconds = atSeconds
    self.session = session
    self.text = text
  }
}

extension BucketLayout {
  /// Buckets in a band: a quarter of an octave, which is 19 % at most. Coarse enough for a picture,
  /// fine enough to tell 2 s from 2.5 s.
  private static let bucketsPerBand = 128

  public static var bands: Int { count / bucketsPerBand }

  static func band(of bucket: Int) -> Int { bucket / bucketsPerBand }

  /// Where a single time belongs, for whoever counts in bands without a recorder.
  public static func band(of time: Interval) -> Int { band(of: clampedIndex(of: time.nanoseconds)) }

  /// Where a band begins, in seconds; the end of the last one for `bands`.
  static func bandStart(_ band: Int) -> Double {
    band >= bands
      ? Double(largest + 1) / 1e9 : Double(lowest(of: band * bucketsPerBand)) / 1e9
  }
}

extension Recorder {
  /// Everything recorded of a time so far, by bands. Looks only where something was recorded.
  public func bands(of metric: TimeMetric) -> [Int] {
    var bands = [Int](repeating: 0, count: BucketLayout.bands)
    times[metric.rawValue].addBands(to: &bands)
    return bands
  }

  /// Nanoseconds, of all samples together.
  public func sum(of metric: TimeMetric) -> Double { Double(times[metric.rawValue].sum) }
}

extension Histogram {
  func addBands(to bands: inout [Int]) {
    guard let min, let max else { return }
    let first = BucketLayout.clampedIndex(of: min)
    let last = BucketLayout.clampedIndex(of: max)
    for bucket in first...last { bands[BucketLayout.band(of: bucket)] += Int(buckets[bucket]) }
  }
}
