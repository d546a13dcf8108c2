// Whether work piles up: a queue that keeps growing has no steady state, and figures of it depend
// on how long one looks.

public enum Backlog {
  /// Whether the last third of some levels, taken at even distances, outweighs the first by far.
  /// Too few of them say nothing.
  public static func pilesUp(_ levels: [Double]) -> Bool {
    guard levels.count >= 9 else { return false }
    let third = levels.count / 3
    let early = levels.prefix(third).reduce(0, +) / Double(third)
    let late = levels.suffix(third).reduce(0, +) / Double(third)
    return late > 3 * early + 10
  }

  /// - underWay: turns, when the run ended.
  public static func doubt(underWay: Int) -> String {
    "work keeps piling up (\(underWay) turns under way at the end): the fleet is overloaded, "
      + "figures depend on the length of the run"
  }
}
