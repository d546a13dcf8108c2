// Every figure of a result as a grid, for the full page: metrics down, variants across, in as many
// grids as the width asks for. Metrics that are nothing everywhere are left out, and what no sample
// supports is a dash, explained once.
internal import Metrics

extension TerminalTable {
  /// One line of the grid: a figure of every variant.
  private struct Row {
    var label: String
    var metric: String
    var statistic: Statistic?
  }

  func figures(_ result: RunResult) -> [[String]] {
    let rows = rows(result.variants)
    guard !rows.isEmpty else { return [] }
    var rest = result.variants[...]
    var grids: [[String]] = []
    while !rest.isEmpty {
      let (grid, count) = widest(rest, rows)
      grids.append(grid)
      rest = rest.dropFirst(count)
    }
    let hasMissing = grids.contains { $0.contains { $0.split(separator: " ").contains("-") } }
    return grids + (hasMissing ? [wrap(TerminalTable.missingNote, width: width, lead: "  ")] : [])
  }

  /// As many variants as can stand beside each other under headings that can be read.
  private func widest(_ variants: ArraySlice<VariantResult>, _ rows: [Row]) -> ([String], Int) {
    for count in (1...variants.count).reversed() {
      let some = Array(variants.prefix(count))
      if let grid = across(some, rows, intervals: .beside)
        ?? across(some, rows, intervals: .below, cutting: count == 1)
      {
        return (grid, count)
      }
    }
    // A name so long that not even its figures fit beside it.
    let variant = variants[variants.startIndex]
    return ([variant.name] + rows.map { "  \($0.label) \(figure(variant, $0))" }, 1)
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

  private func across(
    _ variants: [VariantResult], _ rows: [Row], intervals: Intervals, cutting: Bool = false
  ) -> [String]? {
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
    return grid.lines(width: width, cuttingWords: cutting)
  }

  private func figure(_ variant: VariantResult, _ row: Row) -> String {
    guard let metric = variant[row.metric] else { return HumanUnits.missing }
    return units.text(metric.value(row.statistic), unit: metric.unit)
  }

  private func halfWidth(_ variant: VariantResult, _ row: Row) -> String? {
    guard let metric = variant[row.metric], let interval = metric.interval(row.statistic),
      interval.halfWidth > 0
    else { return nil }
    return units.plusMinus + units.rough(interval.halfWidth, unit: metric.unit)
  }
}

extension MetricResult {
  fileprivate var isTime: Bool {
    if case .time = figure { true } else { false }
  }
}
