// The standard normal law, both tails: 1 - cdf has no digits left where hazards look.
// The quantile itself lives in Basics, because samplers draw with it.

internal import Basics

/// The standard normal law. Its quantile is `Basics.inverseNormal`.
public enum NormalLaw {
  public static func density(_ x: Double) -> Double {
    exponential(-x * x / 2) / (2 * Double.pi).squareRoot()
  }
  public static func cdf(_ x: Double) -> Double {
    complementaryErrorFunction(-x / 2.0.squareRoot()) / 2
  }
  /// P(X > x), with full digits far out.
  public static func survival(_ x: Double) -> Double {
    complementaryErrorFunction(x / 2.0.squareRoot()) / 2
  }
  public static func quantile(_ p: Double) -> Double { inverseNormal(p) }
}
