// What a sample of independent values may say about a quantile, and from how many values on.
// A p99 of 50 values is the maximum under another name: these rules refuse to print it.
// Values within one run are autocorrelated: use these across replications, not within.

internal import Basics

public enum OrderStatistics {
  /// Ranks (1 is the smallest) of the sorted sample that enclose a quantile. A nil end means that
  /// no order statistic is far enough out: on that side the sample gives no bound.
  public struct Ranks: Hashable, Sendable {
    public let lower: Int?
    public let upper: Int?
    /// The chance that the enclosed range holds the quantile, exactly, for a continuous law.
    public let coverage: Double
  }

  /// Equal-tailed binomial interval: at most (1 - confidence) / 2 is left on each side.
  public static func ranks(
    forQuantile p: Double, samples n: Int, confidence: Double = 0.95
  ) -> Ranks {
    requireProbability(p)
    requireProbability(confidence)
    precondition(n >= 0, "a sample cannot have \(n) values")
    let below = BinomialLaw(trials: n, chance: p)
    let tail = (1 - confidence) / 2
    // X_(l) lies above the quantile exactly when fewer than l values lie below it.
    let lower = Numerics.firstInteger(1, n + 1) { below.cdf($0 - 1) > tail } - 1
    let upper = Numerics.firstInteger(1, n + 1) { below.survival($0 - 1) <= tail }
    let missedLow = lower >= 1 ? below.cdf(lower - 1) : 0
    let missedHigh = upper <= n ? below.survival(upper - 1) : 0
    return Ranks(
      lower: lower >= 1 ? lower : nil, upper: upper <= n ? upper : nil,
      coverage: 1 - missedLow - missedHigh)
  }

  /// The interval itself, from values sorted upwards; nil unless both ends exist.
  public static func interval(
    forQuantile p: Double, sorted values: [Double], confidence: Double = 0.95
  ) -> ConfidenceInterval? {
    let found = ranks(forQuantile: p, samples: values.count, confidence: confidence)
    guard let lower = found.lower, let upper = found.upper else { return nil }
    return ConfidenceInterval(
      low: values[lower - 1], high: values[upper - 1], confidence: confidence)
  }

  /// Samples from which the maximum is a 95 % upper bound of the quantile: p95 59, p99 299,
  /// p99.9 2995. Below that the quantile must not be printed.
  public static func minimumSamples(forQuantile p: Double) -> Int {
    requireProbability(p)
    // 0.05: the chance, accepted by convention, that every value lies below the quantile.
    return max(1, Int(ceilingOf(naturalLog(0.05) / naturalLog(p))))
  }

  public static func mayReport(quantile p: Double, samples: Int) -> Bool {
    samples >= minimumSamples(forQuantile: p)
  }

  /// Upper bound of a failure chance after `trials` without one. At 95 % this is close to 3 / n.
  public static func upperBoundAfterNoFailures(
    trials: Int, confidence: Double = 0.95
  ) -> Double {
    requireProbability(confidence)
    if trials <= 0 { return 1 }
    // The n-th root of 1 - confidence, kept exact for large n.
    return -exponentialMinusOne(naturalLog(1 - confidence) / Double(trials))
  }

  private static func requireProbability(_ p: Double) {
    precondition(p > 0 && p < 1, "\(p) is not strictly between 0 and 1")
  }
}
