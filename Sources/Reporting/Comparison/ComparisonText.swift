// A comparison for the terminal: a block for each pair, figures that differ as a table, those of
// which nobody can tell and those without a difference as a sentence each. Machines read the JSON.
public import Basics
internal import Metrics

public struct ComparisonText: Sendable {
  public var width: Int
  public var plain: Bool
  /// Figures without a difference as rows, too.
  public var full: Bool

  public init(width: Int = 80, plain: Bool = false, full: Bool = false) {
    self.width = width
    self.plain = plain
    self.full = full
  }

  private var units: HumanUnits { HumanUnits(plain: plain) }

  public func render(
    _ comparison: Comparison, of results: [NamedResult], comparability: Comparability
  ) -> String {
    var blocks: [[String]] = []
    let answer = Answer(results, comparison: comparison).sentences.map(\.plain)
    blocks.append(wrap(answer.joined(separator: " "), width: width))
    var doubts: [String] = []
    for objection in comparability.objections {
      doubts += wrap("NOT COMPARABLE, compared by --force: \(objection)", width: width, hanging: 2)
    }
    for note in comparability.notes { doubts += wrap("note: \(note)", width: width, hanging: 2) }
    blocks.append(doubts)
    blocks += comparison.pairs.map { $0.isPrediction ? prediction($0) : block($0) }
    blocks += leftOut(comparison)
    let margin = units.round(comparison.margin)
    if comparison.pairs.contains(where: \.isPrediction) {
      blocks.append(
        wrap(
          (comparison.pairs.contains { $0.hasSamePeople }
            ? "Same people: the simulated replication in which the same people ask the same things "
              + "at the same instants; the difference is from it. " : "")
            + "Predicted: where one more replication of the same length would lie, 95 times in "
            + "100. As predicted is also what differs by less than \(margin). Tallies are those "
            + "of one replication.", width: width))
    }
    guard comparison.pairs.contains(where: { !$0.isPrediction }) else { return text(blocks) }
    blocks.append(
      wrap(
        "Better and worse: the whole 95 % interval lies beyond \(margin). Tallies are those of one "
          + "replication.", width: width))
    return text(blocks)
  }

  private func text(_ blocks: [[String]]) -> String {
    let text = blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
    return (plain ? asASCII(text) : text) + "\n"
  }

  private func block(_ pair: Comparison.Pair) -> [String] {
    let lines = wrap("\(pair.candidate.label) against \(pair.against.label)", width: width)
    let shown = pair.figures.filter { full || ($0.word != .noDifference && $0.word != .cannotTell) }
    var grid = TextGrid(head: ["", "", "", "", "", ""], words: [0, 5])
    for figure in shown {
      let ends = units.row([figure.before, figure.after], unit: figure.unit)
      let words = ComparedWords(figure, units)
      let half = figure.interval.map { halfWidth($0.halfWidth, figure) }
      grid.rows.append([
        figure.metric, ends[0], ends[1], words.change, half ?? "",
        figure.word == .noDifference ? "same" : words.word,
      ])
    }
    var body: [String] = []
    if !shown.isEmpty {
      grid.rows.insert(["", "before", "after", "change", units.plusMinus, ""], at: 0)
      body =
        grid.lines(width: width).map { Array($0.dropFirst()) }
        ?? grid.rows.flatMap {
          wrap($0.joined(separator: " "), width: width, lead: "  ", hanging: 4)
        }
    }
    let open = pair.with(.cannotTell)
    if !open.isEmpty && !full {
      let told = open.filter { $0.interval != nil }
        .map { "\($0.metric) \(ComparedWords($0, units).detail)" }
      let untold = open.filter { $0.interval == nil }.map(\.metric)
      let why = untold.isEmpty ? [] : ["for want of intervals " + untold.joined(separator: ", ")]
      body += wrap("cannot tell: " + (told + why).joined(separator: ", "), width: width, lead: "  ")
    }
    let same = pair.with(.noDifference)
    if !same.isEmpty && !full {
      let bound = same.compactMap(\.bound).max() ?? 0
      let names = same.map(\.metric).joined(separator: ", ")
      body += wrap(
        "no difference larger than \(units.text(bound, unit: "ratio")): \(names)", width: width,
        lead: "  ")
    }
    return lines + (body.isEmpty ? ["  nothing that both have measured"] : body)
  }

  /// In the unit of the change beside it.
  private func halfWidth(_ half: Double, _ figure: ComparedFigure) -> String {
    if figure.unit == MetricUnit.ratio.rawValue {
      return String(units.rough(half, unit: figure.unit).dropLast(1)) + "pp"
    }
    return figure.before == 0
      ? units.rough(half, unit: figure.unit)
      : units.rough(half / figure.before.magnitude, unit: "ratio")
  }
}

/// Names come from users: what ASCII cannot say becomes a question mark.
private func asASCII(_ text: String) -> String { String(text.map { $0.isASCII ? $0 : "?" }) }

// MARK: simulated and live

extension ComparisonText {
  /// Without `full` only what people ask about first, and whatever lies outside.
  private static let asked = [
    "turn.response.mean", "turn.response.p50", "turn.response.p95", "turn.throughput",
    "turns.failed",
  ]

  private func prediction(_ pair: Comparison.Pair) -> [String] {
    let name = pair.live?.variant.name ?? pair.candidate.label
    let all = pair.bySurprise
    let told = all.filter { $0.word != .cannotTell }
    let shown = told.filter {
      full || $0.word == .outside || ComparisonText.asked.contains($0.metric)
    }
    let inside = told.count - pair.predicted(.outside).count
    var lines = wrap(
      told.isEmpty ? name : "\(name): \(inside) of \(counted(told.count, "figure")) as predicted",
      width: width)
    var grid = TextGrid(head: ["", "", "", "", "", ""], words: [0, 5])
    let hasTwins = pair.hasSamePeople
    for figure in shown {
      let words = PredictedWords(figure, units)
      grid.rows.append([
        figure.metric, hasTwins ? words.samePeople : words.simulated, words.predicted, words.live,
        words.change, words.word,
      ])
    }
    if !shown.isEmpty {
      grid.rows.insert(
        ["", hasTwins ? "same people" : "simulated", "predicted", "live", "", ""], at: 0)
      lines +=
        grid.lines(width: width).map { Array($0.dropFirst()) }
        ?? grid.rows.dropFirst().flatMap {
          wrap($0.joined(separator: " "), width: width, lead: "  ", hanging: 4)
        }
    }
    let rest = told.filter { figure in !shown.contains { $0.metric == figure.metric } }
    if !rest.isEmpty {
      lines += wrap(
        "as predicted, too: " + rest.map(\.metric).joined(separator: ", "), width: width,
        lead: "  ", hanging: 4)
    }
    for (reason, figures) in PredictedWords.doubts(pair) {
      lines += wrap(
        "cannot tell, \(reason): \(figures.map(\.metric).joined(separator: ", "))", width: width,
        lead: "  ", hanging: 4)
    }
    return lines
  }

  private func leftOut(_ comparison: Comparison) -> [[String]] {
    let parts = PredictedWords.leftOut(comparison).map { left in
      "\(left.metrics.joined(separator: ", ")) (\(left.reason))"
    }
    return parts.isEmpty
      ? [] : [wrap("left out: " + parts.joined(separator: "; "), width: width, hanging: 2)]
  }
}

extension Comparison {
  public static let schema = "seatrial.comparison/1"

  public func json(_ comparability: Comparability) -> JSONValue {
    [
      "schema": .string(Comparison.schema),
      "margin": JSONValue(measured: margin),
      "objections": .array(comparability.objections.map(JSONValue.string)),
      "notes": .array(comparability.notes.map(JSONValue.string)),
      "pairs": .array(
        pairs.map { pair in
          [
            "candidate": .string(pair.candidate.label),
            "against": .string(pair.against.label),
            "figures": .array(pair.figures.map(\.json)),
            "predictions": .array(pair.predictions.map(\.json)),
            "left_out": .array(
              pair.leftOut.map { left in
                [
                  "metrics": .array(left.metrics.map(JSONValue.string)),
                  "reason": .string(left.reason),
                ]
              }),
          ]
        }),
    ]
  }
}

extension PredictedFigure {
  var json: JSONValue {
    [
      "metric": .string(metric),
      "unit": .string(unit),
      "better": .string(better.rawValue),
      "simulated": JSONValue(measured: simulated),
      "same_people": JSONValue(measured: samePeople),
      "low": JSONValue(measured: interval?.low),
      "high": JSONValue(measured: interval?.high),
      "live": JSONValue(measured: live),
      "difference": JSONValue(measured: live - base),
      "relative": JSONValue(measured: relative),
      "word": .string(word.rawValue),
      "reason": reason.map { .string($0) } ?? .null,
      "chance": JSONValue(measured: chance),
      "beyond_chance": .bool(isBeyondChance),
    ]
  }
}

extension ComparedFigure {
  var json: JSONValue {
    [
      "metric": .string(metric),
      "unit": .string(unit),
      "better": .string(better.rawValue),
      "before": JSONValue(measured: before),
      "after": JSONValue(measured: after),
      "difference": JSONValue(measured: difference),
      "relative": JSONValue(measured: relative),
      "low": JSONValue(measured: interval?.low),
      "high": JSONValue(measured: interval?.high),
      "word": .string(word.rawValue),
      "bound": JSONValue(measured: bound),
      "paired": .bool(isPaired),
    ]
  }
}
