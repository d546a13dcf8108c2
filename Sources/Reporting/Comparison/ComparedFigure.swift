// One figure of one contender held against the same figure of another: the difference, how sure it
// is, and one of the words. Paired replication by replication where both met the same people, else
// by Welch's interval from the samples, or from the intervals of an older result.
internal import Basics
public import Metrics
internal import Statistics

public struct ComparedFigure: Equatable, Sendable {
  /// With its statistic: `turn.response.p95`.
  public let metric: String
  public let unit: String
  public let better: Better
  /// Labels of contenders.
  public let candidate: String
  public let against: String
  /// Means of replications for tallies, else the figures of the results.
  public let before: Double
  public let after: Double
  public let difference: Double
  public let interval: Metrics.ConfidenceInterval?
  public let word: PairedDifference.Word
  /// For `noDifference`: the largest the difference may be, as a share of `before`.
  public let bound: Double?
  public let isPaired: Bool

  /// As a share of `before`; nil where that is nothing.
  public var relative: Double? { before == 0 ? nil : difference / before.magnitude }

  /// Nil where one of the two does not have the figure, or both are nothing.
  init?(_ name: String, _ candidate: Contender, against: Contender, paired: Bool, margin: Double) {
    guard let definition = ComparedFigure.definition(of: name),
      let before = Side(name, definition, against.variant),
      let after = Side(name, definition, candidate.variant)
    else { return nil }
    if before.isNothing && after.isNothing { return nil }
    metric = name
    unit = definition.unit.rawValue
    better = definition.better
    self.candidate = candidate.label
    self.against = against.label
    self.before = before.shown
    self.after = after.shown
    let found = ComparedFigure.compare(before, after, paired: paired)
    difference = found.difference
    interval = found.interval.map { .init(low: $0.low, high: $0.high) }
    isPaired = found.isPaired
    let scale = before.shown.magnitude
    word = ComparedFigure.word(found.interval, definition.better, margin: margin * scale)
    bound =
      word == .noDifference
      ? found.interval.map { max($0.low.magnitude, $0.high.magnitude) / (scale > 0 ? scale : 1) }
      : nil
  }

  static func definition(of name: String) -> MetricDefinition? {
    MetricCatalog.definition(named: name)
      ?? statistic(of: name).flatMap { MetricCatalog.definition(named: $0.metric) }
  }

  static func statistic(of name: String) -> (metric: String, statistic: Statistic)? {
    guard let dot = name.lastIndex(of: "."),
      let statistic = Statistic(rawValue: String(name[name.index(after: dot)...]))
    else { return nil }
    return (String(name[..<dot]), statistic)
  }

  // MARK: the mathematics, which is Statistics'

  /// What one contender says about the figure.
  struct Side {
    var shown: Double
    var samples: [Double]
    var interval: Metrics.ConfidenceInterval?
    var replications: Int
    var isQuantile: Bool

    var isNothing: Bool { shown == 0 && samples.allSatisfy { $0 == 0 } }

    init?(_ name: String, _ definition: MetricDefinition, _ variant: VariantResult) {
      let parts = ComparedFigure.statistic(of: name)
      let found = parts.map { variant[$0.metric] } ?? variant[name]
      let value = found?.value(parts?.statistic)
      interval = found?.interval(parts?.statistic)
      replications = variant.replications
      isQuantile = parts?.statistic.share != nil
      let known = variant.samples.first { $0.metric == name }
      samples = known?.values.compactMap { $0 } ?? []
      if samples.count != known?.values.count { samples = [] }
      // Samples that are not listed were nothing in every replication.
      if known == nil, value == 0, !variant.samples.isEmpty {
        samples = [Double](repeating: 0, count: variant.replications)
      }
      guard let value else { return nil }
      // Tallies of a result are sums over replications; what is compared is one run.
      shown = definition.kind == .count ? value / Double(max(1, variant.replications)) : value
    }

    var mean: SampleMean? {
      if samples.count > 1 { return SampleMean(Replications(samples)) }
      return interval.flatMap {
        SampleMean(
          interval: .init(low: $0.low, high: $0.high, confidence: 0.95), of: shown,
          count: replications)
      }
    }
  }

  private static func compare(
    _ before: Side, _ after: Side, paired: Bool
  ) -> (difference: Double, interval: Statistics.ConfidenceInterval?, isPaired: Bool) {
    let count = min(before.samples.count, after.samples.count)
    if paired, count > 1 {
      let comparison = PairedComparison(
        baseline: Array(before.samples.prefix(count)),
        candidate: Array(after.samples.prefix(count)))
      return (comparison.difference, finite(comparison.interval()), true)
    }
    if let first = before.mean, let second = after.mean {
      let comparison = UnpairedComparison(baseline: first, candidate: second)
      return (comparison.difference, finite(comparison.interval()), false)
    }
    return (after.shown - before.shown, nil, false)
  }

  private static func finite(
    _ interval: Statistics.ConfidenceInterval?
  ) -> Statistics.ConfidenceInterval? {
    interval.flatMap { $0.low.isFinite && $0.high.isFinite ? $0 : nil }
  }

  private static func word(
    _ interval: Statistics.ConfidenceInterval?, _ better: Better, margin: Double
  ) -> PairedDifference.Word {
    let direction: BetterDirection = better == .higher ? .higher : .lower
    switch Finding(interval, better: direction, margin: margin) {
    case .noDifference: return .noDifference
    case .cannotTell: return .cannotTell
    case .better: return better == .neither ? .lower : .better
    case .worse: return better == .neither ? .higher : .worse
    }
  }
}
