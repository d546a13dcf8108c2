// How far a count of rare events is from what it stands for: the exact interval for the mean of a
// Poisson law, after Garwood. Hazards are counted by the dozen or not at all, where no normal law
// holds.
internal import Basics

public enum PoissonLaw {
  /// The mean is in it with at least the stated confidence, whatever it is. From 0 where nothing
  /// was counted.
  public static func interval(count: Int, confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(count >= 0 && confidence > 0 && confidence < 1, "\(count), \(confidence)")
    let tail = (1 - confidence) / 2
    let k = Double(count)
    // Ten deviations and more: beyond them a tail is smaller than any that is asked for.
    let far = k + 10 * (k + 10).squareRoot() + 10
    let upper = solve(from: k, to: far) { atMost(count, mean: $0) < tail }
    if count == 0 { return 0...upper }
    return solve(from: 0, to: k) { atLeast(count, mean: $0) > tail }...upper
  }

  /// P(X <= k), for means above k, where the terms fall from k downwards.
  private static func atMost(_ count: Int, mean: Double) -> Double {
    var term = chance(of: count, mean: mean)
    var sum = term
    for j in stride(from: count, to: 0, by: -1) where term > 0 {
      term *= Double(j) / mean
      sum += term
    }
    return sum
  }

  /// P(X >= k), for means below k, where the terms fall from k upwards.
  private static func atLeast(_ count: Int, mean: Double) -> Double {
    var term = chance(of: count, mean: mean)
    var sum = term
    var j = count
    // Until the rest cannot be seen in the sum.
    while term > sum * 1e-16 {
      j += 1
      term *= mean / Double(j)
      sum += term
    }
    return sum
  }

  private static func chance(of count: Int, mean: Double) -> Double {
    if mean <= 0 { return count == 0 ? 1 : 0 }
    return exponential(Double(count) * naturalLog(mean) - mean - logGamma(Double(count) + 1))
  }

  /// Where what is false at `low` becomes true.
  private static func solve(
    from low: Double, to high: Double, _ isBeyond: (Double) -> Bool
  ) -> Double {
    var (low, high) = (low, high)
    // 2^-60 of the width is below what a Double keeps.
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if isBeyond(middle) { high = middle } else { low = middle }
    }
    return (low + high) / 2
  }
}
