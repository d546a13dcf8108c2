// Poisson arrivals, fixed service times, one server (M/D/1): the law of the wait.
// The textbook series alternates and has no digits left after some twenty service times. Here the
// same law comes from the queue length at departures and from Franx's form of the wait (2001):
// every term is positive, so the answer holds at any time.

internal import Basics

public struct MD1Queue: Sendable {
  public let arrivalRate: Double
  public let service: Double

  public init(arrivalRate: Double, service: Double) {
    precondition(arrivalRate >= 0 && service > 0, "rate \(arrivalRate), service \(service)")
    self.arrivalRate = arrivalRate
    self.service = service
  }

  public var utilisation: Double { arrivalRate * service }

  public var meanWait: Double {
    MG1Queue(arrivalRate: arrivalRate, meanService: service, squaredVariation: 0).meanWait
  }

  /// P(wait <= t). Costs (t / service)^2 steps. Zero if the queue has no steady state.
  public func waitCDF(_ t: Double) -> Double {
    if t < 0 || utilisation >= 1 { return 0 }
    var numbers = NumberInSystem(load: utilisation)
    return waitCDF(unitTime: t / service, &numbers)
  }

  /// The t with P(wait <= t) = p; zero for the share that does not wait.
  public func waitQuantile(_ p: Double) -> Double {
    precondition(p >= 0 && p < 1, "a wait has no quantile at \(p)")
    if utilisation >= 1 { return .infinity }
    if p <= 1 - utilisation { return 0 }
    var numbers = NumberInSystem(load: utilisation)
    var steps = 1
    while waitCDF(unitTime: Double(steps), &numbers) < p { steps += 1 }
    let t = Numerics.bisect(low: Double(steps - 1), high: Double(steps)) {
      waitCDF(unitTime: $0, &numbers) < p
    }
    return t * service
  }

  /// With t in [k - 1, k) service times: whoever waits at most t found, at a time k - t earlier
  /// than its start, at most k - 1 others in the queue after as many Poisson arrivals.
  private func waitCDF(unitTime t: Double, _ numbers: inout NumberInSystem) -> Double {
    let k = Int(t) + 1
    let mean = utilisation * (Double(k) - t)
    var poisson = exponential(-mean)
    var sum = 0.0
    for j in 0..<k {
      // At most k - 1 - j waiting is at most k - j in the system.
      sum += poisson * numbers.atMost(k - j)
      poisson *= mean / Double(j + 1)
    }
    return sum
  }
}

/// P(N <= n) for the number in an M/D/1 system, grown as far as it is asked for.
private struct NumberInSystem {
  private let load: Double
  private var chances: [Double]
  private var sums: [Double]
  /// P(more than k arrivals in one service), k = 0, 1, …
  private var arrivalsExceed: [Double] = []

  init(load: Double) {
    self.load = load
    chances = [1 - load]
    sums = [1 - load]
  }

  mutating func atMost(_ n: Int) -> Double {
    while sums.count <= n { grow() }
    return sums[n]
  }

  /// Level crossing at departures: downwards over j + 1 → j as often as upwards. Only sums.
  private mutating func grow() {
    let j = chances.count
    arrivalsExceed.append(poissonExceeds(j - 1))
    var upwards = chances[0] * arrivalsExceed[j - 1]
    for i in stride(from: 1, to: j, by: 1) { upwards += chances[i] * arrivalsExceed[j - i] }
    let next = upwards * exponential(load)
    chances.append(next)
    sums.append(sums[j - 1] + next)
  }

  private func poissonExceeds(_ k: Int) -> Double {
    var term = exponential(
      -load + Double(k + 1) * naturalLog(load) - logGamma(Double(k + 2)))
    var sum = 0.0
    var n = Double(k + 1)
    while term > sum * 1e-17 && term > 0 {
      sum += term
      n += 1
      term *= load / n
    }
    return sum
  }
}
