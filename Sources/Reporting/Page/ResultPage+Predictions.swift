// A simulation and a live run of one scenario: where one more replication would lie and where the
// live run lay, as pictures and as one table of all variants.
internal import Metrics

extension ResultPage {
  /// Whether the page holds a live run against its simulation, and nothing else.
  var isPrediction: Bool {
    !comparison.pairs.isEmpty && comparison.pairs.allSatisfy(\.isPrediction)
  }

  /// Curves and servers are those of the live run then: a simulation has a page of its own.
  var watched: [Contender] {
    isPrediction
      ? contenders.filter { results[$0.source].result.kind == .live && $0.colour != nil } : coloured
  }

  private static let pictured: [(metric: String, title: String)] = [
    ("turn.response.p50", "Median response"), ("turn.response.p95", "p95 of the response"),
    ("turn.response.mean", "Mean response"), ("turn.throughput", "Turns a second"),
    ("turns.failed", "Turns failed"), ("sessions.hit_rate", "Sessions found open"),
    ("sessions.eviction_rate", "Evictions for each opening"),
    ("session.open.p95", "p95 of opening a session"), ("locks.contention_rate", "Locks refused"),
  ]

  func predictions() -> String {
    let pairs = comparison.pairs.filter { !$0.predictions.isEmpty }
    guard pairs.contains(where: \.isPrediction) else { return "" }
    let told = pairs.flatMap(\.predictions).filter { $0.word != .cannotTell }
    var markup = Markup()
    markup.line(
      "<p>A live run is one replication. It is held against where one more simulated replication "
        + "of the same length would lie, 95 times in 100; what differs by less than "
        + "\(units.round(comparison.margin)) is as predicted, too."
        + (told.count >= 20
          ? " Of \(told.count) figures about \(told.count / 20) lie outside by chance alone." : "")
        + "</p>")
    let left = PredictedWords.leftOut(comparison).map { left in
      left.metrics.map { Markup.code($0) }.joined(separator: ", ")
        + " (\(Markup.text(left.reason)))"
    }
    if !left.isEmpty {
      markup.line("<p class=\"soft\">Left out: \(left.joined(separator: "; ")).</p>")
    }
    markup.add(pictures(pairs))
    markup.add(table(pairs))
    return markup.html
  }

  private func pictures(_ pairs: [Comparison.Pair]) -> String {
    let found = ResultPage.pictured.compactMap { metric, title -> String? in
      let rows = pairs.prefix(24).compactMap { pair -> PredictionPlot.Row? in
        guard let live = pair.live,
          let figure = pair.predictions.first(where: { $0.metric == metric })
        else { return nil }
        return PredictionPlot.Row(
          place: live.place, hue: live.hue, name: live.variant.name, figure: figure)
      }
      return PredictionPlot(
        id: "predicted-" + Markup.anchor(metric), title: title,
        rows: rows
      ).picture()?.html
    }
    guard !found.isEmpty else { return "" }
    return
      "<p class=\"soft\">A bar is what is predicted for one run, with the mean of the simulation; "
      + "a dot is the live run, ringed where it lies outside.</p>\n"
      + "<div class=\"charts\">\n\(found.joined())</div>\n"
  }

  private func table(_ pairs: [Comparison.Pair]) -> String {
    var markup = Markup()
    markup.line("\(Markup.table)")
    markup.line(
      "<caption>What lies outside comes first; red is beyond what chance makes of so many figures. "
        + "Tallies are those of one replication. With the same people: the replication in which "
        + "everybody asks the same things at the same instants as in the live run; the difference "
        + "is from it.</caption>")
    markup.line(
      "<thead><tr><th scope=\"col\" class=\"w\">Figure</th><th scope=\"col\">simulated</th>"
        + "<th scope=\"col\">with the same people</th>"
        + "<th scope=\"col\">predicted for one run</th><th scope=\"col\">live</th>"
        + "<th scope=\"col\">difference</th><th scope=\"col\" class=\"w\"></th></tr></thead><tbody>"
    )
    for pair in pairs {
      guard let live = pair.live else { continue }
      let told = pair.bySurprise.filter { $0.word != .cannotTell }
      let inside = told.count - pair.predicted(.outside).count
      markup.line(
        "<tr><th class=\"group\" scope=\"rowgroup\" colspan=\"7\">\(swatch(live))"
          + "\(Markup.name(Markup.clipped(live.variant.name, to: 60))): \(inside) of "
          + "\(counted(told.count, "figure")) as predicted</th></tr>")
      for figure in pair.bySurprise { markup.line(row(figure, live)) }
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }

  private func row(_ figure: PredictedFigure, _ live: Contender) -> String {
    let words = PredictedWords(figure, units)
    let reason = figure.reason.map { "<small>\(Markup.text($0))</small>" } ?? ""
    return "<tr><th scope=\"row\">\(Markup.code(figure.metric))</th>"
      + "<td class=\"num\">\(Markup.text(words.simulated))</td>"
      + "<td class=\"num\">\(Markup.text(words.samePeople))</td>"
      + "<td class=\"num\">\(Markup.text(words.predicted))</td>"
      + "<td class=\"num\" data-predicted=\"\(Markup.text(figure.metric))\" "
      + "data-of=\"\(live.place)\" data-value=\"\(figure.live)\">\(Markup.text(words.live))</td>"
      + "<td class=\"num\">\(Markup.text(words.change))</td>"
      + "<td class=\"w\"><span class=\"\(words.style)\">\(words.word)</span>\(reason)</td></tr>"
  }

  // MARK: two curves of one variant

  /// For each variant its simulated percentiles, dotted, and its live ones.
  func overlays() -> String {
    let charts = comparison.pairs.prefix(Contender.colours).compactMap { pair -> String? in
      guard let model = pair.model else { return nil }
      let lines = [model.simulated, model.live].compactMap { contender -> LineChart.Line? in
        guard case .time(let summary)? = contender.variant["turn.response"]?.figure,
          summary.count > 0
        else { return nil }
        let isLive = contender.place == model.live.place
        return LineChart.Line(
          place: contender.place, hue: contender.hue, name: isLive ? "live" : "simulated",
          points: spectrum(summary.histogram), dashed: !isLive)
      }
      return LineChart(
        id: "overlay-\(model.live.place)",
        title: swatch(model.live) + Markup.name(Markup.clipped(model.live.variant.name, to: 40)),
        lines: lines, x: .tail, xUnit: "percentile", unit: "s"
      ).picture()?.html
    }
    guard !charts.isEmpty else { return "" }
    return "<p class=\"soft\">Percentiles of the response time, simulated (dashed) and live; the "
      + "axis stretches the tail. A line ends where the turns are too few to say more.</p>\n"
      + "<div class=\"charts\">\n\(charts.joined())</div>\n"
  }
}
