// E[e^(-sS)] of a law: the chance that a Poisson stream of rate s leaves a gap of length S empty.
// Lost updates and races are that question. Closed forms where they exist, quadrature elsewhere.

public import Basics

public enum LaplaceTransform {
  /// For laws of values that are not negative and a rate s >= 0.
  public static func of(_ law: Distribution, at s: Double) -> Double {
    precondition(s >= 0, "a Laplace transform is taken at a rate of zero or more, not \(s)")
    switch law {
    case .fixed(let value): return exponential(-s * value)
    case .uniform(let low, let high): return ofUniform(low, high, s)
    case .exponential(let mean): return 1 / (1 + s * mean)
    case .erlang(let shape, let mean):
      return power(1 + s * mean / Double(shape), -Double(shape))
    case .gamma(let shape, let mean): return power(1 + s * mean / shape, -shape)
    case .lognormal(let median, let sigma):
      // Ten deviations hold all but 1e-23 of the mass.
      return Numerics.integrate(from: -10, to: 10, pieces: 40) { z in
        NormalLaw.density(z) * exponential(-s * median * exponential(sigma * z))
      }
    case .pareto(let minimum, let shape):
      return Numerics.integrate(from: 0, to: 1, pieces: 64) { u in
        exponential(-s * minimum * power(u, -1 / shape))
      }
    case .geometric(let mean):
      let stop = 1 / mean
      return stop * exponential(-s) / (1 - (1 - stop) * exponential(-s))
    case .empirical(let values):
      guard values.count > 1 else { return exponential(-s * (values.first ?? 0)) }
      let sum = zip(values, values.dropFirst()).reduce(0.0) { $0 + ofUniform($1.0, $1.1, s) }
      return sum / Double(values.count - 1)
    }
  }

  private static func ofUniform(_ low: Double, _ high: Double, _ s: Double) -> Double {
    let spread = s * (high - low)
    // Below this the quotient is 1 to the last bit but its two halves vanish.
    if abs(spread) < 1e-12 { return exponential(-s * low) }
    return exponential(-s * low) * -exponentialMinusOne(-spread) / spread
  }
}
