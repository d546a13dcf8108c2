// The one table that is always read: what people wait for, what failed, what sessions and locks
// did, and what it takes to serve them. Variants across while their names can be read, else down.
// Rows that are nothing everywhere are left out, except those whoever reads the page looks for.
internal import Metrics

extension TerminalTable {
  /// One figure of every variant, in the unit of its metric.
  private struct Line {
    var label: String
    /// The heading where variants stand below each other.
    var heading: String
    var unit: String
    var values: [Double?]
    /// Half widths of the intervals; nil where there is none or it is nothing.
    var halves: [Double?] = []

    var isNews: Bool { values.contains { ($0 ?? 0) != 0 } }
    var hasHalves: Bool { halves.contains { $0 != nil } }
  }

  func decisiveFigures(_ result: RunResult) -> [[String]] {
    let variants = result.variants
    let lines = decisiveLines(variants)
    guard !variants.isEmpty, lines.contains(where: \.isNews) else { return [] }
    let grid =
      across(variants, lines, intervals: .beside) ?? across(variants, lines, intervals: .below)
      ?? down(variants, lines)
    let hasMissing = lines.contains { $0.values.contains { $0 == nil } }
    let note = "- nothing to measure, or too few samples for it"
    return [grid + (hasMissing ? wrap(note, width: width, lead: "  ") : [])]
  }

  // MARK: which figures

  private func decisiveLines(_ variants: [VariantResult]) -> [Line] {
    let time: [(Statistic, String)] = [
      (.mean, "mean response"), (.p50, "p50"), (.p95, "p95"), (.p99, "p99"),
    ]
    var lines = time.map { line("turn.response", $0.0, heading: $0.1, variants) }
    lines.append(line("turn.throughput", heading: "turn rate", variants))
    let failed = line("turns.failed", heading: "turns failed", variants)
    let lost = line("turns.lost", heading: "turns lost", variants)
    // How each pattern can break a promise, in the order in which people would mind.
    let broken = [
      ("turns.dropped", "turns dropped"), ("turns.foreign", "turns foreign"),
      ("turns.duplicated", "turns doubled"), ("turns.stale_context", "stale context"),
      ("sessions.context_lost", "context lost"), ("sessions.split_brain", "split brain"),
      ("locks.double_held", "locks double held"), ("locks.wrong_release", "locks wrong release"),
      ("locks.stale_writes", "stale writes"), ("access.leaks", "access leaks"),
      ("access.false_denials", "false denials"),
    ].map { line($0.0, heading: $0.1, variants) }
    let serving = [
      line("sessions.hit_rate", heading: "hit rate", variants),
      line("sessions.eviction_rate", heading: "eviction rate", variants),
      line("sessions.evicted_busy", heading: "evicted busy", variants),
      line("sessions.over_limit_max", heading: "over limit", variants),
      line("locks.contention_rate", heading: "lock refused", variants),
      line("lock.wait", .p95, heading: "lock wait p95", variants),
      line("fleet.servers", heading: "servers", variants),
      line("fleet.memory", heading: "fleet memory", variants),
      line("server.cpu", heading: "server cpu", variants),
      line("servers.imbalance", heading: "imbalance", variants),
    ]
    let rest = (broken + serving).filter(\.isNews)
    let isCounted = { (line: Line) in line.values.contains { $0 != nil } }
    return lines.filter(\.isNews) + [failed].filter(isCounted)
      + [share(of: failed, variants)].filter(\.isNews) + [lost].filter(isCounted) + rest
  }

  private func line(
    _ metric: String, _ statistic: Statistic? = nil, heading: String, _ variants: [VariantResult]
  ) -> Line {
    let found = variants.map { $0[metric] }
    return Line(
      label: statistic.map { "\(metric).\($0.rawValue)" } ?? metric, heading: heading,
      unit: found.compactMap { $0?.unit }.first ?? "",
      values: found.map { $0?.value(statistic) },
      halves: found.map { metric in
        metric?.interval(statistic).flatMap { $0.halfWidth > 0 ? $0.halfWidth : nil }
      })
  }

  /// Failures alone say little: variants differ in how many turns they planned.
  private func share(of failed: Line, _ variants: [VariantResult]) -> Line {
    let shares = zip(failed.values, variants).map { count, variant -> Double? in
      guard let count, let planned = variant["turns.planned"]?.value(), planned > 0 else {
        return nil
      }
      return count / planned
    }
    return Line(label: "  of those planned", heading: "failed", unit: "ratio", values: shares)
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
