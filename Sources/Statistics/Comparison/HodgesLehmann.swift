// How much larger is the second sample: the median of all quotients of pairs, with an interval
// from the same rank sum law as the test, so that the two never disagree. No draws are needed.

internal import Basics

public struct HodgesLehmann: Sendable {
  /// Second over first; 1.04 means 4 % more.
  public let ratio: Double
  /// Nil when so few values cannot give the wanted confidence.
  public let interval: ConfidenceInterval?

  /// Values must be positive: times, rates, sizes.
  public init(from first: [Double], to second: [Double], confidence: Double = 0.95) {
    precondition(!first.isEmpty && !second.isEmpty, "a comparison needs two samples")
    precondition(
      (first + second).allSatisfy { $0 > 0 && $0.isFinite }, "a quotient needs positive values")
    let ratios = second.flatMap { to in first.map { to / $0 } }.sorted()
    let middle = ratios.count / 2
    ratio = ratios.count % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2
    let rank = Self.lowerRank(first.count, second.count, tail: (1 - confidence) / 2)
    interval =
      rank < 1
      ? nil
      : ConfidenceInterval(
        low: ratios[rank - 1], high: ratios[ratios.count - rank], confidence: confidence)
  }

  /// The largest k with P(U <= k - 1) <= tail: that many quotients lie outside on each side.
  private static func lowerRank(_ n: Int, _ m: Int, tail: Double) -> Int {
    if n + m > RankSumLaw.mostExact {
      let size = Double(n) * Double(m)
      let spread = (size * Double(n + m + 1) / 12).squareRoot()
      return Int(floorOf(size / 2 + inverseNormal(tail) * spread + 0.5))
    }
    let ranks = (1...(n + m)).map { 2 * $0 }
    let law = RankSumLaw.law(doubledRanks: ranks, choosing: n)
    var sum = 0.0
    var rank = 0
    while rank < n * m {
      sum += law[2 * rank + n * (n + 1)]
      if sum > tail { break }
      rank += 1
    }
    return rank
  }
}
