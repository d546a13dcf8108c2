// The one table of every figure a result may carry: name, unit, which way is better, and what it
// means in a sentence. Recorder, results, schema, expectations, reports and docs/metrics.md all
// read it here. Names are a contract: add, never rename.

public enum MetricUnit: String, CaseIterable, Sendable {
  case seconds = "s"
  case count = "count"
  /// 1 is the whole: reports print per cent.
  case ratio = "ratio"
  /// How many times something else, as a plain number.
  case factor = "factor"
  case bytes = "bytes"
  case perSecond = "/s"
}

public enum Better: String, CaseIterable, Sendable {
  case lower, higher, neither
}

public struct MetricDefinition: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// A histogram of lengths of time.
    case time
    /// A tally; merging adds.
    case count
    /// A highest level; merging keeps the larger.
    case peak
    /// Computed from the others, or from levels over time, at the end of a run.
    case derived
  }

  public let name: String
  public let kind: Kind
  public let unit: MetricUnit
  public let better: Better
  /// One sentence.
  public let meaning: String

  init(_ name: String, _ kind: Kind, _ unit: MetricUnit, _ better: Better, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.better = better
    self.meaning = meaning
  }
}

public enum MetricCatalog {
  /// In the order in which reports and documents show them.
  public static let all: [MetricDefinition] =
    TimeMetric.allCases.map(\.definition) + CountMetric.allCases.map(\.definition)
    + PeakMetric.allCases.map(\.definition) + DerivedMetric.allCases.map(\.definition)

  public static func definition(named name: String) -> MetricDefinition? {
    all.first { $0.name == name }
  }
}

/// What may follow the name of a time: `turn.response.p95`.
public enum Statistic: String, CaseIterable, Sendable {
  case mean, p50, p90, p95, p99, p999, max, count

  /// Nil for what is not a quantile.
  public var share: Double? {
    switch self {
    case .p50: 0.5
    case .p90: 0.9
    case .p95: 0.95
    case .p99: 0.99
    case .p999: 0.999
    case .mean, .max, .count: nil
    }
  }

  /// Below that many samples the figure is not given.
  public var samplesNeeded: Int {
    switch self {
    case .count: 0
    case .mean, .max: 1
    case .p50, .p90, .p95, .p99, .p999: Metrics.samplesNeeded(forQuantile: share ?? 0.5)
    }
  }
}
