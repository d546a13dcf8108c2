// All figures of one replication or one worker: recorded with a few instructions each, merged
// exactly afterwards. It is owned by one loop and never shared. What a host averages over time
// itself (CPU, resident sessions) is not in here; it joins the figures as `DerivedMetric` when the
// result is put together.
public import Basics

public struct Recorder: ~Copyable {
  @usableFromInline var times: Table<Histogram>
  @usableFromInline var counts: Table<UInt64>
  @usableFromInline var peaks: Table<UInt64>

  public init() {
    times = Table(capacity: TimeMetric.allCases.count)
    for _ in TimeMetric.allCases { times.append(Histogram()) }
    counts = Table(repeating: 0, count: CountMetric.allCases.count)
    peaks = Table(repeating: 0, count: PeakMetric.allCases.count)
  }

  @inlinable @inline(__always)
  public mutating func record(_ metric: TimeMetric, _ length: Interval) {
    times[metric.rawValue].record(length.nanoseconds)
  }

  @inlinable @inline(__always)
  public mutating func count(_ metric: CountMetric, _ n: Int = 1) {
    precondition(n >= 0, "a tally only grows")
    counts[metric.rawValue] &+= UInt64(truncatingIfNeeded: n)
  }

  /// The level is kept if it is the highest so far.
  @inlinable public mutating func high(_ metric: PeakMetric, _ level: Int) {
    precondition(level >= 0, "a level cannot be negative")
    let level = UInt64(truncatingIfNeeded: level)
    if level > peaks[metric.rawValue] { peaks[metric.rawValue] = level }
  }

  /// At the end of the warm-up. Peaks start from nothing too, so the host reports the present
  /// levels again.
  public mutating func reset() {
    for place in 0..<times.count { times[place].reset() }
    for place in 0..<counts.count { counts[place] = 0 }
    for place in 0..<peaks.count { peaks[place] = 0 }
  }

  public mutating func merge(_ other: borrowing Recorder) {
    for place in 0..<times.count { times[place].merge(other.times[place]) }
    for place in 0..<counts.count { counts[place] += other.counts[place] }
    for place in 0..<peaks.count { peaks[place] = max(peaks[place], other.peaks[place]) }
  }

  public func snapshot(of metric: TimeMetric) -> HistogramSnapshot {
    times[metric.rawValue].snapshot()
  }
  public func quantile(_ p: Double, of metric: TimeMetric) -> Double? {
    times[metric.rawValue].quantile(p)
  }
  public func mean(of metric: TimeMetric) -> Double? { times[metric.rawValue].mean }
  public func samples(of metric: TimeMetric) -> Int { times[metric.rawValue].count }
  public func value(of metric: CountMetric) -> Int { Int(counts[metric.rawValue]) }
  public func value(of metric: PeakMetric) -> Int { Int(peaks[metric.rawValue]) }
}

extension Recorder {
  public func value(of metric: DerivedMetric, measured: Interval) -> Double? {
    metric.value(measured: measured) { value(of: $0) }
  }

  /// Every metric of the catalog, in its order; what only the host knows has no value yet
  /// (`VariantResult.set`).
  public func results(measured: Interval) -> [MetricResult] {
    TimeMetric.allCases.map { MetricResult($0, snapshot(of: $0)) }
      + CountMetric.allCases.map { MetricResult($0, value(of: $0)) }
      + PeakMetric.allCases.map { MetricResult($0, value(of: $0)) }
      + DerivedMetric.allCases.map { MetricResult($0, value(of: $0, measured: measured)) }
  }
}

extension DerivedMetric {
  /// From the tallies. Nil where the denominator is nothing, and for those that only the host can
  /// know.
  public func value(measured: Interval, _ count: (CountMetric) -> Int) -> Double? {
    func share(_ part: CountMetric, of whole: Int) -> Double? {
      whole > 0 ? Double(count(part)) / Double(whole) : nil
    }
    func openings() -> Int {
      count(.sessionsHits) + count(.sessionsCreated) + count(.sessionsResumed)
    }
    switch self {
    case .turnThroughput:
      let seconds = Double(measured.nanoseconds) / 1e9
      return seconds > 0 ? Double(count(.turnsCompleted)) / seconds : nil
    case .evictionRate: return share(.sessionsEvicted, of: openings())
    case .hitRate: return share(.sessionsHits, of: openings())
    case .contentionRate: return share(.locksRefused, of: count(.locksAttempts))
    case .imbalance, .residentMean, .serverCPU, .driverCPU: return nil
    }
  }
}

/// The busiest server's turns over the mean: `servers.imbalance`. Nil where there were no turns at
/// all.
public func imbalance(ofTurns turns: [Int]) -> Double? {
  let total = turns.reduce(0, +)
  guard total > 0, let busiest = turns.max() else { return nil }
  return Double(busiest) * Double(turns.count) / Double(total)
}
