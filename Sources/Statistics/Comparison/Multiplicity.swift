// Many metrics at 5 % each raise a false alarm most days: 20 of them in 64 % of all builds.
// Holm keeps the chance of any false alarm for gates; Benjamini-Hochberg keeps the share of false
// ones for reports. And the smallest effect a comparison could have seen, for every "no change".

internal import Basics

public enum Multiplicity {
  /// Adjusted p-values in the order given: compare each with the level itself.
  public static func holm(_ p: [Double]) -> [Double] {
    let order = p.indices.sorted { p[$0] < p[$1] }
    var adjusted = p
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, p[index] * Double(p.count - place)))
      adjusted[index] = largest
    }
    return adjusted
  }

  public static func benjaminiHochberg(_ p: [Double]) -> [Double] {
    let order = p.indices.sorted { p[$0] < p[$1] }
    var adjusted = p
    var smallest = 1.0
    for (place, index) in order.enumerated().reversed() {
      smallest = min(smallest, p[index] * Double(p.count) / Double(place + 1))
      adjusted[index] = smallest
    }
    return adjusted
  }
}

/// What a two-sided rank test of n runs a side would find with the given power. Effects and
/// variations are relative to the mean.
public struct DetectableEffect: Sendable {
  public let level: Double
  public let power: Double

  public init(level: Double = 0.05, power: Double = 0.8) {
    self.level = level
    self.power = power
  }

  /// Sum of the two normal quantiles, times root(pi / 3): a rank test wastes that much on normal
  /// data against the t test.
  private var reach: Double {
    (inverseNormal(1 - level / 2) + inverseNormal(power)) * (Double.pi / 3).squareRoot()
  }

  public func smallest(variation: Double, runsPerArm n: Int) -> Double {
    precondition(n > 0, "\(n) runs show nothing")
    return reach * variation * (2 / Double(n)).squareRoot()
  }

  /// Never fewer than the test needs to be able to reject at all: four at 5 %.
  public func runsPerArm(effect: Double, variation: Double) -> Int {
    precondition(effect > 0, "an effect of \(effect) is found by no number of runs")
    let quotient = reach * variation / effect
    var least = 2
    while MannWhitney.smallestP(runsPerArm: least) > level { least += 1 }
    return max(least, Int(ceilingOf(2 * quotient * quotient)))
  }
}
