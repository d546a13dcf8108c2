// The value below which a law lies with a given chance: closed forms convolve the model's answer
// with a server's queue and need it for each law that a scenario may state.
internal import Basics

extension Distribution {
  /// For `p` strictly between 0 and 1.
  func quantile(_ p: Double) -> Double {
    switch self {
    case .fixed(let value): return value
    case .uniform(let low, let high): return low + p * (high - low)
    case .exponential(let mean): return -mean * logOnePlus(-p)
    case .erlang(let shape, let mean): return Distribution.gamma(p, Double(shape), mean)
    case .gamma(let shape, let mean): return Distribution.gamma(p, shape, mean)
    case .lognormal(let median, let sigma):
      return median * Basics.exponential(sigma * inverseNormal(p))
    case .pareto(let minimum, let shape): return minimum * power(1 - p, -1 / shape)
    case .geometric(let mean):
      return mean <= 1 ? 1 : max(1, ceilingOf(logOnePlus(-p) / logOnePlus(-1 / mean)))
    case .empirical(let values):
      guard values.count > 1 else { return values.first ?? 0 }
      let place = p * Double(values.count - 1)
      let index = min(values.count - 2, Int(place))
      return values[index] + (place - Double(index)) * (values[index + 1] - values[index])
    }
  }

  /// Wilson and Hilferty's cube: within a percent for shapes from a half on.
  private static func gamma(_ p: Double, _ shape: Double, _ mean: Double) -> Double {
    let spread = 1 / (9 * shape)
    let root = 1 - spread + inverseNormal(p) * spread.squareRoot()
    return mean * max(0, root * root * root)
  }
}
