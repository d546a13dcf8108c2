// How the contenders differ from what they are held against: a table of words and figures, and the
// intervals as pictures for what people ask about first.
internal import Metrics

extension ResultPage {
  /// Few enough for a column each; more become rows of the figures that decide.
  private static let mostColumns = 4

  func differences() -> String {
    // Single runs differ by chance, too, and nobody can tell by how much.
    let pairs = comparison.pairs.filter { pair in pair.figures.contains { $0.interval != nil } }
    guard !pairs.isEmpty else { return "" }
    let against = pairs.map(\.against.label)
    let isCommon = against.allSatisfy { $0 == against[0] }
    var markup = Markup()
    let isPaired = pairs.allSatisfy { $0.figures.allSatisfy(\.isPaired) }
    let whom = isCommon ? "from \(Markup.name(against[0]))" : "each from its counterpart"
    let how =
      isPaired
      ? "replication by replication, since all met the same people"
      : "by Welch\u{2019}s interval where replications are no pairs"
    markup.line(
      "<p>Differences \(whom), \(how). Better and worse lie wholly beyond "
        + "\(units.round(comparison.margin)), with 95 % confidence; of twenty "
        + "figures one may still be chance.</p>")
    if pairs.count <= ResultPage.mostColumns {
      across(pairs, &markup)
    } else {
      down(pairs, &markup)
    }
    markup.add(intervals(pairs))
    return markup.html
  }

  // MARK: tables

  private func across(_ pairs: [Comparison.Pair], _ markup: inout Markup) {
    var metrics: [String] = []
    for pair in pairs {
      for figure in pair.figures where !metrics.contains(figure.metric) {
        metrics.append(figure.metric)
      }
    }
    markup.add(
      "\(Markup.table)<caption>Tallies are those of one replication.</caption>"
    )
    markup.add("<thead><tr><td></td>")
    for pair in pairs { markup.add(columnHead(pair.candidate)) }
    markup.line("</tr></thead><tbody>")
    for metric in metrics {
      markup.add("<tr><th scope=\"row\">\(Markup.code(metric))</th>")
      for pair in pairs {
        markup.add(differenceCell(pair.figures.first { $0.metric == metric }, pair))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody></table></div>")
  }

  private static let decisive = [
    "turn.response.mean", "turn.response.p95", "turn.throughput", "turns.failed",
    "turns.stale_context", "sessions.eviction_rate", "locks.contention_rate", "fleet.servers",
    "fleet.memory", "server.cpu",
  ]

  private func down(_ pairs: [Comparison.Pair], _ markup: inout Markup) {
    let metrics = ResultPage.decisive.filter { metric in
      pairs.contains { pair in
        pair.figures.contains { $0.metric == metric && $0.word != .noDifference }
      }
    }
    guard !metrics.isEmpty else {
      markup.line("<p>No difference in any of the figures that decide.</p>")
      return
    }
    markup.add(
      "\(Markup.table)<caption>Figures in which somebody differs.</caption>"
    )
    markup.add("<thead><tr><th scope=\"col\" class=\"w\">Contender</th>")
    for metric in metrics { markup.add("<th scope=\"col\">\(Markup.code(metric))</th>") }
    markup.line("</tr></thead><tbody>")
    for pair in pairs {
      markup.add(
        "<tr><th scope=\"row\">\(swatch(pair.candidate))\(label(pair.candidate))</th>")
      for metric in metrics {
        markup.add(differenceCell(pair.figures.first { $0.metric == metric }, pair))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody></table></div>")
  }

  private func differenceCell(_ figure: ComparedFigure?, _ pair: Comparison.Pair) -> String {
    guard let figure else { return "<td class=\"soft\">both nothing</td>" }
    let word = ComparedWords(figure, units)
    return
      "<td class=\"num\" data-difference=\"\(Markup.text(figure.metric))\" "
      + "data-of=\"\(pair.candidate.place)\" data-value=\"\(figure.difference)\">"
      + "\(Markup.text(word.change)) <span class=\"\(word.style)\">\(word.word)</span>"
      + "<small>\(Markup.text(word.detail))</small></td>"
  }

  // MARK: pictures

  private func intervals(_ pairs: [Comparison.Pair]) -> String {
    let asked: [(String, String)] = [
      ("turn.response.p95", "p95 of the response"), ("turn.response.mean", "Mean response"),
      ("turn.throughput", "Turns a second"), ("fleet.memory", "Memory of the fleet"),
    ]
    let pictures = asked.compactMap { metric, title -> String? in
      let found = pairs.prefix(24).compactMap { pair in
        pair.figures.first { $0.metric == metric }
          .map { (place: pair.candidate.place, name: pair.candidate.label, figure: $0) }
      }
      // Nothing but noughts is said better by the table.
      guard found.contains(where: { $0.figure.difference != 0 }) else { return nil }
      return IntervalPlot(
        id: "interval-" + Markup.anchor(metric), title: title,
        caption: "Difference with its 95 % interval; within the band is no difference.",
        figures: found, margin: comparison.margin
      ).picture()?.html
    }
    return pictures.isEmpty ? "" : "<div class=\"charts\">\n\(pictures.joined())</div>\n"
  }
}

/// A difference in the four words, the same ones on page, terminal and in Markdown.
struct ComparedWords {
  let change: String
  let word: String
  /// The interval, or how large a difference there may be.
  let detail: String
  /// Of the page.
  let style: String

  init(_ figure: ComparedFigure, _ units: HumanUnits) {
    let signed = units.signedRow([figure.difference], unit: figure.unit)[0]
    // Shares differ in percentage points; a share of a share confuses.
    let isShare = figure.unit == MetricUnit.ratio.rawValue
    change = isShare ? signed : figure.relative.map { signedShare($0, units) } ?? signed
    let ends = figure.interval.map {
      units.signedRow([$0.low, $0.high], unit: figure.unit).joined(separator: " to ")
    }
    let span = ends.map { "\(signed) (\($0))" } ?? signed
    switch figure.word {
    case .noDifference:
      word = "no difference"
      // Of shares in percentage points again, of all else as a share of the figure.
      let size = (figure.bound ?? 0) * (figure.before == 0 ? 1 : figure.before.magnitude)
      let bound =
        isShare
        ? units.signedRow([size], unit: figure.unit)[0].trimmingSign
        : units.text(figure.bound ?? 0, unit: "ratio")
      detail = "larger than \(bound)"
      style = "soft"
    case .cannotTell:
      word = "cannot tell"
      detail = figure.interval == nil ? "no interval" : span
      style = "doubt"
    case .better:
      word = "better"
      detail = span
      style = "good"
    case .worse:
      word = "worse"
      detail = span
      style = "bad"
    case .lower, .higher:
      word = figure.word.rawValue
      detail = span
      style = "soft"
    }
  }
}

extension String {
  /// Without a plus: for sizes of differences, which have none.
  fileprivate var trimmingSign: String { hasPrefix("+") ? String(dropFirst()) : self }
}
