// How many servers: by the square-root rule, exactly, against failures, and through a day.
// The rule can be one short; the exact count is always at hand, so plan with that.

internal import Basics

public enum Staffing {
  /// Halfin and Whitt: P(wait) in the limit of large fleets with load + beta · root(load) servers.
  public static func waitProbability(beta: Double) -> Double {
    1 / (1 + beta * NormalLaw.cdf(beta) / NormalLaw.density(beta))
  }

  /// The beta for a wanted P(wait).
  public static func beta(waitProbability wanted: Double) -> Double {
    precondition(wanted > 0 && wanted < 1, "a wait probability of \(wanted)")
    // The limit formula falls from 1 at beta 0; at 30 it is below the smallest positive Double.
    return Numerics.bisect(low: 0, high: 30) { waitProbability(beta: $0) > wanted }
  }

  public static func ruleServers(load: Double, waitProbability wanted: Double) -> Int {
    Int(ceilingOf(load + beta(waitProbability: wanted) * load.squareRoot()))
  }

  /// The fewest servers with Erlang's P(wait) at most `wanted`.
  public static func exactServers(load: Double, waitProbability wanted: Double) -> Int {
    precondition(wanted > 0 && load >= 0, "load \(load), wait probability \(wanted)")
    var servers = Int(floorOf(load)) + 1
    while ErlangFormulas.waiting(servers: servers, load: load) > wanted { servers += 1 }
    return servers
  }

  /// P(at least `needed` of `installed` servers are up), each up with this chance.
  public static func enoughUp(needed: Int, installed: Int, availability: Double) -> Double {
    BinomialLaw(trials: installed, chance: availability).survival(needed - 1)
  }
}

/// Arrivals that follow a sine through the day, sessions of exponential length, no limit on their
/// number: how many are open (M_t/M/infinity). The count follows the load with a lag.
public struct DailyWave: Sendable {
  public let meanRate: Double
  /// Relative height of the wave, 0...1.
  public let amplitude: Double
  public let period: Double
  public let meanStay: Double

  public init(meanRate: Double, amplitude: Double, period: Double, meanStay: Double) {
    precondition(meanRate >= 0 && period > 0 && meanStay >= 0, "rate, period and stay")
    precondition(amplitude >= 0 && amplitude <= 1, "a wave of height \(amplitude)")
    self.meanRate = meanRate
    self.amplitude = amplitude
    self.period = period
    self.meanStay = meanStay
  }

  private var frequency: Double { 2 * Double.pi / period }
  private var turnsPerStay: Double { frequency * meanStay }

  public func arrivalRate(at t: Double) -> Double {
    meanRate * (1 + amplitude * sine(frequency * t))
  }

  /// Mean number open at t; the number itself is Poisson.
  public func meanOpen(at t: Double) -> Double {
    let damping = (1 + turnsPerStay * turnsPerStay).squareRoot()
    let phase = frequency * t - arcTangent(turnsPerStay)
    return meanRate * meanStay * (1 + amplitude * sine(phase) / damping)
  }

  public var peakOpen: Double { meanOpen(at: period / 4 + lag) }
  /// How much later than the arrivals the count peaks; a little less than the mean stay.
  public var lag: Double { arcTangent(turnsPerStay) / frequency }
}
