// A live figure beside its prediction, in words and figures; the same on terminal, page and in
// Markdown.
internal import Metrics

struct PredictedWords {
  let simulated: String
  let samePeople: String
  let predicted: String
  let live: String
  let change: String
  let word: String
  /// Of the page.
  let style: String

  init(_ figure: PredictedFigure, _ units: HumanUnits) {
    let ends = units.row(
      [figure.simulated, figure.samePeople ?? figure.simulated, figure.live], unit: figure.unit)
    simulated = ends[0]
    samePeople = figure.samePeople == nil ? HumanUnits.missing : ends[1]
    live = ends[2]
    predicted = figure.interval.map { units.span($0, unit: figure.unit) } ?? HumanUnits.missing
    // Shares differ in percentage points; a share of a share confuses.
    let signed = units.signedRow([figure.live - figure.base], unit: figure.unit)[0]
    change =
      figure.unit == MetricUnit.ratio.rawValue
      ? signed : figure.relative.map { signedShare($0, units) } ?? signed
    switch figure.word {
    case .asPredicted:
      word = "as predicted"
      style = "good"
    case .outside:
      word = "outside"
      style = figure.isBeyondChance ? "bad" : "doubt"
    case .cannotTell:
      word = "cannot tell"
      style = "doubt"
    }
  }

  /// Figures of which nobody can tell, by reason, in the order of their first.
  static func doubts(_ pair: Comparison.Pair) -> [(reason: String, figures: [PredictedFigure])] {
    var found: [(reason: String, figures: [PredictedFigure])] = []
    for figure in pair.predicted(.cannotTell) {
      let reason = figure.reason ?? "no prediction"
      if let place = found.firstIndex(where: { $0.reason == reason }) {
        found[place].figures.append(figure)
      } else {
        found.append((reason, [figure]))
      }
    }
    return found
  }

  /// Of all pairs together, each reason once.
  static func leftOut(_ comparison: Comparison) -> [LeftOut] {
    var found: [LeftOut] = []
    for left in comparison.pairs.flatMap(\.leftOut) {
      guard let place = found.firstIndex(where: { $0.reason == left.reason }) else {
        found.append(left)
        continue
      }
      let more = left.metrics.filter { !found[place].metrics.contains($0) }
      found[place] = LeftOut(metrics: found[place].metrics + more, reason: left.reason)
    }
    return found
  }
}
