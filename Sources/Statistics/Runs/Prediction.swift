// Where one more replication would lie, given those that were made: the spread of a single run and
// the doubt about the mean together. A live run is one replication, so this, and not the interval
// of the mean, is what it is held against.

public struct Prediction: Hashable, Sendable {
  public let mean: Double
  /// Of the difference between one more replication and the mean of those known.
  public let standardError: Double
  /// How many replications are known.
  public let count: Int
  /// For tallies that were nothing in every replication: chance alone decides, exactly.
  private let isNeverSeen: Bool

  /// Nil below two values, where nothing is known of the spread.
  public init?(_ sample: Replications) {
    guard let deviation = sample.variance?.squareRoot() else { return nil }
    self.init(sample.mean, deviation: deviation, count: sample.count)
  }

  /// From a mean and the spread of it, as results of older versions carry them.
  public init(_ sample: SampleMean) {
    self.init(
      sample.mean, deviation: sample.standardError * Double(sample.count).squareRoot(),
      count: sample.count)
  }

  /// Events that are counted spread at least as far as Poisson's law has them: ten replications
  /// with three failures between them must not promise that a fourth never comes.
  public init?(tallies sample: Replications) {
    guard let variance = sample.variance else { return nil }
    let mean = sample.mean
    self.init(
      mean, deviation: max(variance, mean).squareRoot(), count: sample.count,
      isNeverSeen: mean == 0)
  }

  private init(_ mean: Double, deviation: Double, count: Int, isNeverSeen: Bool = false) {
    self.mean = mean
    standardError = deviation * (1 + 1 / Double(count)).squareRoot()
    self.count = count
    self.isNeverSeen = isNeverSeen
  }

  private var law: StudentT { StudentT(degreesOfFreedom: Double(count - 1)) }

  public func interval(confidence: Double = 0.95) -> ConfidenceInterval {
    let tail = (1 - confidence) / 2
    if isNeverSeen {
      var most = 0.0
      while chance(ofTally: most + 1) > tail { most += 1 }
      return ConfidenceInterval(low: 0, high: most, confidence: confidence)
    }
    let half = standardError * law.quantile(1 - tail)
    return ConfidenceInterval(low: mean - half, high: mean + half, confidence: confidence)
  }

  /// How often one more replication would lie at least as far out as this value, on either side.
  /// Small means: this did not come from where the others came from.
  public func chance(of value: Double) -> Double {
    if isNeverSeen { return value <= 0 ? 1 : min(1, 2 * chance(ofTally: value)) }
    let distance = abs(value - mean)
    // Replications that all agree leave no room but for rounding.
    if distance <= 1e-9 * abs(mean) { return 1 }
    guard standardError > 0 else { return 0 }
    return min(1, 2 * law.survival(distance / standardError))
  }

  /// Given their sum, each of `most` events falls on the new run with 1 in count + 1.
  private func chance(ofTally most: Double) -> Double {
    var chance = 1.0
    var left = most
    while left > 0, chance > 0 {
      chance /= Double(count + 1)
      left -= 1
    }
    return chance
  }
}
