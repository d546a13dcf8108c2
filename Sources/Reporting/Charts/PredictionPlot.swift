// One figure of several variants: a bar where the simulation says that one more replication would
// lie, a stroke at its mean, and a dot where the live run lay. A dot off its bar is a surprise.
internal import Basics
internal import Metrics

struct PredictionPlot {
  struct Row {
    /// The contender's place, which its switch hides, and its colour.
    var place: Int
    var hue: Int
    var name: String
    var figure: PredictedFigure
  }

  var id: String
  var title: String
  var caption = ""
  /// All of one metric.
  var rows: [Row]

  /// Nil where nothing was predicted.
  func picture() -> Picture? {
    let rows = rows.filter { $0.figure.interval != nil }
    guard let unit = rows.first?.figure.unit else { return nil }
    let values = rows.flatMap { row -> [Double] in
      [row.figure.live] + (row.figure.interval.map { [$0.low, $0.high] } ?? [])
    }
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    // Room to both sides of the outermost; the axis need not begin at nothing.
    let air = max((most - least) * 0.08, most.magnitude * 0.01)
    let frame = Frame(
      width: 400, height: 44 + 22 * Double(rows.count), left: 110, right: 18, top: 8, bottom: 26)
    let x = Scale(
      low: max(0, least - air), high: most + air, from: frame.left, to: frame.innerRight)
    let y = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    var svg = frame.axes(x: x, y: y, xTicks: x.ticks(4, unit: unit), yTicks: [])
    for (index, row) in rows.enumerated() {
      let at = frame.top + 18 + 22 * Double(index)
      let name = SVG.text("name end", frame.left - 10, at + 4, Markup.clipped(row.name, to: 15))
      svg += SVG.group(of: row.place, hue: row.hue, name + drawing(row.figure, at, x))
    }
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(rows), drawing: svg,
      width: frame.width, height: frame.height, classes: "intervals")
  }

  private func drawing(_ figure: PredictedFigure, _ at: Double, _ x: Scale) -> String {
    guard let interval = figure.interval else { return "" }
    // Three units at least: what is predicted exactly is still drawn.
    let width = max(3, x(interval.high) - x(interval.low))
    let start = min(x(interval.low), x(interval.low) + (x(interval.high) - x(interval.low)) / 2)
    let mean = x(figure.simulated)
    return SVG.rect("predicted", x: start, y: at - 6, width: width, height: 12)
      + SVG.line("predictedmean", mean, at - 6, mean, at + 6)
      + (figure.word == .outside
        ? SVG.ring(x(figure.live), at, radius: 7) : "")
      + SVG.dot(x(figure.live), at, radius: 4)
  }

  private func alternative(_ rows: [Row]) -> String {
    let units = HumanUnits(plain: false)
    return "Predicted intervals with the live run. "
      + rows.map { row in
        let words = PredictedWords(row.figure, units)
        return "\(row.name): predicted \(words.predicted), live \(words.live), \(words.word)."
      }.joined(separator: " ")
  }
}
