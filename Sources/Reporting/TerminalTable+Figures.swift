// The figures of a result as a grid: metrics down, variants across, while that fits; with more
// variants the other way round, with the few figures that decide. Metrics that are nothing
// everywhere are left out, and what no sample supports is a dash, explained once.
internal import Metrics

extension TerminalTable {
  /// One line of the grid: a figure of every variant.
  private struct Row {
    var label: String
    var metric: String
    var statistic: Statistic?
  }

  func figures(_ result: RunResult) -> [[String]] {
    guard !result.variants.isEmpty else { return [] }
    let rows = rows(result.variants)
    guard !rows.isEmpty else { return [] }
    let grid =
      variantsAcross(result.variants, rows, intervals: .beside)
      ?? variantsAcross(result.variants, rows, intervals: .below)
      ?? variantsDown(result.variants, rows)
    let hasMissing = grid.contains { $0.split(separator: " ").contains("-") }
    return [grid] + (hasMissing ? [wrap(TerminalTable.missingNote, width: width, lead: "  ")] : [])
  }

  private static let missingNote =
    "- not there, or too few samples for it (p95 needs 59, p99 299, p99.9 2995)"

  /// Always shown, whatever they are: whoever reads the page looks for them.
  private static let always = ["turns.completed", "turns.failed", "turns.lost"]

  private func rows(_ variants: [VariantResult]) -> [Row] {
    var names: [String] = MetricCatalog.all.map(\.name)
    for variant in variants {
      for metric in variant.metrics where !names.contains(metric.name) { names.append(metric.name) }
    }
    return names.flatMap { name -> [Row] in
      let found = variants.compactMap { $0[name] }
      if found.contains(where: { $0.isTime }) {
        guard found.contains(where: { ($0.value(.count) ?? 0) > 0 }) else { return [] }
        let wanted: [Statistic] =
          name == "turn.response" ? [.mean, .p50, .p95, .p99, .max] : [.p50, .p95]
        return wanted.map { Row(label: "\(name).\($0.rawValue)", metric: name, statistic: $0) }
      }
      let isNews = found.contains { ($0.value() ?? 0) != 0 }
      let isExpected = !found.isEmpty && TerminalTable.always.contains(name)
      return isNews || isExpected ? [Row(label: name, metric: name, statistic: nil)] : []
    }
  }

  private enum Intervals { case beside, below }

  private func variantsAcross(
    _ variants: [VariantResult], _ rows: [Row], intervals: Intervals
  ) -> [String]? {
    // Past six the columns are too narrow for their headings, even where the figures would fit.
    guard variants.count <= 6 else { return nil }
    var grid = TextGrid(head: [""] + variants.map(\.name))
    for row in rows {
      let halves = variants.map { halfWidth($0, row) }
      let hasHalves = halves.contains { $0 != nil }
      let figures = variants.map { figure($0, row) }
      if intervals == .beside || !hasHalves {
        // Padded, so that figures with and without an interval still stand under each other.
        let room = halves.map { $0?.count ?? 0 }.max() ?? 0
        let cells = zip(figures, halves).map { figure, half in
          room == 0 ? figure : figure + " " + pad(half ?? "", to: room)
        }
        grid.rows.append([row.label] + cells)
      } else {
        grid.rows.append([row.label] + figures)
        grid.rows.append([""] + halves.map { $0 ?? "" })
      }
    }
    return grid.lines(width: width)
  }

  /// The decisive figures that fit the width, in this order, one variant a line.
  private func variantsDown(_ variants: [VariantResult], _ rows: [Row]) -> [String] {
    let decisive = [
      "turn.response.p95", "turn.throughput", "sessions.eviction_rate", "turns.lost",
      "turn.response.p50", "locks.contention_rate", "turns.failed", "server.memory",
    ]
    var lines: [String]?
    var chosen: [Row] = []
    for label in decisive {
      guard let row = rows.first(where: { $0.label == label }) else { continue }
      var grid = TextGrid(head: ["variant"] + (chosen + [row]).map(\.label))
      for variant in variants {
        grid.rows.append([variant.name] + (chosen + [row]).map { figure(variant, $0) })
      }
      guard let set = grid.lines(width: width, cuttingWords: chosen.isEmpty) else { break }
      lines = set
      chosen.append(row)
    }
    // Names so long that not even one figure fits beside them.
    return lines
      ?? variants.flatMap { variant in
        [variant.name] + rows.map { "  \($0.label) \(figure(variant, $0))" }
      }
  }

  private func figure(_ variant: VariantResult, _ row: Row) -> String {
    guard let metric = variant[row.metric] else { return HumanUnits.missing }
    return units.text(metric.value(row.statistic), unit: metric.unit)
  }

  private func halfWidth(_ variant: VariantResult, _ row: Row) -> String? {
    guard let metric = variant[row.metric], let interval = metric.interval(row.statistic) else {
      return nil
    }
    return units.plusMinus + units.text(interval.halfWidth, unit: metric.unit)
  }
}

extension MetricResult {
  fileprivate var isTime: Bool {
    if case .time = figure { true } else { false }
  }
}
