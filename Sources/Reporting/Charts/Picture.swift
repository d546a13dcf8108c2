// A figure of the page: heading, one sentence, the drawing with its text alternative, and the
// values that the script shows when somebody points at it. Without script only that is missing.

struct Picture {
  /// Unique on the page.
  var id: String
  var title: String
  /// What one sees, in a sentence; empty where the title says it.
  var caption = ""
  /// What somebody who cannot see it is told: extremes and ends, contender by contender.
  var alternative: String
  var drawing: String
  var width: Double
  var height: Double
  /// For the script, JSON; empty where there is nothing to point at.
  var data = ""
  var classes = ""

  var html: String {
    var markup = Markup()
    let focus = data.isEmpty ? "" : " tabindex=\"0\" data-chart"
    markup.line("<figure class=\"chart \(classes)\" id=\"\(id)\"\(focus)>")
    let sentence = caption.isEmpty ? "" : "<p>\(caption)</p>"
    markup.line("<figcaption><h3>\(title)</h3>\(sentence)</figcaption>")
    markup.line(
      "<svg viewBox=\"0 0 \(short(width)) \(short(height))\" role=\"img\" "
        + "aria-labelledby=\"\(id)-t \(id)-d\">")
    markup.line("<title id=\"\(id)-t\">\(title)</title>")
    markup.line("<desc id=\"\(id)-d\">\(Markup.text(alternative))</desc>")
    markup.add(drawing)
    markup.line("</svg>")
    if !data.isEmpty {
      markup.line("<script type=\"application/json\">\(Markup.embedded(data))</script>")
    }
    markup.line("</figure>")
    return markup.html
  }
}

/// The room that a plot leaves for its axes, in the units of the drawing.
struct Frame {
  var width: Double
  var height: Double
  var left = 50.0
  var right = 12.0
  var top = 10.0
  var bottom = 26.0

  var innerRight: Double { width - right }
  var innerBottom: Double { height - bottom }
  var innerWidth: Double { innerRight - left }
  var innerHeight: Double { innerBottom - top }

  /// Small multiples: three beside each other on a wide screen, one on a telephone.
  static let small = Frame(width: 400, height: 210)
}

extension Frame {
  /// With the room at the left that the labels of the ticks need, at 6.4 units a character.
  func roomFor(_ ticks: [Scale.Tick]) -> Frame {
    var frame = self
    frame.left = max(30, Double(ticks.map(\.label.count).max() ?? 0) * 6.4 + 12)
    return frame
  }

  /// Grid lines with their values at the left, and the ticks below.
  func axes(x: Scale, y: Scale, xTicks: [Scale.Tick], yTicks: [Scale.Tick]) -> String {
    var svg = ""
    for tick in yTicks {
      let at = y(tick.value)
      svg += SVG.line("grid", left, at, innerRight, at)
      svg += SVG.text("tick end", left - 6, at + 4, tick.label)
    }
    svg += "<g class=\"xt\">"
    var free = -1.0
    for tick in xTicks {
      // 6.2 units a character at the size of ticks: labels that would touch are left out.
      let half = Double(tick.label.count) * 3.1
      let start = max(0, min(x(tick.value) - half, width - 2 * half))
      guard start > free else { continue }
      free = start + 2 * half + 6
      svg += SVG.text("tick mid", start + half, innerBottom + 17, tick.label)
    }
    return svg + "</g>\n" + SVG.line("axis", left, innerBottom, innerRight, innerBottom)
  }

  typealias Mark = (at: Double, label: String)

  /// More marks than these are a hatching.
  private static let mostMarks = 12

  /// Upright lines at what happened; they belong into the plot.
  func markLines(_ marks: [Mark]) -> String {
    marks.prefix(Frame.mostMarks).map { SVG.line("mark", $0.at, top, $0.at, innerBottom) }.joined()
  }

  /// Their names, where there is room.
  func markNames(_ marks: [Mark]) -> String {
    var svg = ""
    var free = left
    for mark in marks.prefix(Frame.mostMarks) {
      let label = Markup.clipped(mark.label, to: 24)
      let room = Double(label.count) * 6.4
      let start = min(mark.at + 4, innerRight - room)
      guard start >= free else { continue }
      free = start + room + 8
      svg += SVG.text("note", start, top + 9, label)
    }
    return svg
  }
}
