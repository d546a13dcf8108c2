// The three numerical tools the closed forms share: bisection, quadrature, and the law of a sum of
// unequal coins. They are internal: what leaves this module are answers, not methods.

internal import Basics

enum Numerics {
  /// The point where `isBelow` turns from true to false, to the last bit of a Double. The function
  /// must be monotone; speed does not matter here, certainty does.
  static func bisect(low: Double, high: Double, isBelow: (Double) -> Bool) -> Double {
    var low = low
    var high = high
    // 1100 halvings separate any two Doubles; the loop ends long before, when none lies between.
    for _ in 0..<1100 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if isBelow(middle) { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  /// As above with no upper end known: doubles it first. Infinite if 2^1000 is not enough.
  static func bisectUpwards(from start: Double, isBelow: (Double) -> Bool) -> Double {
    var high = start
    while isBelow(high) {
      high *= 2
      if high > 1e300 { return .infinity }
    }
    return bisect(low: 0, high: high, isBelow: isBelow)
  }

  /// The smallest integer in `low...high` for which `holds`; `high` if none below it does.
  static func firstInteger(_ low: Int, _ high: Int, holds: (Int) -> Bool) -> Int {
    var low = low
    var high = high
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Gauss-Legendre nodes and weights on (0, 1), by Newton's method on the Legendre polynomial.
  static func gaussLegendre(_ count: Int) -> [(node: Double, weight: Double)] {
    precondition(count > 0, "a quadrature rule needs at least one node")
    let pi = Double.pi
    return (1...count).map { i in
      var x = cosine(pi * (Double(i) - 0.25) / (Double(count) + 0.5))
      var slope = 1.0
      // Newton doubles the digits each time from this start; five rounds reach the last bit.
      for _ in 0..<8 {
        var previous = 1.0
        var current = x
        for k in stride(from: 2.0, through: Double(count), by: 1) {
          (previous, current) = (current, ((2 * k - 1) * x * current - (k - 1) * previous) / k)
        }
        slope = Double(count) * (x * current - previous) / (x * x - 1)
        x -= current / slope
      }
      return ((1 + x) / 2, 1 / ((1 - x * x) * slope * slope))
    }
  }

  /// Integral over a finite range, cut in `pieces` so that a narrow feature is not stepped over.
  static func integrate(
    from low: Double, to high: Double, pieces: Int = 16, _ function: (Double) -> Double
  ) -> Double {
    let rule = gaussLegendre(20)
    let width = (high - low) / Double(pieces)
    var sum = 0.0
    for piece in 0..<pieces {
      let start = low + Double(piece) * width
      for point in rule { sum += point.weight * function(start + point.node * width) }
    }
    return sum * width
  }

  /// P(k successes) for independent coins of unequal chances, k = 0...limit. All terms are
  /// positive, so no digits are lost.
  static func poissonBinomial(_ chances: [Double], limit: Int) -> [Double] {
    var law = [Double](repeating: 0, count: limit + 1)
    law[0] = 1
    for (seen, chance) in chances.enumerated() {
      for k in stride(from: min(seen + 1, limit), to: 0, by: -1) {
        law[k] = law[k] * (1 - chance) + law[k - 1] * chance
      }
      law[0] *= 1 - chance
    }
    return law
  }
}
