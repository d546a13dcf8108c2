// Student's t law, for the mean of a few replications. Solved through the incomplete beta function
// in the smaller tail, where a probability keeps its digits: good to 1e-9 and better.

/// Student's t law with any positive number of degrees of freedom.
public struct StudentT: Sendable {
  public let degreesOfFreedom: Double

  public init(degreesOfFreedom: Double) {
    precondition(
      degreesOfFreedom > 0, "Student's law needs positive degrees of freedom: \(degreesOfFreedom)")
    self.degreesOfFreedom = degreesOfFreedom
  }

  public func cdf(_ t: Double) -> Double { t > 0 ? 1 - upperTail(t) : upperTail(-t) }
  public func survival(_ t: Double) -> Double { cdf(-t) }

  /// The t with P(T <= t) = p.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a quantile needs a probability strictly between 0 and 1: \(p)")
    if p == 0.5 { return 0 }
    // Solved in the smaller tail, where the probability still has all its digits.
    let tail = min(p, 1 - p)
    let t = Numerics.bisectUpwards(from: 1) { upperTail($0) > tail }
    return p < 0.5 ? -t : t
  }

  /// P(T > t) for t >= 0.
  private func upperTail(_ t: Double) -> Double {
    let square = t * t
    let sum = degreesOfFreedom + square
    if sum == .infinity { return 0 }
    return IncompleteBeta.regularized(
      degreesOfFreedom / sum, complement: square / sum, degreesOfFreedom / 2, 0.5) / 2
  }
}
