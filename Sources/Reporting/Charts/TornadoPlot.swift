// What moves the answer, the widest first: a bar from the servers needed at the low end of a factor
// to those at its high end, around what is needed as things stand.
internal import Basics

struct TornadoPlot {
  struct Bar {
    var name: String
    /// What the ends stand for: `20 % less`.
    var ends: (low: String, high: String)
    var low: Double
    var high: Double
  }

  var id: String
  var title: String
  var caption = ""
  var middle: Double
  var bars: [Bar]
  var unit = "servers"

  func picture() -> Picture? {
    guard !bars.isEmpty else { return nil }
    let values = bars.flatMap { [$0.low, $0.high] } + [middle]
    // Words stand beside the bars' ends, so the bars leave them room on both sides.
    let frame = Frame(
      width: 760, height: 40 + 28 * Double(bars.count), left: 130, right: 10, top: 6, bottom: 28)
    let x = Scale(
      low: values.min() ?? 0, high: values.max() ?? 1, from: frame.left + TornadoPlot.wordRoom,
      to: frame.innerRight - TornadoPlot.wordRoom)
    let y = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    var svg = frame.axes(x: x, y: y, xTicks: x.ticks(5, unit: "factor"), yTicks: [])
    for (place, bar) in bars.enumerated() {
      let at = frame.top + 16 + 28 * Double(place)
      svg += SVG.text("name end", frame.left - 10, at + 4, Markup.clipped(bar.name, to: 20))
      svg += SVG.group(
        of: 0, half(bar.low, at, x, isLow: true) + half(bar.high, at, x, isLow: false))
      let lowIsLeft = bar.low <= bar.high
      let left = x(min(bar.low, bar.high, middle))
      let right = x(max(bar.low, bar.high, middle))
      svg += SVG.text(
        "tick end", left - 6, at + 4, clipped(lowIsLeft ? bar.ends.low : bar.ends.high))
      svg += SVG.text("tick", right + 6, at + 4, clipped(lowIsLeft ? bar.ends.high : bar.ends.low))
    }
    svg += SVG.line("meanline", x(middle), frame.top, x(middle), frame.innerBottom)
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative, drawing: svg,
      width: frame.width, height: frame.height, classes: "big")
  }

  private func half(_ value: Double, _ at: Double, _ x: Scale, isLow: Bool) -> String {
    let (from, to) = (min(x(value), x(middle)), max(x(value), x(middle)))
    return SVG.rect(
      isLow ? "bar low" : "bar", x: from, y: at - 8, width: max(1, to - from), height: 16)
  }

  /// For 24 characters at 5.6 units each.
  private static let wordRoom = 140.0

  private func clipped(_ words: String) -> String { Markup.clipped(words, to: 24) }

  private var alternative: String {
    let units = HumanUnits(plain: false)
    func text(_ value: Double) -> String { units.text(value, unit: "factor") }
    return "Needed as things stand: \(text(middle)) \(unit). "
      + bars.map { bar in
        "\(bar.name): \(bar.ends.low) \(text(bar.low)), \(bar.ends.high) \(text(bar.high))."
      }.joined(separator: " ")
  }
}
