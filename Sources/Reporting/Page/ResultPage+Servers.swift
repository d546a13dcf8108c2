// How load fell on the servers: a bar each, and for small fleets a small curve each. And what would
// run out first, resource by resource.
internal import Basics
internal import Metrics

extension ResultPage {
  /// Past these a grid of curves is wallpaper: the bars above it show all that were kept.
  private static let mostTiles = 12

  func servers() -> String {
    let shown = watched.filter { !$0.variant.servers.isEmpty }
    guard !shown.isEmpty else { return "" }
    let most = shown.flatMap { $0.variant.servers.map(\.turns) }.max() ?? 1
    let strips = shown.map { contender -> String in
      let variant = contender.variant
      var parts: [String] = []
      if let imbalance = contender.value("servers.imbalance") {
        parts.append("the busiest has \(units.text(imbalance, unit: "factor")) times the mean")
      }
      let ran = contender.value("fleet.servers").map { Int($0) } ?? variant.servers.count
      if ran > variant.servers.count { parts.append("\(variant.servers.count) of \(ran) shown") }
      // Many small servers beside a few large ones: bars of a fifth at most compare nothing.
      let own = variant.servers.map(\.turns).max() ?? 1
      let isApart = 5 * own < most && own > 0
      if isApart { parts.append("on a scale of its own") }
      return BarStrip(
        id: "load-\(contender.place)",
        title: contenders.count > 1
          ? swatch(contender) + label(contender) : "Turns of each server",
        caption: Markup.text(parts.joined(separator: "; ").capitalisedFirst),
        servers: variant.servers, most: isApart ? own : most, hue: contender.hue,
        place: contender.place
      ).picture().html
    }
    let which = shown.contains { $0.variant.replications > 1 } ? ", in the first replication" : ""
    return "<p class=\"soft\">Turns of each server\(which); the dashed line is "
      + "the mean.</p>\n<div class=\"charts\">\n\(strips.joined())</div>\n" + lenses(shown)
      + tiles(shown)
  }

  private func tiles(_ shown: [Contender]) -> String {
    let small = shown.filter {
      $0.variant.servers.count > 1 && $0.variant.servers.count <= ResultPage.mostTiles
        && $0.variant.servers.contains { !$0.series.isEmpty }
    }
    guard !small.isEmpty else { return "" }
    let top =
      small.flatMap { contender in
        contender.variant.servers.flatMap { server in
          load(server).map { $0.values.compactMap { $0 } } ?? []
        }
      }.max() ?? 1
    var markup = Markup()
    markup.line("<div class=\"fleet\">")
    for contender in small {
      markup.line("<div class=\"\(style(contender))\" data-c=\"\(contender.place)\">")
      let whose = contenders.count > 1 ? ", \(label(contender))" : ""
      markup.line("<h3>Load of each server over time\(whose)</h3><ul class=\"tiles\">")
      for server in contender.variant.servers { markup.line(tile(server, top: top)) }
      markup.line("</ul></div>")
    }
    markup.line("</div>")
    return markup.html
  }

  /// CPU where it was measured, else turns.
  private func load(_ server: ServerResult) -> SeriesResult? {
    server.series.first { $0.name == "server.cpu" }
      ?? server.series.first { $0.name == "turn.throughput" }
  }

  private func tile(_ server: ServerResult, top: Double) -> String {
    var drawing = ""
    if let series = load(server)?.coalesced(to: slices(60)), !series.values.isEmpty {
      let step = 120 / Double(series.values.count)
      var path = "M0 30"
      for (place, value) in series.values.enumerated() {
        let height = short(30 - 29 * min(1, (value ?? 0) / (top > 0 ? top : 1)))
        path += "L\(short(Double(place) * step)) \(height)h\(short(step))"
      }
      drawing =
        "<svg viewBox=\"0 0 120 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        + "<path class=\"area\" d=\"\(path)V30z\"/></svg>"
    }
    var facts = ["\(units.text(Double(server.turns), unit: "count")) turns"]
    if let cpu = server.cpu { facts.append("\(units.text(cpu, unit: "ratio")) CPU") }
    if let memory = server.memoryMaxBytes {
      facts.append(units.text(Double(memory), unit: "bytes"))
    }
    if let sessions = server.sessionsMax { facts.append("\(sessions) sessions") }
    if let start = server.startSeconds {
      facts.append("up in \(units.text(start, unit: "s"))")
    }
    if server.restarts > 0 { facts.append(counted(server.restarts, "restart")) }
    return "<li>\(drawing)<b>\(Markup.name(server.name))</b><br>"
      + "<span class=\"soft\">\(Markup.text(facts.joined(separator: ", ")))</span></li>"
  }

  // MARK: limits

  func limits() -> String {
    let found = contenders.prefix(24).map { contender in
      (contender, Headroom(contender, in: results[contender.source].result).resources)
    }.filter { !$0.1.isEmpty }
    guard !found.isEmpty else { return "" }
    var markup = Markup()
    markup.line("\(Markup.table)")
    markup.line(
      "<caption>Each limit, and how much of it is used; the fullest first. What waits in front of "
        + "a resource grows long before it is full: slow answers come first.</caption>")
    markup.line(
      "<thead><tr><th scope=\"col\" class=\"w\">Resource</th><th scope=\"col\">used</th>"
        + "<th scope=\"col\">of</th><th scope=\"col\">share</th>"
        + "<th scope=\"col\" class=\"w\"><span class=\"soft\">0 to 100 %</span></th></tr></thead>"
        + "<tbody>"
    )
    for (contender, resources) in found {
      if contenders.count > 1 {
        markup.line(
          "<tr><th class=\"group\" scope=\"rowgroup\" colspan=\"5\">\(swatch(contender))"
            + "\(label(contender))</th></tr>")
      }
      for resource in resources {
        let width = short(min(100, resource.used * 100))
        let full = resource.used >= 0.9 ? " class=\"full\"" : ""
        markup.line(
          "<tr><th scope=\"row\">\(Markup.text(resource.name.capitalisedFirst))</th>"
            + "<td>\(Markup.text(resource.usedText))</td>"
            + "<td>\(Markup.text(resource.limitText))</td>"
            + "<td>\(Markup.text(units.text(resource.used, unit: "ratio")))</td>"
            + "<td class=\"w\"><span class=\"meter\" aria-hidden=\"true\">"
            + "<i\(full) style=\"width:\(width)%\"></i></span></td></tr>")
      }
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }
}
