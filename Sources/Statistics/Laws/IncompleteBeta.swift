// The regularized incomplete beta function: one function behind Student's t and the binomial law.
// Continued fraction by the modified Lentz method, which converges everywhere below the mean.

internal import Basics

enum IncompleteBeta {
  /// I_x(a, b), the chance that a Beta(a, b) variable is at most `x`. `complement` is 1 - x, given
  /// apart because a caller near x = 1 knows it to more digits than the subtraction would leave.
  static func regularized(_ x: Double, complement y: Double, _ a: Double, _ b: Double) -> Double {
    precondition(a > 0 && b > 0, "beta shapes \(a) and \(b) must be positive")
    if x <= 0 { return 0 }
    if y <= 0 { return 1 }
    let logFront =
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * naturalLog(x) + b * naturalLog(y)
    let front = exponential(logFront)
    // Beyond the mean the fraction of the mirrored function converges faster.
    if x < (a + 1) / (a + b + 2) { return front * fraction(x, a, b) / a }
    return 1 - front * fraction(y, b, a) / b
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    // Stands in for a zero denominator, as in Lentz's method.
    let tiny = 1e-300
    func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var result = d
    // The count needed grows as the root of the larger shape: 100 000 serves shapes up to 1e9.
    for m in stride(from: 1.0, through: 100_000, by: 1) {
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonZero(1 + even * d)
      c = nonZero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonZero(1 + odd * d)
      c = nonZero(1 + odd / c)
      let step = d * c
      result *= step
      if abs(step - 1) < 1e-15 { break }
    }
    return result
  }
}
