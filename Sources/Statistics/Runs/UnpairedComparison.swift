// Two samples that share nothing but the question (another seed, another machine, or only a mean
// and an interval in an older file), compared by Welch's interval: their spreads may differ, and so
// may their sizes.

public struct SampleMean: Hashable, Sendable {
  public let mean: Double
  public let standardError: Double
  public let count: Int

  public init(mean: Double, standardError: Double, count: Int) {
    precondition(count >= 2 && standardError >= 0, "\(count) values show no spread")
    self.mean = mean
    self.standardError = standardError
    self.count = count
  }

  /// Nil below two values.
  public init?(_ sample: Replications) {
    guard let error = sample.standardError else { return nil }
    self.init(mean: sample.mean, standardError: error, count: sample.count)
  }

  /// Back from Student's interval of a mean to the spread it was made of.
  public init?(interval: ConfidenceInterval, of mean: Double, count: Int) {
    guard count >= 2 else { return nil }
    let student = StudentT(degreesOfFreedom: Double(count - 1))
      .quantile(1 - (1 - interval.confidence) / 2)
    self.init(mean: mean, standardError: interval.halfWidth / student, count: count)
  }
}

public struct UnpairedComparison: Sendable {
  public let baseline: SampleMean
  public let candidate: SampleMean

  public init(baseline: SampleMean, candidate: SampleMean) {
    self.baseline = baseline
    self.candidate = candidate
  }

  public var difference: Double { candidate.mean - baseline.mean }

  /// Welch and Satterthwaite; infinite spread of nothing is nothing.
  public var degreesOfFreedom: Double {
    let a = baseline.standardError * baseline.standardError
    let b = candidate.standardError * candidate.standardError
    let spread = a * a / Double(baseline.count - 1) + b * b / Double(candidate.count - 1)
    return spread > 0
      ? (a + b) * (a + b) / spread : Double(baseline.count + candidate.count - 2)
  }

  public func interval(confidence: Double = 0.95) -> ConfidenceInterval {
    let a = baseline.standardError * baseline.standardError
    let b = candidate.standardError * candidate.standardError
    let half =
      (a + b).squareRoot()
      * StudentT(degreesOfFreedom: degreesOfFreedom).quantile(1 - (1 - confidence) / 2)
    return ConfidenceInterval(
      low: difference - half, high: difference + half, confidence: confidence)
  }
}
