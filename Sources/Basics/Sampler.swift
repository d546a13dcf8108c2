// The compiled form of a `Distribution`: numbers ready, one switch a draw. Laws are drawn by
// inversion wherever the inverse is known, so one uniform gives one value and a larger uniform a
// larger value. That keeps variants coupled when only a parameter differs; gamma alone rejects.

public struct Sampler: ~Copyable {
  @usableFromInline enum Law: UInt8 {
    case fixed, uniform, exponential, erlang, lognormal, gamma, pareto, geometric, empirical
  }
  @usableFromInline let law: Law
  @usableFromInline let a: Double
  @usableFromInline let b: Double
  @usableFromInline let values: Table<Double>

  public init(_ distribution: Distribution) {
    var sorted = Table<Double>()
    switch distribution {
    case .fixed(let value):
      law = .fixed
      a = value
      b = 0
    case .uniform(let low, let high):
      law = .uniform
      a = low
      b = high - low
    case .exponential(let mean):
      law = .exponential
      a = mean
      b = 0
    case .erlang(let shape, let mean):
      precondition(shape > 0, "an Erlang law needs at least one stage")
      law = .erlang
      a = mean / Double(shape)
      b = Double(shape)
    case .lognormal(let median, let sigma):
      law = .lognormal
      a = median
      b = sigma
    case .gamma(let shape, let mean):
      precondition(shape > 0, "a gamma law needs a positive shape")
      law = .gamma
      a = mean / shape
      b = shape
    case .pareto(let minimum, let shape):
      law = .pareto
      a = minimum
      b = -1 / shape
    case .geometric(let mean):
      precondition(mean >= 1, "a geometric count is at least one")
      law = .geometric
      a = mean == 1 ? 0 : 1 / logOnePlus(-1 / mean)
      b = 0
    case .empirical(let given):
      precondition(!given.isEmpty, "an empirical law needs values")
      law = .empirical
      a = 0
      b = 0
      for value in given.sorted() { sorted.append(value) }
    }
    values = sorted
  }

  @inlinable @inline(__always) public func value(_ draw: Draw) -> Double {
    var draw = draw
    switch law {
    case .fixed: return a
    case .exponential: return -naturalLog(draw.uniform()) * a
    case .uniform: return a + b * draw.uniform()
    case .lognormal: return a * Basics.exponential(b * inverseNormal(draw.uniform()))
    default: return rareValue(&draw)
    }
  }

  /// What is left of it has the same law, however long it has lasted.
  public var isMemoryless: Bool { law == .exponential }

  /// A length of time; negative draws cannot occur, so none is clipped.
  @inlinable @inline(__always) public func interval(_ draw: Draw) -> Interval {
    let seconds = value(draw)
    // What `Interval(seconds:)` does with usual lengths, in fewer steps.
    let wide = seconds * 1e9 + 0.5
    return wide >= 0.5 && wide < 9e18
      ? Interval(nanoseconds: Int64(wide)) : Interval(seconds: seconds)
  }

  @usableFromInline func rareValue(_ draw: inout Draw) -> Double {
    switch law {
    case .erlang:
      var product = 0.0
      for _ in 0..<Int(b) { product += naturalLog(draw.uniform()) }
      return -product * a
    case .pareto: return a * power(draw.uniform(), b)
    case .geometric: return a == 0 ? 1 : ceilingOf(naturalLog(draw.uniform()) * a)
    case .gamma: return a * unitGamma(shape: b, &draw)
    case .empirical:
      let place = draw.uniform() * Double(values.count - 1)
      let below = Int(place)
      let low = values[below]
      return below + 1 < values.count
        ? low + (place - Double(below)) * (values[below + 1] - low) : low
    case .fixed, .uniform, .exponential, .lognormal:
      preconditionFailure("law \(law) is drawn in value(_:)")
    }
  }

  /// Marsaglia and Tsang (2000); below shape 1 by the usual power of one more uniform.
  private func unitGamma(shape: Double, _ draw: inout Draw) -> Double {
    if shape < 1 {
      let boost = power(draw.uniform(), 1 / shape)
      return unitGamma(shape: shape + 1, &draw) * boost
    }
    let d = shape - 1.0 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = inverseNormal(draw.uniform())
      let v = 1 + c * x
      if v <= 0 { continue }
      let cube = v * v * v
      if naturalLog(draw.uniform()) < 0.5 * x * x + d - d * cube + d * naturalLog(cube) {
        return d * cube
      }
    }
  }
}

/// Quantile of the standard normal law: Wichura's AS 241 (PPND16), relative error about 1e-16.
public func inverseNormal(_ p: Double) -> Double {
  precondition(p > 0 && p < 1, "a normal quantile needs a probability strictly between 0 and 1")
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    return q
      * (((((((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608)
      / (((((((r * 5226.495278852545925 + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1)
  }
  var r = (-naturalLog(q < 0 ? p : 1 - p)).squareRoot()
  let magnitude: Double
  if r <= 5 {
    r -= 1.6
    magnitude =
      (((((((r * 7.7454501427834140764e-4 + 0.0227238449892691845833) * r + 0.24178072517745061177)
        * r
        + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
        + 4.6303378461565452959) * r + 1.42343711074968357734)
      / (((((((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r
        + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455) * r
        + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1)
  } else {
    r -= 5
    magnitude =
      (((((((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r
        + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123) * r
        + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772)
      / (((((((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r
        + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525)
        * r
        + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1)
  }
  return q < 0 ? -magnitude : magnitude
}
