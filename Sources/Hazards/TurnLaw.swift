// The law of the length of a turn, as a table to take means and shares from: the integrals of the
// odds. Always the same for the same load.
internal import Basics

/// Equally likely lengths of a turn, and, for the lognormal law, weighted ones far into its tail.
struct TurnLaw {
  private let law: Distribution
  /// What every turn takes beside what the law says.
  private let work: Double
  private var values: [Double] = []
  private var weights: [Double] = []
  /// Of the weights, from the front.
  private var sums: [Double] = []

  init(_ load: HazardLoad) {
    law = load.turn
    work = load.work
    switch law {
    case .fixed(let value):
      values = [value]
      weights = [1]
    case .lognormal(let median, let sigma):
      // The midpoint rule over the normal density from -8 to 8, where 1e-15 is left outside.
      let steps = 1600
      for step in 0..<steps {
        let z = -8 + 16 * (Double(step) + 0.5) / Double(steps)
        values.append(median * exponential(sigma * z))
        weights.append(exponential(-z * z / 2) / 2.506_628_274_631_000_5 * 16 / Double(steps))
      }
    default:
      // Draws, always the same: enough for a chance of one in a thousand.
      let stream = Seed(1).stream("odds")
      let sampler = Sampler(law)
      for place in 0..<20_000 {
        values.append(sampler.value(stream.draw(entity: place, count: 0)))
        weights.append(1 / 20_000)
      }
      values.sort()
    }
    if work > 0 { for place in values.indices { values[place] += work } }
    var sum = 0.0
    for weight in weights {
      sum += weight
      sums.append(sum)
    }
  }

  func mean(_ value: (Double) -> Double) -> Double {
    values.indices.reduce(0) { $0 + weights[$1] * value(values[$1]) }
  }

  func share(below x: Double) -> Double {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < x { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : sums[low - 1]
  }

  func density(at x: Double) -> Double {
    let rest = x - work
    if case .lognormal(let median, let sigma) = law, sigma > 0 {
      if rest <= 0 { return 0 }
      let z = naturalLog(rest / median) / sigma
      return exponential(-z * z / 2) / (rest * sigma * 2.506_628_274_631_000_5)
    }
    // Of any other law the share in a twentieth around it.
    return x <= 0 ? 0 : (share(below: x * 1.025) - share(below: x * 0.975)) / (x * 0.05)
  }

  /// Of a length in the last `gap` before `end`, where the density changes little.
  func share(within gap: Double, before end: Double) -> Double {
    min(1, density(at: end - gap / 2) * gap)
  }
}
