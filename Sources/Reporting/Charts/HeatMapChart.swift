// How response times spread over time: a column is a slice of time, a row a band of a quarter
// octave, and the darker a cell the more turns ended there. A mean hides two humps, this does not.
internal import Basics
internal import Metrics

struct HeatMapChart {
  var id: String
  var title: String
  var caption = ""
  var map: HeatColumns
  /// Of all maps shown together, so that colours can be compared.
  var most: Double
  /// Ends of the axes, common to all maps.
  var low: Double
  var high: Double
  var mean: SeriesResult?
  var marks: [(at: Double, label: String)] = []
  var place: Int

  /// Shades beside nothing; a reader tells about as many apart.
  static let levels = 7

  func picture() -> Picture {
    let small = Frame.small
    let y = Scale(.logarithmic, low: low, high: high, from: small.innerBottom, to: small.top)
    let yTicks = y.ticks(6, unit: "s")
    let frame = small.roomFor(yTicks)
    let x = Scale(low: map.start, high: map.end, from: frame.left, to: frame.innerRight)
    let marks = (phases + marks.filter { $0.at >= map.start && $0.at <= map.end })
      .sorted { $0.at < $1.at }.map { (at: x($0.at), label: $0.label) }
    let content =
      cells(x, y) + veils(frame, x) + meanLine(x, y) + frame.markLines(marks)
    let svg =
      frame.axes(x: x, y: y, xTicks: x.ticks(6, unit: "s"), yTicks: yTicks)
      + SVG.plot(frame, content) + frame.markNames(marks)
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(), drawing: svg,
      width: frame.width, height: frame.height, data: data(frame), classes: "heat")
  }

  /// Where what counts begins and ends, if there is anything outside of it.
  private var phases: [(at: Double, label: String)] {
    var found: [(at: Double, label: String)] = []
    if map.start < map.measured.start { found.append((map.measured.start, "measured")) }
    if map.end > map.measured.end { found.append((map.measured.end, "drain")) }
    return found
  }

  /// What does not count is paler.
  private func veils(_ frame: Frame, _ x: Scale) -> String {
    [(map.start, map.measured.start), (map.measured.end, map.end)].filter { $0.0 < $0.1 }
      .map { low, high in
        SVG.rect(
          "veil", x: x(low), y: frame.top, width: x(high) - x(low), height: frame.innerHeight)
      }.joined()
  }

  private func meanLine(_ x: Scale, _ y: Scale) -> String {
    guard let mean else { return "" }
    var isOpen = false
    var path = ""
    for (place, value) in mean.values.enumerated() {
      guard let value, value > 0 else {
        isOpen = false
        continue
      }
      let at = mean.startSeconds + (Double(place) + 0.5) * mean.stepSeconds
      path += "\(isOpen ? "L" : "M")\(short(x(at))) \(short(y(value)))"
      isOpen = true
    }
    return SVG.path("mean", path)
  }

  /// One path for each shade: thousands of rectangles would be a megabyte.
  private func cells(_ x: Scale, _ y: Scale) -> String {
    var paths = [String](repeating: "", count: HeatMapChart.levels + 1)
    for column in map.columns {
      let slice = column.counts.map { level(Double($0) * column.weight) }
      let (left, right) = (x(column.start), x(column.end))
      var row = 0
      while row < slice.count {
        let level = slice[row]
        let first = row
        while row < slice.count, slice[row] == level { row += 1 }
        guard level > 0 else { continue }
        let top = y(map.edges[row])
        let bottom = y(map.edges[first])
        let across = short(right - left)
        paths[level] +=
          "M\(short(left)) \(short(top))h\(across)v\(short(bottom - top))h-\(across)z"
      }
    }
    return paths.indices.filter { !paths[$0].isEmpty }
      .map { SVG.path("h\($0)", paths[$0]) }.joined()
  }

  /// By the square root, so that a single slow turn is still seen beside a hundred usual ones.
  private func level(_ count: Double) -> Int {
    guard count > 0, most > 0 else { return 0 }
    let share = (count / most).squareRoot()
    return min(HeatMapChart.levels, max(1, Int(ceilingOf(share * Double(HeatMapChart.levels)))))
  }

  private func alternative() -> String {
    let units = HumanUnits(plain: false)
    let measured = map.columns.filter(\.isMeasured)
    var sums = [Int](repeating: 0, count: max(0, map.edges.count - 1))
    for column in measured { for row in sums.indices { sums[row] += column.counts[row] } }
    guard let top = sums.max(), let row = sums.firstIndex(of: top), top > 0,
      let low = sums.firstIndex(where: { $0 > 0 }), let high = sums.lastIndex(where: { $0 > 0 })
    else {
      return "Heat map without a single turn."
    }
    func time(_ seconds: Double) -> String { units.text(seconds, unit: "s") }
    let turns = counted(sums.reduce(0, +), "turn")
    let more =
      map.hasMore
      ? " Paler, before \(time(map.measured.start)) and after \(time(map.measured.end)): "
        + "the warm-up and the drain, which do not count." : ""
    return "Heat map of \(turns) in \(measured.count) slices of time. "
      + "Most turns took \(time(map.edges[row])) to \(time(map.edges[row + 1])); none less than "
      + "\(time(map.edges[low])), none more than \(time(map.edges[high + 1])).\(more)"
  }

  private func data(_ frame: Frame) -> String {
    JSONValue.object([
      JSONMember("kind", "heat"), JSONMember("c", .integer(Int64(place))),
      JSONMember("time", .bool(true)), JSONMember("xunit", "s"),
      JSONMember("low", JSONValue(measured: map.start)),
      JSONMember("high", JSONValue(measured: map.end)), JSONMember("box", frame.box),
      JSONMember("ylow", JSONValue(measured: rounded(low))),
      JSONMember("yhigh", JSONValue(measured: rounded(high))),
      JSONMember("x", numbers(map.columns.map { ($0.start + $0.end) / 2 })),
      JSONMember("edges", numbers(map.edges)),
      JSONMember(
        "counts", .array(map.columns.map { .array($0.counts.map { .integer(Int64($0)) }) })),
    ]).text(.compact)
  }
}

extension SeriesResult {
  /// Means of neighbours, until there are at most that many; a gap stays one only where both are.
  func coalesced(to most: Int) -> SeriesResult {
    var series = self
    while series.values.count > most {
      series.values = stride(from: 0, to: series.values.count, by: 2).map { place in
        let pair = [
          series.values[place], place + 1 < series.values.count ? series.values[place + 1] : nil,
        ]
        .compactMap { $0 }
        return pair.isEmpty ? nil : pair.reduce(0, +) / Double(pair.count)
      }
      series.stepSeconds *= 2
    }
    return series
  }
}
