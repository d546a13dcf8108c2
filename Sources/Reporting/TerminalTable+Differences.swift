// How the variants differ from the one they are held against, in the four words of the contract:
// better, worse, no difference, cannot tell. The page gives what differs, as a grid, and closes
// with a sentence of what does not; the full page gives every interval.
internal import Metrics

extension TerminalTable {
  /// One metric of the grid: what is said of each variant.
  private struct Row {
    var metric: String
    var figures: [String]
    var words: [String]
  }

  /// The margin of the contract (docs/measuring.md, Words), which results do not carry.
  private static let margin = "2 %"

  func differences(_ result: RunResult) -> [[String]] {
    bases(result).map { base in
      differences(base, result.differences.filter { $0.against == base }, in: result)
    }
  }

  private func differences(
    _ base: String, _ found: [PairedDifference], in result: RunResult
  ) -> [String] {
    let metrics = inOrder(unique(found.map(\.metric)))
    let variants = unique(found.map(\.variant))
    let silent = metrics.filter { metric in
      found.allSatisfy { $0.metric != metric || $0.word == .noDifference }
    }
    let rows = metrics.filter { !silent.contains($0) }.map { metric in
      row(metric, variants, found.filter { $0.metric == metric }) { variant in
        self.figures(metric, of: [variant, base], in: result)
      }
    }
    var lines: [String] = []
    if !rows.isEmpty {
      let grid = grid(variants, rows)
      let legend = legend(rows, isGrid: grid != nil)
      lines = wrap("differences from \(base)\(legend)", width: width, hanging: 2)
      lines += grid ?? sentences(variants, rows)
    }
    if !silent.isEmpty {
      let what = rows.isEmpty ? "no difference from \(base)" : "no difference"
      lines += wrap(
        "\(what) (\(TerminalTable.margin)): \(silent.joined(separator: ", "))", width: width,
        lead: rows.isEmpty ? "" : "  ")
    }
    return lines
  }

  private func row(
    _ metric: String, _ variants: [String], _ found: [PairedDifference],
    pair: (String) -> [Double?]
  ) -> Row {
    let entries = variants.map { name in found.first { $0.variant == name } }
    let isTally = MetricCatalog.definition(named: metric)?.kind == .count
    let figures = units.signedRow(
      entries.map { $0?.word == .noDifference ? nil : $0?.difference },
      unit: found.first?.unit ?? "")
    return Row(
      // Differences are taken run by run, tallies of the table over all runs.
      metric: isTally ? "\(metric) a run" : metric,
      figures: zip(entries, figures).map { $0 == nil || $0?.word == .noDifference ? "" : $1 },
      words: zip(variants, entries).map { variant, entry in
        // No difference was taken where both are nothing.
        entry.map { word($0.word) } ?? (pair(variant) == [0, 0] ? "same" : HumanUnits.missing)
      })
  }

  private func figures(
    _ metric: String, of names: [String], in result: RunResult
  ) -> [Double?] {
    names.map { name in result.variants.first { $0.name == name }?[metric]?.value() }
  }

  private func word(_ word: PairedDifference.Word) -> String {
    switch word {
    case .noDifference: "same"
    case .cannotTell: "?"
    case .better, .worse, .lower, .higher: word.rawValue
    }
  }

  /// As in the table of figures; what that does not have comes last.
  private func inOrder(_ metrics: [String]) -> [String] {
    let order = [
      "turn.response.mean", "turn.response.p50", "turn.response.p95", "turn.response.p99",
      "turn.throughput", "turns.failed", "turns.lost", "sessions.hit_rate",
      "sessions.eviction_rate", "locks.contention_rate", "fleet.servers", "fleet.memory",
    ]
    return order.filter(metrics.contains) + metrics.filter { !order.contains($0) }
  }

  /// Only what occurs is explained; sentences have room to say it.
  private func legend(_ rows: [Row], isGrid: Bool) -> String {
    let words = isGrid ? rows.flatMap(\.words) : []
    var parts: [String] = []
    if words.contains("same") { parts.append("same: no difference") }
    if words.contains("?") { parts.append("?: cannot tell") }
    if rows.contains(where: { $0.figures.contains { $0.hasSuffix(" pp") } }) {
      parts.append("pp: % points")
    }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  /// Nil where sentences say it better.
  private func grid(_ variants: [String], _ rows: [Row]) -> [String]? {
    var beside = TextGrid(head: [""] + variants)
    var below = beside
    for row in rows {
      let room = row.words.map(\.count).max() ?? 0
      beside.rows.append(
        [row.metric]
          + zip(row.figures, row.words).map { $0.isEmpty ? $1 : $0 + " " + pad($1, to: room) })
      below.rows.append(
        [row.metric] + zip(row.figures, row.words).map { $0.isEmpty ? $1 : $0 })
      // Without a figure the word stands in the first line.
      below.rows.append([""] + zip(row.figures, row.words).map { $0.isEmpty ? "" : $1 })
    }
    // As for the table of figures: past six variants columns are no longer read.
    guard variants.count <= 6 else { return nil }
    if let lines = beside.lines(width: width, cuttingWords: false) { return lines }
    // Two lines a metric, unless most of them would say "same".
    let lines = below.lines(width: width, cuttingWords: false)
    return lines.flatMap { $0.count <= sentences(variants, rows).count ? $0 : nil }
  }

  private func sentences(_ variants: [String], _ rows: [Row]) -> [String] {
    // A third of the line at most for names; longer ones stand above their sentence.
    let room = min(width / 3, variants.map(\.count).max() ?? 0)
    return variants.indices.flatMap { place in
      let name = variants[place]
      let isLong = name.count > room
      return (isLong ? ["  " + name] : [])
        + wrap(
          sentence(of: place, rows), width: width,
          lead: "  " + pad(isLong ? "" : name, to: room) + "  ")
    }
  }

  private func sentence(of place: Int, _ rows: [Row]) -> String {
    let parts = ["better", "worse", "lower", "higher", "?"].compactMap { word -> String? in
      let said = rows.filter { $0.words[place] == word }.map { "\($0.metric) \($0.figures[place])" }
      guard !said.isEmpty else { return nil }
      return (word == "?" ? "cannot tell" : word) + ": " + said.joined(separator: ", ")
    }
    return parts.isEmpty ? "no difference" : parts.joined(separator: "; ")
  }

  private func bases(_ result: RunResult) -> [String] { unique(result.differences.map(\.against)) }

  private func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  // MARK: the full page

  func everyDifference(_ result: RunResult) -> [String] {
    bases(result).flatMap { base in
      var grid = TextGrid(head: ["", "", "", "", ""], words: [0, 1, 4])
      for difference in result.differences where difference.against == base {
        grid.rows.append([
          difference.metric, difference.variant, signed(difference.difference, difference.unit),
          difference.interval.map { between($0, difference.unit) } ?? HumanUnits.missing,
          difference.word.rawValue.withoutDashes,
        ])
      }
      return ["differences from \(base)"] + withoutHead(grid)
    }
  }

  private func between(_ interval: ConfidenceInterval, _ unit: String) -> String {
    "[\(signed(interval.low, unit)), \(signed(interval.high, unit))]"
  }

  private func signed(_ value: Double, _ unit: String) -> String {
    let text = units.text(value, unit: unit)
    let isShare = unit == "ratio" && text.hasSuffix("%")
    return (value > 0 ? "+" : "") + (isShare ? text.dropLast() + "pp" : text)
  }

  /// Columns that speak for themselves; sentences where the terminal is too narrow for columns.
  func withoutHead(_ grid: TextGrid) -> [String] {
    grid.lines(width: width).map { Array($0.dropFirst()) }
      ?? grid.rows.flatMap { wrap($0.joined(separator: " "), width: width, lead: "  ", hanging: 4) }
  }
}
