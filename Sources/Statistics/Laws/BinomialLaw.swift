// The binomial law: order statistics, servers that are up, users that are resident.
// Its tails come from the incomplete beta function, so large counts cost no more than small ones.

/// Number of successes among `trials` independent ones of equal `chance`.
public struct BinomialLaw: Sendable {
  public let trials: Int
  public let chance: Double

  public init(trials: Int, chance: Double) {
    precondition(trials >= 0, "a binomial law cannot have \(trials) trials")
    precondition(chance >= 0 && chance <= 1, "\(chance) is not a probability")
    self.trials = trials
    self.chance = chance
  }

  public var mean: Double { Double(trials) * chance }

  /// P(X <= k).
  public func cdf(_ k: Int) -> Double {
    if k < 0 { return 0 }
    if k >= trials { return 1 }
    return IncompleteBeta.regularized(
      1 - chance, complement: chance, Double(trials - k), Double(k + 1))
  }

  /// P(X > k).
  public func survival(_ k: Int) -> Double {
    if k < 0 { return 1 }
    if k >= trials { return 0 }
    return IncompleteBeta.regularized(
      chance, complement: 1 - chance, Double(k + 1), Double(trials - k))
  }
}
