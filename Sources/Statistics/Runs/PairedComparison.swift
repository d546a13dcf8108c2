// Two variants that met the same chance (common random numbers), compared replication by
// replication. The pairs share most of their noise, which cut the variance 8 to 10 times when it
// was measured. Four words answer, so that "no difference" and "cannot tell" are never confused.

public enum BetterDirection: String, Hashable, Sendable {
  case lower, higher
}

public enum Finding: Hashable, Sendable {
  case better
  case worse
  /// The whole interval lies within the margin on both sides.
  case noDifference(largerThan: Double)
  /// The interval reaches across a margin, or there is none.
  case cannotTell
}

public struct PairedComparison: Sendable {
  /// Candidate minus baseline, one value a replication.
  public let differences: Replications
  public let baselineMean: Double

  public init(baseline: [Double], candidate: [Double]) {
    precondition(
      baseline.count == candidate.count,
      "\(baseline.count) baseline and \(candidate.count) candidate values make no pairs")
    differences = Replications(zip(candidate, baseline).map { $0 - $1 })
    baselineMean = Replications(baseline).mean
  }

  public var difference: Double { differences.mean }
  public func interval(confidence: Double = 0.95) -> ConfidenceInterval? {
    differences.interval(confidence: confidence)
  }

  /// `margin` is the smallest difference worth a word, in the unit of the values. Better and
  /// worse mean: beyond the margin, with the given confidence.
  public func finding(
    better direction: BetterDirection, margin: Double, confidence: Double = 0.95
  ) -> Finding {
    Finding(interval(confidence: confidence), better: direction, margin: margin)
  }
}

extension Finding {
  /// The same four words for any interval of a difference (candidate minus baseline).
  public init(
    _ interval: ConfidenceInterval?, better direction: BetterDirection, margin: Double
  ) {
    precondition(margin >= 0, "a margin of \(margin) is not a size")
    guard let interval, interval.low.isFinite, interval.high.isFinite else {
      self = .cannotTell
      return
    }
    if interval.low >= -margin && interval.high <= margin {
      self = .noDifference(largerThan: margin)
    } else if interval.low > margin {
      self = direction == .higher ? .better : .worse
    } else if interval.high < -margin {
      self = direction == .lower ? .better : .worse
    } else {
      self = .cannotTell
    }
  }
}
