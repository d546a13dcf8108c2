// A law of chance as a scenario states it. `Sampler` is its compiled form; `Distribution` is a
// plain value that can be compared, printed and asked for its moments, which forecasts and oracles
// need.

public enum Distribution: Hashable, Sendable {
  case fixed(Double)
  case uniform(low: Double, high: Double)
  case exponential(mean: Double)
  case erlang(shape: Int, mean: Double)
  case lognormal(median: Double, sigma: Double)
  case gamma(shape: Double, mean: Double)
  case pareto(minimum: Double, shape: Double)
  /// Number of trials up to and with the first success: 1, 2, 3 … with the given mean.
  case geometric(mean: Double)
  /// Sorted values, each as likely as the others; drawn with linear interpolation between them.
  case empirical([Double])

  /// Infinite for a Pareto law of shape 1 or less.
  public var mean: Double {
    switch self {
    case .fixed(let value): value
    case .uniform(let low, let high): (low + high) / 2
    case .exponential(let mean), .erlang(_, let mean), .gamma(_, let mean), .geometric(let mean):
      mean
    case .lognormal(let median, let sigma): median * Basics.exponential(sigma * sigma / 2)
    case .pareto(let minimum, let shape):
      shape > 1 ? minimum * shape / (shape - 1) : Double.infinity
    case .empirical(let values): Distribution.momentsOfInterpolation(values).mean
    }
  }

  /// Squared coefficient of variation: variance over squared mean.
  public var squaredVariation: Double {
    switch self {
    case .fixed: return 0
    case .uniform(let low, let high):
      let middle = (low + high) / 2
      return middle == 0 ? 0 : (high - low) * (high - low) / 12 / (middle * middle)
    case .exponential: return 1
    case .erlang(let shape, _): return 1 / Double(shape)
    case .lognormal(_, let sigma): return exponentialMinusOne(sigma * sigma)
    case .gamma(let shape, _): return 1 / shape
    case .pareto(_, let shape): return shape > 2 ? 1 / (shape * (shape - 2)) : Double.infinity
    case .geometric(let mean): return mean <= 0 ? 0 : (mean - 1) / mean
    case .empirical(let values):
      let moments = Distribution.momentsOfInterpolation(values)
      return moments.mean == 0
        ? 0 : (moments.second - moments.mean * moments.mean) / (moments.mean * moments.mean)
    }
  }

  /// First and second moment of the piecewise linear inverse through the sorted values.
  private static func momentsOfInterpolation(_ values: [Double]) -> (mean: Double, second: Double) {
    guard values.count > 1 else {
      let only = values.first ?? 0
      return (only, only * only)
    }
    var mean = 0.0
    var second = 0.0
    for (a, b) in zip(values, values.dropFirst()) {
      mean += (a + b) / 2
      second += (a * a + a * b + b * b) / 3
    }
    let pieces = Double(values.count - 1)
    return (mean / pieces, second / pieces)
  }

  /// The same law with every value multiplied; shapes stay.
  public func scaled(by factor: Double) -> Distribution {
    switch self {
    case .fixed(let value): .fixed(value * factor)
    case .uniform(let low, let high): .uniform(low: low * factor, high: high * factor)
    case .exponential(let mean): .exponential(mean: mean * factor)
    case .erlang(let shape, let mean): .erlang(shape: shape, mean: mean * factor)
    case .lognormal(let median, let sigma): .lognormal(median: median * factor, sigma: sigma)
    case .gamma(let shape, let mean): .gamma(shape: shape, mean: mean * factor)
    case .pareto(let minimum, let shape): .pareto(minimum: minimum * factor, shape: shape)
    case .geometric(let mean): .geometric(mean: mean * factor)
    case .empirical(let values): .empirical(values.map { $0 * factor })
    }
  }
}
