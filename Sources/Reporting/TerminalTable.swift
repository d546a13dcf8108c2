// A result as a page of text for the terminal: the verdict in the first sentence, then the figures
// that decide, of all variants side by side, what was expected, how the variants differ, and how
// levels moved. About a screen; `full` gives every figure instead. Strings out; where they go is
// the program's affair. The wording may change freely: machines read the JSON.
public import Metrics

public struct TerminalTable: Sendable {
  /// Columns of the terminal. Figures fit 80 for up to about six variants; more become rows.
  public var width: Int
  /// ASCII only, and no sparklines: for logs, pipes and TERM=dumb.
  public var plain: Bool
  /// Every metric, every difference and every curve.
  public var full: Bool

  public init(width: Int = 80, plain: Bool = false, full: Bool = false) {
    self.width = width
    self.plain = plain
    self.full = full
  }

  public func render(_ result: RunResult) -> String {
    var blocks = [verdict(result) + scenario(result)]
    if full {
      blocks += figures(result)
      blocks += [everyExpectation(result), everyDifference(result), everyCurve(result)]
    } else {
      blocks += decisiveFigures(result)
      blocks += [expectations(result)] + differences(result) + [curves(result)]
    }
    blocks.append(closing(result))
    let text = blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
    return (plain ? asASCII(text) : text) + "\n"
  }

  var units: HumanUnits { HumanUnits(plain: plain) }

  /// More reasons than these push the figures off the screen; `full` lists them all.
  private static let reasonsShown = 5

  private func verdict(_ result: RunResult) -> [String] {
    let cut = result.complete ? "" : " It is INCOMPLETE: the run was cut short."
    let word = "The measurement is \(result.verdict.rawValue)"
    guard result.reasons.count > 1 else {
      let reason = result.reasons.first.map { ": " + withoutStop($0) } ?? ""
      return wrap(word + reason + "." + cut, width: width)
    }
    let shown = full ? result.reasons[...] : result.reasons.prefix(TerminalTable.reasonsShown)
    var lines = wrap("\(word), for \(result.reasons.count) reasons.\(cut)", width: width)
    for reason in shown { lines += wrap(withoutStop(reason), width: width, lead: "  - ") }
    let rest = result.reasons.count - shown.count
    return rest == 0 ? lines : lines + ["  - and \(rest) more"]
  }

  /// What was run, how often and for how long, and what it takes to run it again.
  private func scenario(_ result: RunResult) -> [String] {
    let variants = result.variants
    var parts: [String] = []
    if !variants.isEmpty {
      parts.append(counted(variants.count, "variant"))
      let counts = variants.map(\.replications)
      let noun = counts.allSatisfy { $0 == 1 } ? "replication" : "replications"
      parts.append(span(counts.map { "\($0)" }, counts.map(Double.init)) + " " + noun)
      let lengths = variants.map { $0.measuredSeconds / Double(max(1, $0.replications)) }
      parts.append(span(lengths.map(units.length), lengths))
    }
    let amount = parts.joined(separator: plain ? " x " : " \u{D7} ")
    let digest = result.scenario.digest.prefix(12)
    let facts = [amount, result.kind.rawValue].filter { !$0.isEmpty }.joined(separator: " ")
    let what = "\(result.scenario.name): \(facts),"
    let which = "seed \(result.seed), digest \(digest)"
    // Where one line is too short for both, neither is torn.
    guard what.count + 1 + which.count > width else { return [what + " " + which] }
    return wrap(what, width: width) + wrap(which, width: width)
  }

  /// `10`, or `10 to 14` where they differ.
  private func span(_ texts: [String], _ values: [Double]) -> String {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    guard let first = order.first, let last = order.last else { return "" }
    return texts[first] == texts[last] ? texts[first] : "\(texts[first]) to \(texts[last])"
  }

  private func closing(_ result: RunResult) -> [String] {
    let cost = result.cost
    var lines: [String] = []
    if cost != .init() {
      lines += wrap(
        "cost: \(units.text(cost.wallSeconds, unit: "s")) of wall time,"
          + " \(units.text(cost.cpuSeconds, unit: "s")) of CPU,"
          + " \(units.text(Double(cost.events), unit: "count")) events,"
          + " \(units.text(Double(cost.peakMemoryBytes), unit: "bytes")) at most", width: width)
    }
    if !full, !result.variants.isEmpty {
      lines += wrap(
        "--full prints every metric, difference and curve; result.json holds them all.",
        width: width)
    }
    return lines
  }
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

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
