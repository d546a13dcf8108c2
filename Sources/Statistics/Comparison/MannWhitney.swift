// Do two samples of whole runs differ, without assuming a law? Small samples are answered by the
// exact permutation law, which stays valid with ties; larger ones by the normal law.
// A small p alone is no verdict: the effect must also exceed a margin (see `HodgesLehmann`).

internal import Basics

public struct MannWhitney: Sendable {
  /// Pairs in which the first sample has the larger value; a tie counts one half.
  public let u: Double
  /// Two-sided, from the permutations of the pooled values. Nil past 60 values in all.
  public let exactP: Double?
  /// Two-sided, corrected for ties and continuity.
  public let normalP: Double

  public var p: Double { exactP ?? normalP }

  public init(_ first: [Double], _ second: [Double]) {
    precondition(!first.isEmpty && !second.isEmpty, "a comparison needs two samples")
    precondition((first + second).allSatisfy { !$0.isNaN }, "a sample holds not-a-number")
    let n = Double(first.count)
    let m = Double(second.count)
    let total = n + m
    let (ranks, ties) = RankSumLaw.doubledRanks(first + second)
    let rankSum = ranks.prefix(first.count).reduce(0, +)
    u = Double(rankSum) / 2 - n * (n + 1) / 2

    let distance = abs(u - n * m / 2)
    let tied = ties.reduce(0.0) { $0 + Double($1 * $1 * $1 - $1) }
    let variance = n * m / 12 * (total + 1 - tied / (total * (total - 1)))
    normalP =
      variance > 0
      ? min(1, 2 * NormalLaw.survival(max(0, distance - 0.5) / variance.squareRoot())) : 1

    if ranks.count <= RankSumLaw.mostExact {
      let law = RankSumLaw.law(doubledRanks: ranks, choosing: first.count)
      // Twice the rank sum has a whole mean, so the distances compare without rounding.
      let middle = first.count * (ranks.count + 1)
      let observed = abs(rankSum - middle)
      exactP = min(
        1, law.enumerated().reduce(0) { abs($1.offset - middle) >= observed ? $0 + $1.element : $0 }
      )
    } else {
      exactP = nil
    }
  }

  /// The smallest p that two samples of n runs can give: 0.1 for three, so that three runs a side
  /// can never show a difference at 5 %.
  public static func smallestP(runsPerArm n: Int) -> Double {
    2 * exponential(2 * logGamma(Double(n + 1)) - logGamma(Double(2 * n + 1)))
  }
}
