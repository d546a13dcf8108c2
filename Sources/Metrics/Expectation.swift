// What a scenario expects of a metric: `turn.response.p95 < 4s`. Three answers, not two: where the
// interval of the figure straddles the bound, or too few samples support the figure, nobody can
// tell, and a gate must not pretend. Parsing lives in ExpectationParser.

public struct Expectation: Equatable, Sendable {
  public enum Comparison: String, CaseIterable, Sendable {
    case below = "<"
    case atMost = "<="
    case above = ">"
    case atLeast = ">="
    case equal = "=="
    case unequal = "!="
  }

  public typealias Outcome = ExpectationResult.Outcome

  /// As it was written.
  public let text: String
  public let metric: MetricDefinition
  /// Given for times, and for nothing else.
  public let statistic: Statistic?
  public let comparison: Comparison
  /// In `unit`.
  public let bound: Double
  public let unit: MetricUnit

  init(
    text: String, metric: MetricDefinition, statistic: Statistic?, comparison: Comparison,
    bound: Double
  ) {
    self.text = text
    self.metric = metric
    self.statistic = statistic
    self.comparison = comparison
    self.bound = bound
    unit = statistic == .count ? .count : metric.unit
  }

  /// The same figure against another bound; for questions of "what if", not for gates.
  public func with(bound: Double) -> Expectation {
    Expectation(
      text: text, metric: metric, statistic: statistic, comparison: comparison, bound: bound)
  }

  /// The metric's name with its statistic.
  public var figureName: String { statistic.map { "\(metric.name).\($0.rawValue)" } ?? metric.name }

  public func outcome(of value: Double?, interval: ConfidenceInterval? = nil) -> Outcome {
    guard let value else { return .cannotTell }
    // Equality is asked of tallies. What was counted happened: no interval about it softens that.
    guard let interval, comparison != .equal, comparison != .unequal else {
      return holds(value) ? .met : .missed
    }
    switch (holds(interval.low), holds(interval.high)) {
    case (true, true): return .met
    case (false, false): return .missed
    case (true, false), (false, true): return .cannotTell
    }
  }

  private func holds(_ value: Double) -> Bool {
    switch comparison {
    case .below: value < bound
    case .atMost: value <= bound
    case .above: value > bound
    case .atLeast: value >= bound
    case .equal: value == bound
    case .unequal: value != bound
    }
  }

  /// Looks the figure up in a variant, with its interval, and says what came of it.
  public func result(in variant: VariantResult) -> ExpectationResult {
    let found = variant[metric.name]
    let value = found?.value(statistic)
    let interval = found?.interval(statistic)
    let outcome = outcome(of: value, interval: interval)
    return ExpectationResult(
      text: text, metric: figureName, unit: unit.rawValue, observed: value, bound: bound,
      outcome: outcome,
      reason: outcome == .cannotTell ? doubt(found, hasValue: value != nil) : nil)
  }

  private func doubt(_ found: MetricResult?, hasValue: Bool) -> String {
    if hasValue { return "the confidence interval holds the bound" }
    guard let found, case .time(let summary) = found.figure, let statistic else {
      return self.metric.kind == .count ? "nobody looked for it" : "there is no figure"
    }
    return
      "\(statistic.rawValue) needs \(statistic.samplesNeeded) samples, there are \(summary.count)"
  }
}
