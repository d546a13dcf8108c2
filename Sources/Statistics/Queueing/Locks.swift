// The session lock: how often it refuses, how long it makes wait, and how often it breaks its
// promise because a holder outlives the expiry. Rates are attempts per unit of time on one lock.

public import Basics

public enum LockContention {
  /// Fail fast, Poisson attempts, any law of hold times: Erlang's loss formula for one server.
  public static func refused(attemptRate: Double, meanHold: Double) -> Double {
    ErlangFormulas.blocking(servers: 1, load: attemptRate * meanHold)
  }

  /// Fail fast, `users` who each try again after a mean `pause` whether refused or served.
  public static func refused(users: Int, pause: Double, meanHold: Double) -> Double {
    ErlangFormulas.engsetBlocking(
      servers: 1, sources: users, loadPerIdleSource: meanHold / pause)
  }

  /// Share of time the lock is held by one of `users`.
  public static func held(users: Int, pause: Double, meanHold: Double) -> Double {
    ErlangFormulas.engsetBusy(servers: 1, sources: users, loadPerIdleSource: meanHold / pause)
  }

  /// A lock that queues its waiters in order.
  public static func queuedMeanWait(attemptRate: Double, hold: Distribution) -> Double {
    MG1Queue(arrivalRate: attemptRate, service: hold).meanWait
  }

  /// Refused callers poll with exponential pauses at rate `pollRate` (an M/G/1 retrial queue).
  /// The second term is the price of polling; it is all that a queueing lock saves.
  public static func polledMeanWait(
    attemptRate: Double, hold: Distribution, pollRate: Double
  ) -> Double {
    let queue = MG1Queue(arrivalRate: attemptRate, service: hold)
    guard queue.utilisation < 1 else { return .infinity }
    return queue.meanWait + queue.utilisation / (pollRate * (1 - queue.utilisation))
  }
}

/// A lock that expires after `lifetime`, held for lognormal times.
public struct LockExpiry: Sendable {
  public let median: Double
  public let sigma: Double
  public let lifetime: Double

  public init(holdMedian: Double, holdSigma: Double, lifetime: Double) {
    precondition(
      holdMedian > 0 && holdSigma > 0 && lifetime > 0,
      "median \(holdMedian), sigma \(holdSigma), lifetime \(lifetime)")
    median = holdMedian
    sigma = holdSigma
    self.lifetime = lifetime
  }

  /// The expiry in deviations above the median.
  private var place: Double { naturalLog(lifetime / median) / sigma }

  /// P(the holder outlives its lock). With somebody polling, the chance of a second holder.
  public var outlived: Double { NormalLaw.survival(place) }

  /// P(a second holder), when others try at Poisson rate `contenderRate`.
  public func secondHolder(contenderRate: Double) -> Double {
    // Ten deviations past the expiry, or past the median, hold what a Double can see.
    Numerics.integrate(from: place, to: max(place, 0) + 10, pieces: 40) { z in
      let beyond = median * exponential(sigma * z) - lifetime
      return NormalLaw.density(z) * -exponentialMinusOne(-contenderRate * beyond)
    }
  }

  /// Density of the hold time at the expiry.
  private var densityAtExpiry: Double { NormalLaw.density(place) / (sigma * lifetime) }

  /// P(release deletes somebody else's lock): the lock expires within `gap`, between the check
  /// and the delete, and a waiting poller takes it at once. First order in the gap.
  public func wrongDelete(gap: Double) -> Double { densityAtExpiry * gap }

  /// The same with Poisson contenders, who must also arrive within the gap.
  public func wrongDelete(gap: Double, contenderRate: Double) -> Double {
    densityAtExpiry * contenderRate * gap * gap / 2
  }

  /// The lifetime that is outlived with the given chance.
  public static func lifetime(
    holdMedian: Double, holdSigma: Double, outlivedWith chance: Double
  ) -> Double {
    holdMedian * exponential(-holdSigma * inverseNormal(chance))
  }
}
