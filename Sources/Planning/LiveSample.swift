// How many turns a live run must see before it may say anything of what a plan expects. The rarer
// the turns that decide, the more: a run of a fixed number would be long for a median and short for
// a p99.
internal import Metrics

public enum LiveSample {
  /// Beyond the highest percentile that is asked for: their number is then known to a quarter.
  static let beyond = 15.0

  /// 1500 turns for a p99, 300 for a p95 and for whatever asks for less.
  public static func turns(for expectations: [String]) -> Double {
    let shares = expectations.compactMap {
      (try? Metrics.Expectation(parsing: $0))?.statistic?.share
    }
    return beyond / min(0.05, max(0.01, 1 - (shares.max() ?? 0)))
  }
}
