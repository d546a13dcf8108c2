// A result in the size of a comment on a pull request: the answer, the verdict, the expectations
// that were not met, one table of the figures that decide. What is longer belongs on the page.
internal import Metrics

struct MarkdownSummary {
  private let results: [NamedResult]
  private let contenders: [Contender]
  private let comparison: Comparison
  private let units = HumanUnits(plain: false)

  /// More contenders than these make rows, and more rows than these are cut.
  private static let mostColumns = 6
  private static let mostRows = 20

  init(_ results: [NamedResult], comparison: Comparison? = nil) {
    self.results = results
    contenders = Contender.all(of: results)
    self.comparison = comparison ?? Comparison(of: results)
  }

  func text() -> String {
    let title = results.map { named in
      results.count > 1 ? named.name : named.result.scenario.name
    }.joined(separator: " against ")
    var blocks = ["### \(MarkdownSummary.escaped(title))"]
    let answer = Answer(results, comparison: comparison).sentences
    blocks.append(answer.map(markdown).joined(separator: " "))
    blocks += results.compactMap(doubt)
    blocks += [expectations(), predictions(), table()].filter { !$0.isEmpty }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func doubt(_ named: NamedResult) -> String? {
    let result = named.result
    guard result.verdict != .valid || !result.complete else { return nil }
    // Two reasons make the point; the page lists them all.
    let shown = result.reasons.prefix(2).map(MarkdownSummary.escaped).joined(separator: "; ")
    let more = result.reasons.count > 2 ? "; and \(result.reasons.count - 2) more" : ""
    let cut = result.complete ? "" : " The run was cut short."
    return "> **The measurement is \(result.verdict.rawValue)**"
      + (shown.isEmpty ? "." : ": \(shown)\(more).") + cut
  }

  private func expectations() -> String {
    var lines: [String] = []
    var met = 0
    for contender in contenders {
      for found in contender.variant.expectations {
        guard found.outcome != .met else {
          met += 1
          continue
        }
        let value = units.text(found.observed, unit: found.unit)
        let word = found.outcome == .missed ? "missed" : "cannot tell"
        lines.append(
          "- **\(word)** \(MarkdownSummary.escaped(contender.label)): "
            + "\(MarkdownSummary.code(found.text)), found \(value)")
      }
    }
    if lines.isEmpty { return met == 0 ? "" : "All \(counted(met, "expectation")) met." }
    let rest = lines.count - 10
    if rest > 0 { lines = lines.prefix(10) + ["- and \(rest) more"] }
    return lines.joined(separator: "\n") + (met > 0 ? "\n- \(met) met" : "")
  }

  /// What people ask about first, and whatever lies outside.
  private func predictions() -> String {
    let asked = ["turn.response.p95", "turn.throughput"]
    var rows: [[String]] = []
    for pair in comparison.pairs {
      for figure in pair.bySurprise
      where figure.word == .outside
        || (asked.contains(figure.metric) && figure.word == .asPredicted)
      {
        let words = PredictedWords(figure, units)
        let word = figure.isBeyondChance ? "**\(words.word)**" : words.word
        rows.append([
          MarkdownSummary.cell(pair.live?.variant.name ?? ""), MarkdownSummary.code(figure.metric),
          pair.hasSamePeople ? words.samePeople : words.simulated, words.predicted, words.live,
          words.change, word,
        ])
      }
    }
    guard !rows.isEmpty else { return "" }
    let rest = rows.count - MarkdownSummary.mostRows
    let first = comparison.pairs.contains(where: \.hasSamePeople) ? "same people" : "simulated"
    var text = "| variant | figure | \(first) | predicted | live | | |\n"
    text += "|---|---|---:|---:|---:|---:|---|\n"
    for row in rows.prefix(MarkdownSummary.mostRows) {
      text += "| " + row.joined(separator: " | ") + " |\n"
    }
    if rest > 0 { text += "\nand \(rest) more rows\n" }
    let left = PredictedWords.leftOut(comparison).map { left in
      left.metrics.map(MarkdownSummary.code).joined(separator: ", ") + " (\(left.reason))"
    }
    if !left.isEmpty { text += "\nLeft out: \(left.joined(separator: "; ")).\n" }
    return String(text.dropLast())
  }

  private func table() -> String {
    let lines = DecisiveFigure.lines(of: contenders.map(\.variant))
    guard !lines.isEmpty else { return "" }
    let shown = lines.map { units.row($0.values, unit: $0.unit) }
    var rows: [[String]]
    if contenders.count <= MarkdownSummary.mostColumns {
      rows = [[""] + contenders.map { MarkdownSummary.cell($0.label) }]
      for (line, figures) in zip(lines, shown) {
        // An addition to the row above is no metric.
        let isMetric = line.label.first != " "
        let head = String(line.label.drop { $0 == " " })
        rows.append([isMetric ? MarkdownSummary.code(head) : head] + figures)
      }
    } else {
      // Six columns still fit a comment.
      rows = [[""] + lines.prefix(6).map(\.heading)]
      for contender in contenders.prefix(MarkdownSummary.mostRows) {
        rows.append(
          [MarkdownSummary.cell(contender.label)] + shown.prefix(6).map { $0[contender.place] })
      }
    }
    var text = "| " + rows[0].joined(separator: " | ") + " |\n|---"
    text += String(repeating: "|---:", count: rows[0].count - 1) + "|\n"
    for row in rows.dropFirst() { text += "| " + row.joined(separator: " | ") + " |\n" }
    let rest = contenders.count - MarkdownSummary.mostRows
    if rest > 0 { text += "\nand \(rest) more variants\n" }
    return String(text.dropLast())
  }

  private func markdown(_ sentence: Sentence) -> String {
    sentence.pieces.map { piece in
      switch piece {
      case .words(let text): text
      case .name(let text): "**\(MarkdownSummary.escaped(text))**"
      case .code(let text): MarkdownSummary.code(text)
      }
    }.joined()
  }

  // MARK: names as text

  /// Everything that Markdown or the HTML in it could take for its own.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\\", "`", "*", "_", "[", "]", "#", "|", "~", "@":
        out += "\\" + String(Character(scalar))
      case "\u{0}"..<"\u{20}", "\u{7F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  static func cell(_ text: String) -> String { escaped(Markup.clipped(text, to: 60)) }

  /// A code span shows everything as it is, if the fence is longer than any run of ticks in it.
  static func code(_ text: String) -> String {
    let flat = String(text.map { $0.isNewline ? " " : $0 == "|" ? "\u{2502}" : $0 })
    var longest = 0
    var run = 0
    for character in flat {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let gap = flat.hasPrefix("`") || flat.hasSuffix("`") ? " " : ""
    return fence + gap + flat + gap + fence
  }
}
