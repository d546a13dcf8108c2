// One figure of a variant as a result stores it: a single value, or a time with its quantiles and
// the whole histogram behind them. A quantile that too few samples support is missing, never
// guessed. Values are in the metric's unit, times in seconds.

/// A 95 % confidence interval unless the environment of the result says otherwise.
public struct ConfidenceInterval: Equatable, Sendable {
  public var low: Double
  public var high: Double

  public init(low: Double, high: Double) {
    precondition(
      low <= high && low.isFinite && high.isFinite, "\(low) to \(high) is not an interval")
    self.low = low
    self.high = high
  }

  public var halfWidth: Double { (high - low) / 2 }
}

public struct MetricResult: Equatable, Sendable {
  public enum Figure: Equatable, Sendable {
    case value(Double?, interval: ConfidenceInterval?)
    case time(TimeSummary)
  }

  public let name: String
  public let unit: String
  public var figure: Figure

  public init(name: String, unit: String, figure: Figure) {
    self.name = name
    self.unit = unit
    self.figure = figure
  }

  public init(_ metric: TimeMetric, _ histogram: HistogramSnapshot) {
    self.init(metric.definition, .time(TimeSummary(histogram)))
  }

  public init(_ metric: CountMetric, _ value: Int) {
    self.init(metric.definition, .value(Double(value), interval: nil))
  }

  public init(_ metric: PeakMetric, _ value: Int) {
    self.init(metric.definition, .value(Double(value), interval: nil))
  }

  public init(_ metric: DerivedMetric, _ value: Double?, interval: ConfidenceInterval? = nil) {
    self.init(metric.definition, .value(value, interval: interval))
  }

  private init(_ definition: MetricDefinition, _ figure: Figure) {
    self.init(name: definition.name, unit: definition.unit.rawValue, figure: figure)
  }

  /// The single value, or the given statistic of a time. Nil where there is none.
  public func value(_ statistic: Statistic? = nil) -> Double? {
    switch figure {
    case .value(let value, _): statistic == nil ? value : nil
    case .time(let summary): statistic.flatMap { summary[$0] }
    }
  }

  public func interval(_ statistic: Statistic? = nil) -> ConfidenceInterval? {
    switch figure {
    case .value(_, let interval): statistic == nil ? interval : nil
    case .time(let summary): statistic.flatMap { summary.intervals[$0] }
    }
  }

  /// What replications say about the figure; for a single value the statistic is nil.
  public mutating func set(_ interval: ConfidenceInterval, _ statistic: Statistic? = nil) {
    switch figure {
    case .value(let value, _):
      precondition(statistic == nil, "\(name) is a single value, it has no \(statistic!.rawValue)")
      figure = .value(value, interval: interval)
    case .time(var summary):
      guard let statistic else { preconditionFailure("\(name) is a time: say which statistic") }
      summary.intervals[statistic] = interval
      figure = .time(summary)
    }
  }
}

/// A time: every figure in seconds, computed from the histogram that is kept with it.
public struct TimeSummary: Equatable, Sendable {
  public let histogram: HistogramSnapshot
  public var intervals: StatisticIntervals

  public init(_ histogram: HistogramSnapshot, intervals: StatisticIntervals = .init()) {
    self.histogram = histogram
    self.intervals = intervals
  }

  public var count: Int { histogram.count }

  /// Nil where the samples are too few for it.
  public subscript(statistic: Statistic) -> Double? {
    if statistic == .count { return Double(count) }
    guard count >= statistic.samplesNeeded else { return nil }
    let nanoseconds =
      statistic.share.map { histogram.quantile($0) }
      ?? (statistic == .max ? Double(histogram.max) : histogram.mean)
    // Divided, not multiplied by 1e-9, which is no double: 20 ms is then the 0.02 that a bound
    // says.
    return nanoseconds.map { $0 / 1e9 }
  }
}

/// Confidence intervals by statistic, in the order of `Statistic` whatever the order of setting.
public struct StatisticIntervals: Equatable, Sendable {
  private var slots = [ConfidenceInterval?](repeating: nil, count: Statistic.allCases.count)

  public init() {}

  public subscript(statistic: Statistic) -> ConfidenceInterval? {
    get { slots[StatisticIntervals.place(of: statistic)] }
    set { slots[StatisticIntervals.place(of: statistic)] = newValue }
  }

  public var isEmpty: Bool { slots.allSatisfy { $0 == nil } }

  private static func place(of statistic: Statistic) -> Int {
    switch statistic {
    case .mean: 0
    case .p50: 1
    case .p90: 2
    case .p95: 3
    case .p99: 4
    case .p999: 5
    case .max: 6
    case .count: 7
    }
  }
}
