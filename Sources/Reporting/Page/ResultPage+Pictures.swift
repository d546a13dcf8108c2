// The pictures of what people waited for and of how levels moved. A picture that would show nothing
// is left out; contenders past the colours appear in the spectrum, in grey.
internal import Basics
internal import Metrics

extension ResultPage {
  /// Heat maps and server panels are large: so many of each, the coloured contenders.
  var coloured: [Contender] { contenders.filter { $0.colour != nil } }

  // MARK: response times

  func response() -> String {
    var markup = Markup()
    markup.add(isPrediction ? overlays() : spectrum())
    let maps = heatMaps()
    if !maps.isEmpty {
      markup.line(
        "<h3 class=\"part\">Response over time</h3><p class=\"soft\">Each column is a slice of "
          + "time, each row a range of response times; from few turns \(ramp()) to many. The line "
          + "is the mean.\(surroundings)</p>"
      )
      markup.line("<div class=\"charts\">\n\(maps.joined())</div>")
    }
    return markup.html
  }

  private var surroundings: String {
    let maps = watched.flatMap(\.variant.heatMaps)
    let words = [(HeatMapResult.Phase.warmUp, "the end of the warm-up"), (.drain, "the drain")]
      .filter { phase, _ in maps.contains { $0.phase == phase } }.map(\.1)
    return words.isEmpty
      ? "" : " Paler: \(words.joined(separator: " and ")), of which no figure is made."
  }

  private func ramp() -> String {
    let cells = (1...HeatMapChart.levels).map {
      "<rect class=\"h\($0)\" x=\"\(($0 - 1) * 12)\" width=\"12\" height=\"10\"/>"
    }
    return "<span class=\"ramp\"><svg viewBox=\"0 0 84 10\" width=\"84\" height=\"10\" "
      + "aria-hidden=\"true\">\(cells.joined())</svg></span>"
  }

  /// Points along the tail axis: enough for a smooth line, few enough for twenty contenders.
  private static let spectrumPoints = 160

  private func spectrum() -> String {
    let lines = contenders.compactMap { contender -> LineChart.Line? in
      guard case .time(let summary)? = contender.variant["turn.response"]?.figure,
        summary.count > 0
      else { return nil }
      let points = spectrum(summary.histogram)
      return LineChart.Line(
        place: contender.place, hue: contender.hue, name: contender.label, points: points)
    }
    guard !lines.isEmpty else { return "" }
    let values = lines.flatMap { $0.points.compactMap(\.y) }
    let middle = values.sorted()[values.count / 2]
    // A tail twenty times the middle would flatten everything else.
    let kind: Scale.Kind = (values.max() ?? 0) > 20 * middle ? .logarithmic : .linear
    func chart(_ id: String, _ frame: Frame, _ names: Bool, _ classes: String) -> String {
      LineChart(
        id: id, title: "Percentiles of the response time",
        caption: "How long the slowest turns took; the axis stretches the tail. A line ends where "
          + "the turns are too few to say more.",
        lines: lines, x: .tail, xUnit: "percentile", y: kind, unit: "s", frame: frame,
        namesLines: names, classes: classes
      ).picture()?.html ?? ""
    }
    let named = contenders.count > 1
    return chart(
      "spectrum", Frame(width: 900, height: 380, right: named ? 150 : 16), named,
      "big one-of wide")
      + chart("spectrum-narrow", Frame(width: 400, height: 270), false, "one-of narrow")
  }

  /// Evenly along the axis, up to the last share that the samples support.
  func spectrum(_ histogram: HistogramSnapshot) -> [(x: Double, y: Double?)] {
    var shares: [Double] = []
    // 16.1 is where one in ten million lies.
    for step in 0...ResultPage.spectrumPoints {
      let share = 1 - exponential(-16.1 * Double(step) / Double(ResultPage.spectrumPoints))
      guard step == 0 || histogram.count >= samplesNeeded(forQuantile: share) else { break }
      shares.append(share)
    }
    return zip(shares, histogram.quantiles(shares)).map { ($0, $1 / 1e9) }
  }

  private func heatMaps() -> [String] {
    let found = watched.compactMap { contender in
      HeatColumns(
        contender.variant.heatMaps, of: "turn.response",
        most: slices(watched.count > 4 ? 60 : 120)
      ).map { (contender, $0) }
    }
    guard !found.isEmpty else { return [] }
    let most = found.map(\.1.most).max() ?? 1
    // The outermost bands hold single turns; axes are common, so that pictures can be compared.
    let low = found.compactMap { $0.1.edges.first { $0 > 0 } }.min() ?? 0.001
    let high = found.compactMap { $0.1.edges.last }.max() ?? 1
    return found.map { contender, map in
      HeatMapChart(
        id: "heat-\(contender.place)",
        title: contenders.count > 1
          ? swatch(contender) + label(contender) : "Response over time",
        map: map, most: most, low: max(low, high / 1e5), high: high,
        mean: contender.series("turn.response.mean")?.coalesced(to: slices(120)),
        marks: marks(contender),
        place: contender.place
      ).picture().html
    }
  }

  func marks(_ contender: Contender) -> [(at: Double, label: String)] {
    contender.variant.marks.map { ($0.atSeconds, $0.label) }
  }

  // MARK: levels over time

  private struct Measure {
    var name: String
    var title: String
    var caption = ""
    /// Beside it, dashed: planned beside sent.
    var beside: String?
  }

  private static let measures = [
    Measure(
      name: "turns.sent", title: "Planned and actual starts",
      caption: "Planned is dashed; where the lines part, the driver was late.",
      beside: "turns.planned"),
    Measure(name: "turn.throughput", title: "Turns completed"),
    Measure(name: "turns.failed", title: "Turns failed"),
    Measure(name: "turn.response.mean", title: "Mean response"),
    Measure(name: "driver.lag.mean", title: "Driver lag", caption: "How late the driver sent."),
    Measure(name: "sessions.resident", title: "Sessions alive"),
    Measure(name: "sessions.created", title: "Sessions created"),
    Measure(name: "sessions.resumed", title: "Sessions resumed", caption: "Loaded from storage."),
    Measure(name: "sessions.evicted", title: "Sessions evicted", caption: "To make room."),
    Measure(
      name: "sessions.evicted_busy", title: "Evicted in mid-turn",
      caption: "A turn was under way."),
    Measure(name: "sessions.idle_removed", title: "Removed when idle"),
    Measure(name: "sessions.deleted", title: "Sessions deleted", caption: "By their people."),
    Measure(name: "lock.wait.mean", title: "Wait for a lock"),
    Measure(name: "lock.hold.mean", title: "Hold of a lock"),
    Measure(name: "locks.refused", title: "Locks refused"),
    Measure(name: "servers.backlog", title: "Work waiting in servers"),
    Measure(name: "fleet.cpu", title: "CPU of the fleet"),
    Measure(name: "fleet.memory", title: "Memory of the fleet"),
  ]

  /// Points of a line, whatever the run's length. Three lines of 120 points each are a thicket.
  private var mostPoints: Int { slices(watched.count > 2 ? 60 : 200) }

  /// Slices of time, so many that each holds some turns: single ones make a picture of noise.
  func slices(_ most: Int) -> Int {
    let turns = watched.map { contender -> Double in
      ["turn.throughput", "turns.failed"].compactMap { contender.series($0) }.reduce(0) {
        $0 + $1.stepSeconds * $1.values.reduce(0) { $0 + ($1 ?? 0) }
      }
    }
    return min(most, max(15, Int((turns.max() ?? 0) / 6)))
  }

  func overTime() -> String {
    let pictures = ResultPage.measures.compactMap { measure -> String? in
      guard watched.contains(where: { $0.series(measure.name) != nil }) else { return nil }
      let lines = watched.flatMap { contender -> [LineChart.Line] in
        [(measure.name, false), (measure.beside ?? "", true)].compactMap { name, dashed in
          contender.series(name).map { line(contender, $0, dashed: dashed) }
        }
      }
      guard lines.contains(where: { $0.points.contains { ($0.y ?? 0) != 0 } }) else { return nil }
      let unit = watched.compactMap { $0.series(measure.name)?.unit }.first ?? ""
      return LineChart(
        id: "time-" + Markup.anchor(measure.name),
        title: measure.title, caption: measure.caption, lines: lines, unit: unit,
        marks: commonMarks, sharesTime: true
      ).picture()?.html
    }
    guard !pictures.isEmpty else { return "" }
    let few =
      (watched.first?.variant.series.first?.values.count ?? 0) < 10
      ? " The run was too short for more than a few points." : ""
    let which =
      watched.contains { $0.variant.replications > 1 }
      ? "The first replication of each, after the warm-up."
      : isPrediction ? "The live run, after the warm-up." : "After the warm-up."
    return
      "<p class=\"soft\">\(which)\(few)</p>\n<div class=\"charts\">\n\(pictures.joined())</div>\n"
  }

  private func line(
    _ contender: Contender, _ series: SeriesResult, dashed: Bool
  ) -> LineChart.Line {
    let series = series.coalesced(to: mostPoints)
    return LineChart.Line(
      place: contender.place, hue: contender.hue,
      name: contender.label + (dashed ? ", planned" : ""),
      points: series.values.enumerated().map { place, value in
        (rounded(series.startSeconds + (Double(place) + 0.5) * series.stepSeconds), value)
      }, dashed: dashed)
  }

  /// Marks that all contenders have in common would otherwise be drawn once for each.
  private var commonMarks: [(at: Double, label: String)] {
    var found: [(at: Double, label: String)] = []
    for contender in watched {
      for mark in marks(contender)
      where !found.contains(where: { $0.at == mark.at && $0.label == mark.label }) {
        found.append(mark)
      }
    }
    return found.sorted { $0.at < $1.at }
  }
}
