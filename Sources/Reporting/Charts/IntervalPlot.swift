// Differences as points with their intervals around nothing: what lies wholly to one side of the
// shaded margin is better or worse, what lies within is no difference, what reaches across it
// nobody can tell.
internal import Basics
internal import Metrics

struct IntervalPlot {
  var id: String
  var title: String
  var caption = ""
  /// Relative differences, one figure; those without an interval are left out.
  var figures: [(place: Int, name: String, figure: ComparedFigure)]
  var margin: Double

  private struct Row {
    var place: Int
    var name: String
    var word: String
    /// Shares of the figure compared with.
    var difference: Double
    var low: Double
    var high: Double

    var reach: Double { max(low.magnitude, high.magnitude) }
  }

  /// Nil where no figure has an interval.
  func picture() -> Picture? {
    let rows = self.rows()
    guard !rows.isEmpty else { return nil }
    let bound = bound(of: rows)
    let frame = Frame(
      width: 400, height: 44 + 22 * Double(rows.count), left: 120, right: 14, top: 8, bottom: 26)
    let x = Scale(low: -bound, high: bound, from: frame.left, to: frame.innerRight)
    let y = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    let ticks = x.ticks(5, unit: "ratio").map { tick in
      Scale.Tick(value: tick.value, label: tick.value > 0 ? "+" + tick.label : tick.label)
    }
    let band = x(margin) - x(-margin)
    var svg = SVG.rect(
      "margin", x: x(-margin), y: frame.top, width: band, height: frame.innerHeight)
    svg += frame.axes(x: x, y: y, xTicks: ticks, yTicks: [])
    svg += SVG.line("axis", x(0), frame.top, x(0), frame.innerBottom)
    for (index, row) in rows.enumerated() {
      let at = frame.top + 18 + 22 * Double(index)
      let name = SVG.text("name end", frame.left - 10, at + 4, Markup.clipped(row.name, to: 16))
      svg += SVG.group(of: row.place, name + drawing(row, at, x, frame))
    }
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(rows), drawing: svg,
      width: frame.width, height: frame.height, classes: "intervals")
  }

  private func rows() -> [Row] {
    figures.compactMap { entry in
      let figure = entry.figure
      guard let interval = figure.interval, figure.before != 0 else { return nil }
      let scale = figure.before.magnitude
      return Row(
        place: entry.place, name: entry.name, word: figure.word.rawValue.withoutDashes,
        difference: figure.difference / scale, low: interval.low / scale,
        high: interval.high / scale)
    }
  }

  /// Four times the middle one at most: a contender that is ten times as bad must not press the
  /// others flat. What lies beyond becomes an arrow.
  private func bound(of rows: [Row]) -> Double {
    let reaches = rows.map(\.reach).sorted()
    let usual = max(margin * 2, reaches[reaches.count / 2] * 4)
    return max(0.001, min(usual, max(margin * 2, (reaches.last ?? 0) * 1.1)))
  }

  private func drawing(_ row: Row, _ at: Double, _ x: Scale, _ frame: Frame) -> String {
    guard row.high > x.high || row.low < x.low else {
      return SVG.line("line", x(row.low), at, x(row.high), at)
        + SVG.dot(x(row.difference), at, radius: 4)
    }
    let isRight = row.high > x.high
    let edge = isRight ? frame.innerRight : frame.left
    let tip = isRight ? 7.0 : -7
    let arrow =
      "M\(short(edge - tip)) \(short(at - 5))L\(short(edge)) \(short(at))"
      + "L\(short(edge - tip)) \(short(at + 5))z"
    return SVG.path("arrow", arrow)
      + SVG.text(
        isRight ? "tick end" : "tick", edge - tip * 1.6, at + 4, signed(row.difference))
  }

  private func alternative(_ rows: [Row]) -> String {
    "Differences with 95 % intervals. "
      + rows.map { row in
        "\(row.name): \(signed(row.difference)), between \(signed(row.low)) and "
          + "\(signed(row.high)), \(row.word)."
      }.joined(separator: " ")
  }

  private func signed(_ share: Double) -> String { signedShare(share, HumanUnits(plain: false)) }
}
