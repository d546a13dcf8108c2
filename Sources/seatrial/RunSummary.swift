// The one line that says what is about to run, before anything does: enough to notice a mistake
// while it is still cheap.
internal import Basics
internal import Scenarios

enum RunSummary {
  /// `three-patterns: 5 variants × 10 replications × 10 min simulated, seed 7`.
  static func line(_ file: ScenarioFile) -> String {
    let variants = file.variants
    let parts = [
      counted(variants.count, "variant"), replications(variants.map(\.run)),
      "\(length(variants.map(\.phases.measure))) simulated",
    ]
    return "\(file.base.name): \(parts.joined(separator: " \u{D7} ")), seed \(file.base.seed.value)"
  }

  /// `three-patterns: 5 variants on mock servers, 12 s each after a warm-up of 4 s, seed 7`.
  static func live(_ file: ScenarioFile) -> String {
    let variants = file.variants
    let warmUp =
      switch file.base.phases.warmUp {
      case .auto: "the warm-up"
      case .fixed(let length): "\(text(length)) of warm-up"
      }
    return "\(file.base.name): \(counted(variants.count, "variant")) on \(file.base.cli.rawValue) "
      + "servers, \(length(variants.map(\.phases.measure))) each after \(warmUp), "
      + "seed \(file.base.seed.value)"
  }

  private static func replications(_ settings: [RunSettings]) -> String {
    let least = settings.map(\.replications).min() ?? 0
    let most =
      settings.map { $0.precision == nil ? $0.replications : $0.maxReplications }.max() ?? 0
    return least == most ? counted(least, "replication") : "\(least) to \(most) replications"
  }

  private static func length(_ lengths: [Interval]) -> String {
    let least = lengths.min() ?? .zero
    let most = lengths.max() ?? .zero
    return least == most ? text(least) : "\(text(least)) to \(text(most))"
  }

  /// In the largest unit that leaves no fraction.
  static func text(_ interval: Interval) -> String {
    let units: [(Int64, String)] = [
      (3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"), (1_000_000, "ms"),
    ]
    for (size, name) in units
    where interval.nanoseconds >= size && interval.nanoseconds % size == 0 {
      return "\(interval.nanoseconds / size) \(name)"
    }
    return "\(interval.seconds) s"
  }
}
