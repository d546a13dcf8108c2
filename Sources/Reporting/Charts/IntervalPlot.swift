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

  func picture() -> Picture? {
    let rows = figures.compactMap {
      entry -> (Int, String, Double, Double, Double, ComparedFigure)? in
      let figure = entry.figure
      guard let interval = figure.interval, figure.before != 0 else { return nil }
      let scale = figure.before.magnitude
      return (
        entry.place, entry.name, figure.difference / scale, interval.low / scale,
        interval.high / scale, figure
      )
    }
    guard !rows.isEmpty else { return nil }
    let reach = max(rows.reduce(margin * 2) { max($0, max($1.3.magnitude, $1.4.magnitude)) }, 0.01)
    // Rows of 22 units; a contender that is ten times as bad must not flatten the others.
    let bound = min(
      reach, max(margin * 4, median(rows.map { max($0.3.magnitude, $0.4.magnitude) }) * 4))
    let frame = Frame(
      width: 400, height: 44 + 22 * Double(rows.count), left: 120, right: 14, top: 8, bottom: 26)
    let x = Scale(low: -bound, high: bound, from: frame.left, to: frame.innerRight)
    let still = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    let ticks = x.ticks(4, unit: "ratio").map {
      Scale.Tick(value: $0.value, label: $0.value > 0 ? "+" + $0.label : $0.label)
    }
    var svg = frame.axes(x: x, y: still, xTicks: ticks, yTicks: [])
    svg +=
      "<rect class=\"margin\" x=\"\(short(x(-margin)))\" y=\"\(short(frame.top))\" width=\"\(short(x(margin) - x(-margin)))\" height=\"\(short(frame.innerHeight))\"/>"
    svg +=
      "<line class=\"axis\" x1=\"\(short(x(0)))\" x2=\"\(short(x(0)))\" y1=\"\(short(frame.top))\" y2=\"\(short(frame.innerBottom))\"/>\n"
    for (index, row) in rows.enumerated() {
      let at = frame.top + 18 + 22 * Double(index)
      let style = row.0 < Contender.colours ? "c\(row.0)" : "cx"
      svg += "<g class=\"\(style)\" data-c=\"\(row.0)\">"
      svg +=
        "<text class=\"name end\" x=\"\(short(frame.left - 10))\" y=\"\(short(at + 4))\">\(Markup.text(Markup.clipped(row.1, to: 16)))</text>"
      if row.3 > bound || row.4 < -bound {
        // Beyond the picture: an arrow with its figure says so.
        let right = row.3 > bound
        let edge = right ? frame.innerRight : frame.left
        let tip = right ? 7.0 : -7
        svg +=
          "<path class=\"arrow\" d=\"M\(short(edge - tip)) \(short(at - 5))L\(short(edge)) \(short(at))L\(short(edge - tip)) \(short(at + 5))z\"/>"
        svg +=
          "<text class=\"tick \(right ? "end" : "")\" x=\"\(short(edge - tip * 1.6))\" y=\"\(short(at + 4))\">\(Markup.text(signed(row.2)))</text>"
      } else {
        svg +=
          "<line class=\"line\" x1=\"\(short(x(row.3)))\" x2=\"\(short(x(row.4)))\" y1=\"\(short(at))\" y2=\"\(short(at))\"/>"
        svg += "<circle class=\"dot\" cx=\"\(short(x(row.2)))\" cy=\"\(short(at))\" r=\"4\"/>"
      }
      svg += "</g>\n"
    }
    let told = rows.map {
      "\($0.1): \(signed($0.2)), between \(signed($0.3)) and \(signed($0.4)), \($0.5.word.rawValue.withoutDashes)."
    }
    return Picture(
      id: id, title: title, caption: caption,
      alternative: "Differences with 95 % intervals. " + told.joined(separator: " "), drawing: svg,
      width: frame.width, height: frame.height, classes: "intervals")
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func signed(_ share: Double) -> String {
    (share > 0 ? "+" : share < 0 ? "\u{2212}" : "")
      + HumanUnits(plain: false).text(share.magnitude, unit: "ratio")
  }
}
