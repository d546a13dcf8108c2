// Which benchmark to run: `bench [USERS…]` measures the reference model (with `--prompts`, behind
// the users, with prompts of many sizes), `--growth` draws the curve over the number of users,
// `--closed` runs the one model that SimPy runs too, `--checker` times the check of histories and
// `--hazards` the search of schedules. One process measures one thing, so that no measurement
// inherits another's memory.
internal import LinuxIO

enum BenchCommand {
  @MainActor static func run(_ arguments: [String]) {
    switch arguments.dropFirst().first {
    case "--growth": GrowthCurve.run(savedAt: "results/bench-growth.csv")
    case "--closed": ClosedComparison.run()
    case "--checker": CheckerSpeed.run()
    case "--hazards": HazardSpeed.run()
    default: Bench.run(arguments)
    }
  }

  /// A reader that went away ends nothing here: the figures are for whoever still looks.
  static func say(_ text: String) { _ = StandardOutput.write(text + "\n") }
}

/// Numbers as columns of text: no Foundation, hence no format strings.
enum Column {
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int(value * Double(scale) + 0.5)
    if digits == 0 { return String(scaled) }
    let rest = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  static func bar(_ value: Double, of most: Double, width: Int) -> String {
    String(repeating: "#", count: most > 0 ? Int(value / most * Double(width) + 0.5) : 0)
  }
}
