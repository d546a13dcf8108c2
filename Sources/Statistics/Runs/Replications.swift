// One number from each of R independent runs, and what they say together.
// The replication is the unit: the values inside a run depend on each other, the runs do not.

/// A range with the confidence it was built for. (`Basics.Interval` is a length of time.)
public struct ConfidenceInterval: Hashable, Sendable {
  public let low: Double
  public let high: Double
  public let confidence: Double

  public init(low: Double, high: Double, confidence: Double) {
    self.low = low
    self.high = high
    self.confidence = confidence
  }

  public var halfWidth: Double { (high - low) / 2 }
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

public struct Replications: Sendable {
  public private(set) var values: [Double]

  public init(_ values: [Double] = []) { self.values = values }

  public mutating func append(_ value: Double) { values.append(value) }

  public var count: Int { values.count }

  /// Not-a-number without values.
  public var mean: Double {
    guard let first = values.first else { return .nan }
    // Summed as differences from the first, so that equal values have exactly their own mean.
    return first + values.reduce(0) { $0 + ($1 - first) } / Double(count)
  }

  /// Sample variance (divisor R - 1); nil below two values, where nothing is known of the spread.
  public var variance: Double? {
    guard count > 1 else { return nil }
    let middle = mean
    return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(count - 1)
  }

  public var standardError: Double? { variance.map { ($0 / Double(count)).squareRoot() } }

  /// Half the width of Student's interval of the mean; nil below two values.
  public func halfWidth(confidence: Double = 0.95) -> Double? {
    guard let error = standardError else { return nil }
    return error
      * StudentT(degreesOfFreedom: Double(count - 1)).quantile(1 - (1 - confidence) / 2)
  }

  public func interval(confidence: Double = 0.95) -> ConfidenceInterval? {
    guard let half = halfWidth(confidence: confidence) else { return nil }
    let middle = mean
    return ConfidenceInterval(low: middle - half, high: middle + half, confidence: confidence)
  }

  /// Half width over the size of the mean: infinite around a mean of zero, unless exact.
  public func relativeHalfWidth(confidence: Double = 0.95) -> Double? {
    guard let half = halfWidth(confidence: confidence) else { return nil }
    return half == 0 ? 0 : half / abs(mean)
  }
}
