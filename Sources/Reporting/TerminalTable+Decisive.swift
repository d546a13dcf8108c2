// The one table that is always read: what people wait for, what failed, what sessions and locks
// did, and what it takes to serve them. Variants across while their names can be read, else down.
// Rows that are nothing everywhere are left out, except those whoever reads the page looks for.
internal import Metrics

extension TerminalTable {
  private typealias Line = DecisiveFigure

  func decisiveFigures(_ result: RunResult) -> [[String]] {
    let variants = result.variants
    let lines = DecisiveFigure.lines(of: variants)
    guard !variants.isEmpty, lines.contains(where: \.isNews) else { return [] }
    let grid =
      across(variants, lines, intervals: .beside) ?? across(variants, lines, intervals: .below)
      ?? down(variants, lines)
    let hasMissing = lines.contains { $0.values.contains { $0 == nil } }
    let note = "- nothing to measure, or too few samples for it"
    return [grid + (hasMissing ? wrap(note, width: width, lead: "  ") : [])]
  }

  // MARK: layouts

  private enum Intervals { case beside, below }

  private func across(
    _ variants: [VariantResult], _ lines: [Line], intervals: Intervals
  ) -> [String]? {
    // Past six the columns are too narrow for their headings, even where the figures would fit.
    guard variants.count <= 6 else { return nil }
    var grid = TextGrid(head: [""] + variants.map(\.name))
    for line in lines {
      let figures = units.row(line.values, unit: line.unit)
      let halves = line.halves.map { $0.map { units.plusMinus + units.rough($0, unit: line.unit) } }
      switch intervals {
      case .beside:
        // Padded, so that figures with and without an interval still stand under each other.
        let room = halves.map { $0?.count ?? 0 }.max() ?? 0
        let cells = figures.indices.map { place in
          room == 0 ? figures[place] : figures[place] + " " + pad(halves[place] ?? "", to: room)
        }
        grid.rows.append([line.label] + cells)
      case .below:
        grid.rows.append([line.label] + figures)
        // Of the p95 alone: one row of intervals shows how far to trust the others.
        guard line.label == "turn.response.p95", line.hasHalves else { continue }
        grid.rows.append(["  \(units.plusMinus) (95 % sure)"] + halves.map { $0 ?? "" })
      }
    }
    return grid.lines(width: width, cuttingWords: false)
  }

  /// Two tables of columns at most: what does not fit them is for `full`.
  private func down(_ variants: [VariantResult], _ lines: [Line]) -> [String] {
    var rest = lines[...]
    var tables: [[String]] = []
    while tables.count < 2, !rest.isEmpty {
      var count = 0
      var table: [String]?
      while count < rest.count,
        let wider = downTable(variants, rest.prefix(count + 1), cutting: count == 0)
      {
        table = wider
        count += 1
      }
      guard let table else { break }
      tables.append(table)
      rest = rest.dropFirst(count)
    }
    if !tables.isEmpty { return Array(tables.joined(separator: [""])) }
    // Names so long that not even one figure fits beside them.
    return variants.indices.flatMap { place in
      [variants[place].name]
        + lines.map { "  \($0.label.trimmed) \(units.text($0.values[place], unit: $0.unit))" }
    }
  }

  private func downTable(
    _ variants: [VariantResult], _ lines: ArraySlice<Line>, cutting: Bool
  ) -> [String]? {
    var grid = TextGrid(head: [""] + lines.map(\.heading))
    let columns = lines.map { units.row($0.values, unit: $0.unit) }
    for (place, variant) in variants.enumerated() {
      grid.rows.append([variant.name] + columns.map { $0[place] })
    }
    return grid.lines(width: width, cuttingWords: cutting)
  }
}

extension String {
  fileprivate var trimmed: Substring { drop { $0 == " " } }
}
