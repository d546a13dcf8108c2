// Sessions removed after a time without use: how many are resident, how many turns start cold.
// Each user's turns are a Poisson stream; users are independent.

internal import Basics

public struct IdleTimeout: Sendable {
  public let timeout: Double
  /// Turns per unit of time, one rate a user.
  public let rates: [Double]

  public init(timeout: Double, rates: [Double]) {
    precondition(timeout >= 0 && rates.allSatisfy { $0 >= 0 }, "timeout \(timeout), \(rates)")
    self.timeout = timeout
    self.rates = rates
  }

  public init(timeout: Double, users: Int, meanGap: Double) {
    self.init(timeout: timeout, rates: .init(repeating: 1 / meanGap, count: users))
  }

  /// A session removed at a fixed age, however busy, hits with this chance.
  public static func fixedAgeHit(rate: Double, age: Double) -> Double {
    rate * age / (1 + rate * age)
  }

  /// Share of all turns that start cold; not-a-number if there are no turns.
  public var coldStartFraction: Double {
    let cold = rates.reduce(0) { $0 + $1 * exponential(-$1 * timeout) }
    return cold / rates.reduce(0, +)
  }

  public var meanResident: Double { residentChances.reduce(0, +) }

  /// P(more than `limit` users resident at a moment).
  public func residentExceeds(_ limit: Int) -> Double {
    if limit < 0 { return 1 }
    if limit >= rates.count { return 0 }
    // Summed from above, so that a small chance keeps its digits.
    return Numerics.poissonBinomial(residentChances, limit: rates.count)[(limit + 1)...]
      .reversed().reduce(0, +)
  }

  private var residentChances: [Double] { rates.map { -exponentialMinusOne(-$0 * timeout) } }
}
