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
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    let air = max((most - least) * 0.12, most * 0.01)
    let frame = Frame(
      width: 640, height: 40 + 34 * Double(bars.count), left: 130, right: 20, top: 6, bottom: 28)
    let x = Scale(
      low: max(0, least - air), high: most + air, from: frame.left, to: frame.innerRight)
    let y = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    var svg = frame.axes(x: x, y: y, xTicks: x.ticks(6, unit: "factor"), yTicks: [])
    for (place, bar) in bars.enumerated() {
      let at = frame.top + 16 + 34 * Double(place)
      svg += SVG.text("name end", frame.left - 10, at + 4, Markup.clipped(bar.name, to: 20))
      svg += SVG.group(
        of: 0, half(bar.low, at, x, isLow: true) + half(bar.high, at, x, isLow: false))
      svg += label(bar.ends.low, at: bar.low, than: bar.high, at, x)
      svg += label(bar.ends.high, at: bar.high, than: bar.low, at, x)
    }
    svg += SVG.line("meanline", x(middle), frame.top, x(middle), frame.innerBottom)
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative, drawing: svg,
      width: frame.width, height: frame.height, classes: "tornado")
  }

  private func half(_ value: Double, _ at: Double, _ x: Scale, isLow: Bool) -> String {
    let (from, to) = (min(x(value), x(middle)), max(x(value), x(middle)))
    return SVG.rect(
      isLow ? "bar low" : "bar", x: from, y: at - 8, width: max(1, to - from), height: 16)
  }

  /// Inside of the bar's row, under its end, so that nothing lies on the axis of names.
  private func label(
    _ words: String, at value: Double, than other: Double, _ at: Double, _ x: Scale
  ) -> String {
    SVG.text(
      value < other ? "tick" : "tick end",
      value < other ? x(min(value, middle)) : x(max(value, middle)), at + 20, words)
  }

  private var alternative: String {
    let units = HumanUnits(plain: false)
    func text(_ value: Double) -> String { units.text(value, unit: "factor") }
    return "Needed as things stand: \(text(middle)) \(unit). "
      + bars.map { bar in
        "\(bar.name): \(bar.ends.low) \(text(bar.low)), \(bar.ends.high) \(text(bar.high))."
      }.joined(separator: " ")
  }
}
