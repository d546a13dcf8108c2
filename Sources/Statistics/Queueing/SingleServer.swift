// One server that takes one request at a time, first come first served. Poisson arrivals.
// A queue offered as much as it can do, or more, has no steady state: its means are infinite.

public import Basics

/// Poisson arrivals, exponential service.
public struct MM1Queue: Sendable {
  public let arrivalRate: Double
  public let serviceRate: Double

  public init(arrivalRate: Double, serviceRate: Double) {
    precondition(arrivalRate >= 0 && serviceRate > 0, "rates \(arrivalRate), \(serviceRate)")
    self.arrivalRate = arrivalRate
    self.serviceRate = serviceRate
  }

  public var utilisation: Double { arrivalRate / serviceRate }
  private var spare: Double { max(0, serviceRate - arrivalRate) }

  public var meanResponse: Double { 1 / spare }
  public var meanWait: Double { utilisation / spare }

  /// The response time is exponential.
  public func responseQuantile(_ p: Double) -> Double { -logOnePlus(-p) / spare }

  public func waitExceeds(_ t: Double) -> Double {
    min(1, utilisation) * exponential(-spare * t)
  }

  /// Zero for the share of arrivals that find the server idle.
  public func waitQuantile(_ p: Double) -> Double {
    p <= 1 - utilisation ? 0 : naturalLog(utilisation / (1 - p)) / spare
  }

  /// Variance of the mean wait times the number of customers, for long runs from the steady
  /// state. It says how long an oracle test must run.
  public var asymptoticWaitVariance: Double {
    let r = utilisation
    guard r < 1 else { return .infinity }
    let idle = (1 - r) * (1 - r)
    let unit = r * (2 + 5 * r - 4 * r * r + r * r * r) / (idle * idle)
    return unit / (serviceRate * serviceRate)
  }
}

/// Poisson arrivals, any law of service. Only mean and squared variation of service matter.
public struct MG1Queue: Sendable {
  public let arrivalRate: Double
  public let meanService: Double
  /// Variance over squared mean: 0 fixed, 1 exponential.
  public let squaredVariation: Double

  public init(arrivalRate: Double, meanService: Double, squaredVariation: Double) {
    precondition(
      arrivalRate >= 0 && meanService >= 0 && squaredVariation >= 0,
      "rate \(arrivalRate), mean \(meanService), squared variation \(squaredVariation)")
    self.arrivalRate = arrivalRate
    self.meanService = meanService
    self.squaredVariation = squaredVariation
  }

  public init(arrivalRate: Double, service: Distribution) {
    self.init(
      arrivalRate: arrivalRate, meanService: service.mean,
      squaredVariation: service.squaredVariation)
  }

  public var utilisation: Double { arrivalRate * meanService }
  public var secondMoment: Double { meanService * meanService * (1 + squaredVariation) }

  /// Pollaczek and Khinchine. Any order of service that ignores lengths has this mean.
  public var meanWait: Double {
    utilisation < 1 ? arrivalRate * secondMoment / (2 * (1 - utilisation)) : .infinity
  }
  public var meanResponse: Double { meanWait + meanService }

  /// Welch: every busy period starts with a set-up (a CLI that exits when idle and starts cold).
  /// The wait of a first arrival includes its own set-up. Mean and second moment of the set-up.
  public func meanWait(setupMean d: Double, setupSecondMoment d2: Double) -> Double {
    meanWait + (2 * d + arrivalRate * d2) / (2 * (1 + arrivalRate * d))
  }

  public func meanWait(setup: Distribution) -> Double {
    let d = setup.mean
    return meanWait(setupMean: d, setupSecondMoment: d * d * (1 + setup.squaredVariation))
  }
}

/// Poisson arrivals; all requests inside share the server equally (a CPU under one CLI).
/// Only the mean of the service law matters.
public struct ProcessorSharingQueue: Sendable {
  public let utilisation: Double

  public init(arrivalRate: Double, meanService: Double) {
    utilisation = arrivalRate * meanService
  }

  public var slowdown: Double { utilisation < 1 ? 1 / (1 - utilisation) : .infinity }
  /// Mean response of requests that need `service` on an idle server. The mean over all requests
  /// is this at the mean service.
  public func meanResponse(service: Double) -> Double { service * slowdown }
}
