// How levels moved over the measured time. The page shows the first variant's three that tell
// whether the run was steady, and where turns failed; the full page shows all of them.
internal import Metrics

extension TerminalTable {
  private static let steady = ["turn.throughput", "turn.response.mean", "sessions.resident"]

  /// Curves of failures: enough to see what happened, few enough for a screen.
  private static let failuresShown = 3

  func curves(_ result: RunResult) -> [String] {
    guard let first = result.variants.first else { return [] }
    var chosen: [(VariantResult, SeriesResult)] = []
    for name in TerminalTable.steady {
      chosen += first.series.filter { $0.name == name && !isLevel($0) }.map { (first, $0) }
    }
    let failures = result.variants.flatMap { variant in
      let most = variant.series.first { $0.name == "turn.throughput" }?.values.compactMap { $0 }
        .max()
      return variant.series.filter { $0.name == "turns.failed" && isBurst($0, most ?? 0) }
        .map { (variant, $0) }
    }
    return block(chosen + failures.prefix(TerminalTable.failuresShown))
  }

  func everyCurve(_ result: RunResult) -> [String] {
    block(result.variants.flatMap { variant in variant.series.map { (variant, $0) } })
  }

  private func isLevel(_ series: SeriesResult) -> Bool {
    let known = series.values.compactMap { $0 }
    return known.allSatisfy { $0 == known.first }
  }

  /// Whether something happened at a time and not all the time: a peak of four times the mean, and
  /// of a twentieth of the turns that are done otherwise.
  private func isBurst(_ series: SeriesResult, _ throughput: Double) -> Bool {
    let known = series.values.compactMap { $0 }
    guard let high = known.max(), high > throughput / 20 else { return false }
    return high >= 4 * known.reduce(0, +) / Double(known.count)
  }

  private func block(_ chosen: [(VariantResult, SeriesResult)]) -> [String] {
    var rows: [(name: String, series: SeriesResult, ends: String)] = []
    for (variant, series) in chosen {
      guard let ends = ends(of: series) else { continue }
      rows.append((variant.name, series, ends))
    }
    guard !rows.isEmpty else { return [] }
    let words = rows.map { [$0.name.count, $0.series.name.count, $0.ends.count] }
    let taken = (0..<3).reduce(0) { sum, column in sum + (words.map { $0[column] }.max() ?? 0) }
    // What the words leave, with three columns between; eight points are still a curve, and past
    // 48 the eye sees no more.
    let room = min(48, max(8, width - taken - 11))
    var grid = TextGrid(head: ["", "", "", ""], words: [0, 1, 2, 3])
    for (place, row) in rows.enumerated() {
      let isSame = place > 0 && rows[place - 1].name == row.name
      grid.rows.append([
        isSame ? "" : row.name, row.series.name,
        plain ? "" : sparkline(row.series.values, width: room), row.ends,
      ])
    }
    return ["over time"] + withoutHead(grid)
  }

  /// `10.0 to 18.0/s`.
  private func ends(of series: SeriesResult) -> String? {
    let known = series.values.compactMap { $0 }
    guard let low = known.min(), let high = known.max() else { return nil }
    let texts = units.row([low, high], unit: series.unit)
    guard low != high else { return texts[0] }
    let name = texts[1].drop { $0.isNumber || ".-\u{2212}".contains($0) }
    let isShared = !name.isEmpty && texts[0].hasSuffix(name)
    return "\(isShared ? String(texts[0].dropLast(name.count)) : texts[0]) to \(texts[1])"
  }
}
