// A result as a page of text for the terminal: the verdict in the first sentence, then the figures
// of all variants side by side, what was expected, how the variants differ, and how levels moved.
// Strings out; where they go is the program's affair. The wording may change freely: machines read
// the JSON.
public import Metrics

public struct TerminalTable: Sendable {
  /// Columns of the terminal. Figures fit 80 for up to about six variants; more become rows.
  public var width: Int
  /// ASCII only, and no sparklines: for logs, pipes and TERM=dumb.
  public var plain: Bool

  public init(width: Int = 80, plain: Bool = false) {
    self.width = width
    self.plain = plain
  }

  public func render(_ result: RunResult) -> String {
    var blocks = [opening(result)]
    blocks += figures(result)
    blocks.append(expectations(result))
    blocks.append(differences(result))
    blocks.append(curves(result))
    blocks.append(closing(result))
    let text = blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
    return (plain ? asASCII(text) : text) + "\n"
  }

  var units: HumanUnits { HumanUnits(plain: plain) }

  private func opening(_ result: RunResult) -> [String] {
    var sentence = "The measurement is \(result.verdict.rawValue)"
    if !result.reasons.isEmpty {
      sentence += ": " + result.reasons.map(withoutStop).joined(separator: "; ")
    }
    sentence += "."
    if !result.complete { sentence += " It is INCOMPLETE: the run was cut short." }
    let digest = result.scenario.digest.prefix(12)
    let kind = result.kind.rawValue
    return wrap(sentence, width: width)
      + wrap(
        "\(result.scenario.name), \(kind), seed \(result.seed), digest \(digest)", width: width)
  }

  private func expectations(_ result: RunResult) -> [String] {
    var texts: [String] = []
    for variant in result.variants {
      for expectation in variant.expectations where !texts.contains(expectation.text) {
        texts.append(expectation.text)
      }
    }
    guard !texts.isEmpty else { return [] }
    var lines = ["expectations"]
    for text in texts {
      lines.append("  \(text)")
      // The bad news first.
      for outcome in [ExpectationResult.Outcome.missed, .cannotTell, .met] {
        let who = result.variants.flatMap { variant in
          variant.expectations.filter { $0.text == text && $0.outcome == outcome }
            .map { said(of: $0, in: variant) }
        }
        guard !who.isEmpty else { continue }
        let word = pad(outcome.rawValue.withoutDashes, to: 11)
        lines += wrap(who.joined(separator: ", "), width: width, lead: "    \(word)  ")
      }
    }
    return lines
  }

  private func said(of expectation: ExpectationResult, in variant: VariantResult) -> String {
    let figure = units.text(expectation.observed, unit: expectation.unit)
    let reason = expectation.reason.map { " (\($0))" } ?? ""
    return "\(variant.name) \(figure)\(reason)"
  }

  private func differences(_ result: RunResult) -> [String] {
    guard !result.differences.isEmpty else { return [] }
    var lines: [String] = []
    var against: [String] = []
    for difference in result.differences where !against.contains(difference.against) {
      against.append(difference.against)
    }
    for base in against {
      var grid = TextGrid(head: ["", "", "", "", ""], words: [0, 1, 4])
      for difference in result.differences where difference.against == base {
        grid.rows.append([
          difference.metric, difference.variant, signed(difference.difference, difference.unit),
          difference.interval.map { between($0, difference.unit) } ?? HumanUnits.missing,
          difference.word.rawValue.withoutDashes,
        ])
      }
      lines.append("against \(base)")
      lines += withoutHead(grid)
    }
    return lines
  }

  private func between(_ interval: ConfidenceInterval, _ unit: String) -> String {
    "[\(signed(interval.low, unit)), \(signed(interval.high, unit))]"
  }

  private func signed(_ value: Double, _ unit: String) -> String {
    (value > 0 ? "+" : "") + units.text(value, unit: unit)
  }

  private func curves(_ result: RunResult) -> [String] {
    var grid = TextGrid(head: ["", "", "", ""], words: [0, 1, 2, 3])
    for variant in result.variants {
      for series in variant.series {
        let known = series.values.compactMap { $0 }
        guard let low = known.min(), let high = known.max() else { continue }
        // 24 columns: with names of usual length the line stays within 80.
        grid.rows.append([
          variant.name, series.name, plain ? "" : sparkline(series.values, width: 24),
          "\(units.text(low, unit: series.unit)) to \(units.text(high, unit: series.unit))",
        ])
      }
    }
    return grid.rows.isEmpty ? [] : ["levels over time"] + withoutHead(grid)
  }

  /// Columns that speak for themselves; sentences where the terminal is too narrow for columns.
  private func withoutHead(_ grid: TextGrid) -> [String] {
    grid.lines(width: width).map { Array($0.dropFirst()) }
      ?? grid.rows.flatMap { wrap($0.joined(separator: " "), width: width, lead: "  ", hanging: 4) }
  }

  private func closing(_ result: RunResult) -> [String] {
    let cost = result.cost
    guard cost != .init() else { return [] }
    return wrap(
      "cost: \(units.text(cost.wallSeconds, unit: "s")) of wall time,"
        + " \(units.text(cost.cpuSeconds, unit: "s")) of CPU,"
        + " \(units.text(Double(cost.events), unit: "count")) events,"
        + " \(units.text(Double(cost.peakMemoryBytes), unit: "bytes")) at most", width: width)
  }
}

private func withoutStop(_ sentence: String) -> String {
  sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
}

/// Names come from users: what ASCII cannot say becomes a question mark, so a dumb terminal stays
/// sane.
private func asASCII(_ text: String) -> String {
  String(text.map { $0.isASCII ? $0 : "?" })
}

extension String {
  /// The words of the format have dashes where English has blanks.
  var withoutDashes: String { String(map { $0 == "-" ? " " : $0 }) }
}
