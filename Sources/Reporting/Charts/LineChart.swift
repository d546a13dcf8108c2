// Curves over a common axis, one line a contender, with gaps where nothing was measured. The same
// chart draws levels over time, the percentile spectrum and a sweep: they differ in their axes.
internal import Basics

struct LineChart {
  struct Line {
    /// The contender's place, which is its colour and what toggles it.
    var place: Int
    /// Its colour, where that is not the place.
    var hue: Int?
    var name: String
    var points: [(x: Double, y: Double?)]
    var dashed = false
    /// Within which the line surely lies, where somebody knows.
    var band: [Band] = []
  }

  struct Band {
    var x: Double
    var low: Double
    var high: Double
  }

  var id: String
  var title: String
  var caption = ""
  var lines: [Line]
  var x: Scale.Kind = .linear
  var xUnit = "s"
  var y: Scale.Kind = .linear
  var unit: String
  var frame = Frame.small
  /// Dots at the points, where they are few and each was measured by itself.
  var showsDots = false
  /// Names at the ends of the lines.
  var namesLines = false
  var marks: [(at: Double, label: String)] = []
  var classes = ""
  /// Whether several pictures show the same stretch of time and zoom together.
  var sharesTime = false

  /// Nil without a single value.
  func picture() -> Picture? {
    let known = lines.flatMap { line in
      line.points.compactMap(\.y) + line.band.flatMap { [$0.low, $0.high] }
    }
    let places = lines.flatMap { $0.points.map(\.x) }
    guard let most = known.max(), let left = places.min(), let right = places.max() else {
      return nil
    }
    // Some air below, too, where the axis does not begin with nothing.
    let least = y == .logarithmic ? (known.filter { $0 > 0 }.min() ?? 1) / 1.1 : 0
    let top = roof(most)
    let rough = Scale(y, low: least, high: top, from: frame.innerBottom, to: frame.top)
    let yTicks = rough.ticks(max(3, Int(frame.innerHeight / 48)), unit: unit)
    let frame = frame.roomFor(yTicks)
    let yScale = Scale(y, low: least, high: top, from: frame.innerBottom, to: frame.top)
    let xScale = Scale(x, low: left, high: right, from: frame.left, to: frame.innerRight)
    let xTicks = xScale.ticks(max(3, Int(frame.innerWidth / 60)), unit: xUnit)
    let marks = marks.filter { $0.at >= left && $0.at <= right }
      .map { (at: xScale($0.at), label: $0.label) }
    var svg = frame.axes(x: xScale, y: yScale, xTicks: xTicks, yTicks: yTicks)
    svg += SVG.plot(frame, frame.markLines(marks) + curves(xScale, yScale))
    svg += frame.markNames(marks)
    if namesLines { svg += names(frame, xScale, yScale) }
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(), drawing: svg,
      width: frame.width, height: frame.height, data: data(frame, xScale), classes: classes)
  }

  /// Some air above the highest point, and a scale even for what never was anything.
  private func roof(_ most: Double) -> Double {
    most <= 0 ? 1 : y == .logarithmic ? most * 1.1 : most * 1.06
  }

  /// The first contender last, so that it lies on top.
  private func curves(_ x: Scale, _ y: Scale) -> String {
    lines.reversed().map { line in
      let path = path(line, x, y)
      guard !path.isEmpty else { return "" }
      var svg = band(line, x, y) + SVG.path(line.dashed ? "line dash" : "line", path)
      if showsDots {
        for point in line.points {
          if let value = point.y { svg += SVG.dot(x(point.x), y(value), radius: 3.5) }
        }
      }
      return SVG.group(of: line.place, hue: line.hue, svg)
    }.joined()
  }

  /// An area, and at each point its ends: a band of one point has no area.
  private func band(_ line: Line, _ x: Scale, _ y: Scale) -> String {
    let band = line.band.filter { y.kind != .logarithmic || $0.low > 0 }.sorted { $0.x < $1.x }
    guard !band.isEmpty else { return "" }
    func place(_ at: Double, _ value: Double) -> String { "\(short(x(at))) \(short(y(value)))" }
    let outline = band.map { place($0.x, $0.high) } + band.reversed().map { place($0.x, $0.low) }
    return SVG.path("band", "M" + outline.joined(separator: "L") + "z")
      + SVG.path(
        "whisker",
        band.map { "M\(place($0.x, $0.low))L\(place($0.x, $0.high))" }.joined())
  }

  private func path(_ line: Line, _ x: Scale, _ y: Scale) -> String {
    var path = ""
    var isOpen = false
    for (place, point) in line.points.enumerated() {
      guard let value = point.y, y.kind != .logarithmic || value > 0 else {
        isOpen = false
        continue
      }
      path += "\(isOpen ? "L" : "M")\(short(x(point.x))) \(short(y(value)))"
      // A point between two gaps is a line of no length, which round caps still show.
      let next = place + 1 < line.points.count ? line.points[place + 1].y : nil
      if !isOpen && next == nil { path += "h0" }
      isOpen = true
    }
    return path
  }

  /// At the ends of the lines, pushed apart where ends are close.
  private func names(_ frame: Frame, _ x: Scale, _ y: Scale) -> String {
    let ends = lines.filter { $0.place < Contender.colours }.compactMap { line in
      line.points.last { $0.y != nil }.map { (line, x($0.x), y($0.y ?? 0)) }
    }.sorted { ($0.2, $0.0.place) < ($1.2, $1.0.place) }
    var svg = ""
    var free = frame.top
    // 15 units a line of text; what would fall off the bottom moves all of them up.
    let tops = ends.map { end -> Double in
      let at = max(free, end.2)
      free = at + 15
      return at
    }
    let excess = max(0, (tops.last ?? 0) - frame.innerBottom)
    for (end, top) in zip(ends, tops) {
      let at = top - excess
      let start = frame.innerRight + 8
      let way = "M\(short(end.1 + 2)) \(short(end.2))L\(short(start)) \(short(at))"
      svg += SVG.group(
        of: end.0.place, hue: end.0.hue,
        SVG.path("lead", way)
          + SVG.text("name", start + 4, at + 4, Markup.clipped(end.0.name, to: 20)))
    }
    return svg
  }

  // MARK: in words and for the script

  private func alternative() -> String {
    let units = HumanUnits(plain: false)
    let told = lines.prefix(Contender.colours).map { line -> String in
      let known = line.points.compactMap(\.y)
      guard let low = known.min(), let high = known.max(), let last = known.last else {
        return "\(line.name): nothing measured."
      }
      return
        "\(line.name): from \(units.text(low, unit: unit)) to \(units.text(high, unit: unit)), "
        + "\(units.text(last, unit: unit)) at the end."
    }
    let more = lines.count - told.count
    return "Line chart. " + told.joined(separator: " ") + (more > 0 ? " And \(more) more." : "")
  }

  private func data(_ frame: Frame, _ x: Scale) -> String {
    let isShared = lines.allSatisfy { line in
      line.points.count == lines[0].points.count
        && zip(line.points, lines[0].points).allSatisfy { $0.x == $1.x }
    }
    let curves: [JSONValue] = lines.map { line in
      var members = [
        JSONMember("c", .integer(Int64(line.place))), JSONMember("n", .string(line.name)),
        JSONMember("y", numbers(line.points.map(\.y))),
      ]
      if let hue = line.hue { members.append(JSONMember("h", .integer(Int64(hue)))) }
      if !isShared { members.append(JSONMember("x", numbers(line.points.map(\.x)))) }
      return .object(members)
    }
    let kind: JSONValue =
      switch x.kind {
      case .linear: "linear"
      case .logarithmic: "log"
      case .tail: "tail"
      }
    return JSONValue.object([
      JSONMember("kind", kind), JSONMember("unit", .string(unit)),
      JSONMember("xunit", .string(xUnit)), JSONMember("time", .bool(sharesTime)),
      JSONMember("low", JSONValue(measured: x.low)),
      JSONMember("high", JSONValue(measured: x.high)),
      JSONMember("box", frame.box),
      JSONMember("x", isShared ? numbers(lines[0].points.map(\.x)) : .null),
      JSONMember("lines", .array(curves)),
    ]).text(.compact)
  }
}

/// For the script: five digits are more than anybody reads off a picture.
func numbers(_ values: [Double?]) -> JSONValue {
  .array(values.map { JSONValue(measured: $0.map(rounded)) })
}

extension Frame {
  /// Where the plot lies, for the script.
  var box: JSONValue { numbers([left, top, innerWidth, innerHeight]) }
}

func rounded(_ value: Double) -> Double {
  guard value != 0, value.isFinite else { return 0 }
  let digits = ceilingOf(naturalLog(value.magnitude) / naturalLog(10))
  let scale = power(10, 5 - digits)
  return floorOf(value * scale + 0.5) / scale
}
