// Of live runs: what the driver itself did to the figures, and what its lenses saw of the server
// processes. A driver that is late measures itself, so this stands beside what it measured.
internal import Basics
internal import Metrics

extension ResultPage {
  private struct DriverRow {
    var title: String
    /// Without a metric's name where the figure has none.
    var text: (Contender) -> (shown: String, value: Double?, metric: String)?
  }

  func driver() -> String {
    let live = contenders.filter { results[$0.source].result.kind == .live }.prefix(12)
    guard !live.isEmpty else { return "" }
    var markup = Markup()
    markup.line(
      "<p class=\"soft\">How late turns were sent, and what the driver took. A turn's response "
        + "counts from when it was planned, so a late driver shows in it.</p>")
    markup.line("\(Markup.table)<caption>\(phases(live[0]))</caption>")
    markup.add("<thead><tr><td></td>")
    for contender in live { markup.add(columnHead(contender)) }
    markup.line("</tr></thead><tbody>")
    for row in driverRows {
      let cells = live.map(row.text)
      guard cells.contains(where: { $0?.value != nil }) else { continue }
      markup.add("<tr><th scope=\"row\">\(row.title)</th>")
      for (contender, found) in zip(live, cells) {
        markup.add(
          found.map { found in
            found.metric.isEmpty
              ? "<td class=\"num\">\(Markup.text(found.shown))</td>"
              : cell(found.shown, found.value, metric: found.metric, contender)
          }
            ?? "<td class=\"soft\">\(HumanUnits.missing)</td>")
      }
      markup.line("</tr>")
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }

  private var driverRows: [DriverRow] {
    func time(_ title: String, _ statistic: Statistic) -> DriverRow {
      DriverRow(title: title) { contender in
        let value = contender.value("driver.lag", statistic)
        return (
          units.text(value, unit: "s"), value, "driver.lag.\(statistic.rawValue)"
        )
      }
    }
    func tally(_ title: String, _ metric: String) -> DriverRow {
      DriverRow(title: title) { contender in
        let value = contender.value(metric)
        return (units.text(value, unit: "count"), value, metric)
      }
    }
    return [
      time("Lag, median", .p50), time("Lag, p99", .p99), time("Lag, longest", .max),
      tally("Turns sent late", "turns.late"), tally("Turns never sent", "turns.dropped"),
      DriverRow(title: "CPU of the busiest thread") { contender in
        let value = contender.value("driver.cpu")
        return (units.text(value, unit: "ratio"), value, "driver.cpu")
      },
      DriverRow(title: "Servers up after, median") { startTime($0, share: 0.5) },
      DriverRow(title: "Servers up after, slowest") { startTime($0, share: 1) },
    ]
  }

  private func startTime(
    _ contender: Contender, share: Double
  ) -> (shown: String, value: Double?, metric: String)? {
    let times = contender.variant.servers.compactMap(\.startSeconds).sorted()
    guard !times.isEmpty else { return nil }
    let value = times[Int(Double(times.count - 1) * share)]
    return (units.text(value, unit: "s"), value, "")
  }

  /// `Warm-up until 3 s, measured until 13 s, then drained for at most 30 s.`
  private func phases(_ contender: Contender) -> String {
    let variant = contender.variant
    let end = variant.warmUpSeconds + variant.measuredSeconds
    let drain = Comparability.settings(of: results[contender.source].result, variant)
      .first { $0.key == "run.drain" }?.value
    return "Warm-up until \(units.length(variant.warmUpSeconds)), measured until "
      + "\(units.length(end))"
      + (drain.map { ", then drained for at most \(Markup.text($0))." } ?? ".")
  }

  // MARK: lenses

  private static let lensed = [
    ("server.cpu", "CPU used", "Share of a core, the busiest server at each time."),
    ("server.memory", "Memory", "Resident, the largest server at each time."),
    (
      "server.memory.proportional", "Memory, shared pages divided",
      "Proportional, the largest server at each time."
    ),
    ("server.threads", "Threads", "The server with most at each time."),
    ("server.descriptors", "File descriptors", "The server with most at each time."),
    ("server.sessions", "Sessions held open", "The server with most at each time."),
    ("server.children", "Children", "Processes below a server, the one with most at each time."),
    ("server.queue", "Sends not acknowledged", "The server with most at each time."),
    ("server.disk", "Session files", "Bytes below its home, the largest at each time."),
  ]

  /// Processes as /proc has them: the highest of the servers, since it is what runs out.
  func lenses(_ shown: [Contender]) -> String {
    let live = shown.filter { results[$0.source].result.kind == .live }
    let pictures = ResultPage.lensed.compactMap { name, title, caption -> String? in
      let lines = live.compactMap { contender -> LineChart.Line? in
        highest(name, of: contender).map { series in
          let points = series.coalesced(to: slices(live.count > 2 ? 60 : 120))
          return LineChart.Line(
            place: contender.place, hue: contender.hue, name: contender.label,
            points: points.values.enumerated().map { place, value in
              (rounded(points.startSeconds + (Double(place) + 0.5) * points.stepSeconds), value)
            })
        }
      }
      guard lines.contains(where: { $0.points.contains { ($0.y ?? 0) != 0 } }) else { return nil }
      let isSize = name.hasPrefix("server.memory") || name == "server.disk"
      let unit = name == "server.cpu" ? "ratio" : isSize ? "bytes" : "count"
      return LineChart(
        id: "lens-" + Markup.anchor(name), title: title, caption: caption, lines: lines,
        unit: unit, sharesTime: true
      ).picture()?.html
    }
    guard !pictures.isEmpty else { return "" }
    let isMock = live.contains { $0.standIn(in: results[$0.source].result) == .mock }
    let note =
      isMock ? " These are mocks: their CPU and memory say nothing of what the CLI would take." : ""
    return "<h3 class=\"part\">Processes over time</h3>\n<p class=\"soft\">As the kernel counts "
      + "them.\(note)</p>\n<div class=\"charts\">\n\(pictures.joined())</div>\n"
  }

  private func highest(_ name: String, of contender: Contender) -> SeriesResult? {
    let found = contender.variant.servers.compactMap { server in
      server.series.first { $0.name == name }
    }
    guard var series = found.first else { return nil }
    let count = found.map(\.values.count).min() ?? 0
    series.values = (0..<count).map { place in found.compactMap { $0.values[place] }.max() }
    return series
  }
}
