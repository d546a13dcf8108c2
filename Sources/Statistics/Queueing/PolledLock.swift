// A lock of fixed length that refused callers poll: the M/G/1 retrial queue for pauses that need
// not be exponential. A lock that becomes free with n callers waiting stays free until one of them
// polls or a new one comes; how soon that is makes all the difference to a queue. Each of them is
// taken to be anywhere in its pause, which is exact for exponential pauses; for uniform ones a
// simulation waits 1 % longer where the longest pause is half of a hold, 2 % where it is a whole.

internal import Basics

public struct PolledLock: Sendable {
  public enum Pause: Sendable {
    case exponential(mean: Double)
    /// From nothing to the longest, as back-off with full jitter at its maximum.
    case uniform(longest: Double)
  }

  /// From the first try to the lock.
  public let meanWait: Double

  /// More callers than that have no place in a lock that is free for a hundredth of the time.
  private static let mostWaiting = 1000

  /// - Parameter hold: how long each keeps it.
  public init(attemptRate: Double, hold: Double, pause: Pause) {
    precondition(attemptRate > 0 && hold > 0, "\(attemptRate) attempts, held for \(hold)")
    let load = attemptRate * hold
    guard load < 0.99 else {
      meanWait = .infinity
      return
    }
    // Arrivals during a hold: just so many, and more than that.
    var arrivals = [exponential(-load)]
    var more = [-exponentialMinusOne(-load)]
    for count in 1...PolledLock.mostWaiting {
      arrivals.append(arrivals[count - 1] * load / Double(count))
      more.append(max(0, more[count - 1] - arrivals[count]))
    }
    // How long it stays free with so many waiting, and whether one of them gets it.
    var free: [Double] = []
    var polled: [Double] = []
    // How often a hold ends with so many waiting, by what goes up past each number and comes down.
    var often = [1.0]
    var waiting = 0.0
    var time = 0.0
    for count in 0..<PolledLock.mostWaiting {
      free.append(PolledLock.free(waiting: count, attemptRate, pause))
      polled.append(count == 0 ? 0 : 1 - attemptRate * free[count])
      if count > 0 {
        var up = 0.0
        for from in 0..<count {
          let place = count - 1 - from
          up += often[from] * ((1 - polled[from]) * more[place] + polled[from] * more[place + 1])
        }
        often.append(up / (polled[count] * arrivals[0]))
      }
      let left = Double(count) - polled[count]
      waiting +=
        often[count] * (Double(count) * free[count] + left * hold + load * hold / 2)
      time += often[count] * (free[count] + hold)
      if count > 0 && often[count] * Double(count) < 1e-14 * waiting { break }
    }
    // Little's law.
    meanWait = waiting / time / attemptRate
  }

  /// Until somebody comes or polls.
  private static func free(waiting: Int, _ rate: Double, _ pause: Pause) -> Double {
    switch pause {
    case .exponential(let mean): return 1 / (rate + Double(waiting) / mean)
    case .uniform(let longest):
      if waiting == 0 { return 1 / rate }
      // What is left of a pause is longer than x with a chance of (1 - x/longest)^2; the integral
      // with exp(-rate x), as a series.
      let power = Double(2 * waiting)
      var term = longest / (power + 1)
      var sum = 0.0
      var step = 1.0
      while abs(term) > 1e-17 * sum {
        sum += term
        step += 1
        term *= -rate * longest / (power + step)
      }
      return sum
    }
  }
}
