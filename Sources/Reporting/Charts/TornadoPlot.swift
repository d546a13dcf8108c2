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

  /// Beside each other where there is room; on a telephone the name stands above its bar.
  private struct Layout {
    var suffix: String
    var width: Double
    var left: Double
    var row: Double
    /// Of the middle of a bar, below the top of its row.
    var bar: Double
    /// For the words beside a bar's ends, at 5.6 units a character.
    var words: Double
    var classes: String

    static let wide = Layout(
      suffix: "", width: 760, left: 130, row: 28, bar: 16, words: 140, classes: "big one-of wide")
    static let narrow = Layout(
      suffix: "-narrow", width: 380, left: 8, row: 46, bar: 32, words: 92, classes: "one-of narrow")
  }

  /// For wide windows and for narrow ones; empty without a bar.
  var pictures: String {
    [Layout.wide, .narrow].compactMap { picture($0)?.html }.joined()
  }

  private func picture(_ layout: Layout) -> Picture? {
    guard !bars.isEmpty else { return nil }
    let values = bars.flatMap { [$0.low, $0.high] } + [middle]
    let frame = Frame(
      width: layout.width, height: 40 + layout.row * Double(bars.count), left: layout.left,
      right: 10, top: 6, bottom: 28)
    let x = Scale(
      low: values.min() ?? 0, high: values.max() ?? 1, from: frame.left + layout.words,
      to: frame.innerRight - layout.words)
    let y = Scale(low: 0, high: 1, from: frame.innerBottom, to: frame.top)
    var svg = frame.axes(x: x, y: y, xTicks: x.ticks(5, unit: "factor"), yTicks: [])
    for (place, bar) in bars.enumerated() {
      let at = frame.top + layout.bar + layout.row * Double(place)
      let name = Markup.clipped(bar.name, to: 20)
      svg +=
        layout.suffix.isEmpty
        ? SVG.text("name end", frame.left - 10, at + 4, name)
        : SVG.text("name", frame.left, at - 15, name)
      svg += SVG.group(
        of: 0, half(bar.low, at, x, isLow: true) + half(bar.high, at, x, isLow: false))
      let lowIsLeft = bar.low <= bar.high
      let left = x(min(bar.low, bar.high, middle))
      let right = x(max(bar.low, bar.high, middle))
      svg += SVG.text(
        "tick end", left - 6, at + 4, clipped(lowIsLeft ? bar.ends.low : bar.ends.high, layout))
      svg += SVG.text(
        "tick", right + 6, at + 4, clipped(lowIsLeft ? bar.ends.high : bar.ends.low, layout))
    }
    svg += SVG.line("meanline", x(middle), frame.top, x(middle), frame.innerBottom)
    return Picture(
      id: id + layout.suffix, title: title, caption: caption, alternative: alternative,
      drawing: svg, width: frame.width, height: frame.height, classes: layout.classes)
  }

  private func half(_ value: Double, _ at: Double, _ x: Scale, isLow: Bool) -> String {
    let (from, to) = (min(x(value), x(middle)), max(x(value), x(middle)))
    return SVG.rect(
      isLow ? "bar low" : "bar", x: from, y: at - 8, width: max(1, to - from), height: 16)
  }

  private func clipped(_ words: String, _ layout: Layout) -> String {
    Markup.clipped(words, to: Int(layout.words / 5.6) - 1)
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
