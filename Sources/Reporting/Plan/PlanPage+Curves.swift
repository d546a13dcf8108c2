// The pictures of a plan: the knee of each candidate, price against p95, fleets over the number of
// people, the tornado, and what stickiness, isolation and limits cost.
internal import Basics

extension PlanPage {
  // MARK: capacity

  var capacity: String {
    let knees = plans.map(knee)
    let pictures = knees + plans.map(frontier) + [overPeople("servers"), overPeople("month")]
    let found = pictures.compactMap { $0 }
    return found.isEmpty ? "" : "<div class=\"charts\">\n\(found.joined())</div>\n"
  }

  /// How the p95 falls with the size, candidate by candidate.
  private func knee(_ plan: PlanDocument.Plan) -> String? {
    let lines = plan.candidates.compactMap { candidate -> LineChart.Line? in
      let points = candidate.probes.compactMap { probe -> (x: Double, y: Double?)? in
        guard let size = probe["size"]?.figure, let p95 = probe["response_p95_seconds"]?.figure
        else { return nil }
        return (size, p95)
      }.sorted { $0.x < $1.x }
      guard !points.isEmpty else { return nil }
      var line = LineChart.Line(
        place: place(candidate.name), name: candidate.name, points: points)
      // One band is a doubt; ten on top of each other are a fog.
      line.band = (candidate.isRecommended ? candidate.probes : []).compactMap { probe in
        guard let size = probe["size"]?.figure, let low = probe["response_p95_low"]?.figure,
          let high = probe["response_p95_high"]?.figure
        else { return nil }
        return LineChart.Band(x: size, low: low, high: high)
      }
      return line
    }
    guard let unit = plan.candidates.first?.unit, !lines.isEmpty else { return nil }
    return LineChart(
      id: "knee-\(plan.users)", title: "p95 of the response, \(plan.users) people",
      caption: "Against the number of \(unit)s; each dot was simulated. "
        + "The band is the 95 % interval of the recommended.", lines: lines,
      xUnit: "count", y: .logarithmic, unit: "s", showsDots: true, classes: "dots"
    ).picture()?.html
  }

  private func frontier(_ plan: PlanDocument.Plan) -> String? {
    let all = plan.json["frontier"].items
    let lines = names.compactMap { name -> LineChart.Line? in
      let points = all.filter { $0["candidate"]?.text == name }
        .compactMap { point -> (x: Double, y: Double?)? in
          point["cost"]?.figure.map { (x: $0, y: point["response_p95_seconds"]?.figure) }
        }.sorted { $0.x < $1.x }
      return points.isEmpty ? nil : LineChart.Line(place: place(name), name: name, points: points)
    }
    guard !lines.isEmpty else { return nil }
    let isMoney = all.first?["cost_unit"]?.text == "month"
    let what = isMoney ? "\(document.currency ?? "") a month" : "cores"
    return LineChart(
      id: "frontier-\(plan.users)", title: "Price against p95, \(plan.users) people",
      caption: "\(Markup.text(what.capitalisedFirst)) below; towards the lower left is better.",
      lines: lines, xUnit: "", y: .logarithmic, unit: "s", showsDots: true, classes: "dots"
    ).picture()?.html
  }

  /// The recommended fleet over the number of people: closed forms as a line, the found sizes as
  /// points of it.
  private func overPeople(_ figure: String) -> String? {
    guard let analysis = plans.last(where: { $0.json["analysis"] != .null })?.json["analysis"],
      let curve = analysis["curves"].items.first(where: { $0["name"]?.text == "capacity" })
    else { return nil }
    let isMoney = figure == "month"
    guard !isMoney || document.currency != nil else { return nil }
    let formulas = lines(of: curve, figure).map { line -> LineChart.Line in
      var line = line
      line.hue = 0
      line.dashed = true
      line.name = "closed forms"
      return line
    }
    return LineChart(
      id: "over-people-\(figure)",
      title: isMoney ? "Price over people" : "Servers over people",
      caption: "The recommended fleet"
        + (isMoney ? ", \(Markup.text(document.currency ?? "")) a month" : "")
        + ": simulated, with the sizes between which nobody can tell; dashed closed forms. "
        + "Both axes are logarithmic.",
      lines: [simulated(isMoney)].compactMap { $0 } + formulas,
      x: .logarithmic, xUnit: "", y: .logarithmic,
      unit: isMoney ? "" : "count", showsDots: true, classes: "dots"
    ).picture()?.html
  }

  /// The found sizes of the recommended fleets, or their prices, as an interval each.
  private func simulated(_ isMoney: Bool) -> LineChart.Line? {
    var line = LineChart.Line(
      place: PlanPage.noCandidate, hue: 0, name: "simulated", points: [])
    for plan in plans.sorted(by: { $0.users < $1.users }) {
      guard let best = plan.recommended, best.json["basis"]?.text == "simulated",
        let size = best.size, let high = isMoney ? best.month : Double(size)
      else { continue }
      // A fleet's price grows with its size, nearly.
      let low = high * Double(best.lowest ?? size) / Double(max(1, size))
      line.points.append((Double(plan.users), high))
      line.band.append(LineChart.Band(x: Double(plan.users), low: low, high: high))
    }
    return line.points.isEmpty ? nil : line
  }

  /// From here on places are nobody's: no switch at the top of the page hides them.
  private static let noCandidate = 1000

  private func lines(of curve: JSONValue, _ figure: String) -> [LineChart.Line] {
    curve["lines"].items.enumerated().map { place, line in
      LineChart.Line(
        place: PlanPage.noCandidate + place, hue: place, name: line["name"]?.text ?? "",
        points: line["points"].items.compactMap { point -> (x: Double, y: Double?)? in
          // Nothing has a place on a logarithmic axis; it stands for `unlimited`.
          guard let x = point["x"]?.figure, x > 0 || curve["x"]?.text == "routing" else {
            return nil
          }
          return (x: x, y: point[figure]?.figure)
        })
    }
  }

  // MARK: tornado

  var tornado: String {
    plans.compactMap { plan -> String? in
      guard let analysis = plan.json["analysis"], let exact = analysis["servers_exact"]?.figure
      else { return nil }
      let all = analysis["tornado"].items
      let bars = all.compactMap { bar -> TornadoPlot.Bar? in
        guard let low = bar["servers_at_low"]?.figure, let high = bar["servers_at_high"]?.figure
        else { return nil }
        return TornadoPlot.Bar(
          name: bar["factor"]?.text ?? "",
          ends: (bar["low"]?.text ?? "", bar["high"]?.text ?? ""), low: low, high: high)
      }.sorted { ($1.high - $1.low).magnitude < ($0.high - $0.low).magnitude }
      let plot = TornadoPlot(
        id: "tornado-\(plan.users)",
        title: "Servers for \(units.text(Double(plan.users), unit: "count")) people",
        caption: "Each factor a fifth down and up, the others as they stand; the line is the "
          + "answer before it is rounded up.",
        middle: exact, bars: bars)
      let silent = all.compactMap { bar in
        bar["note"]?.text.map { "\(bar["factor"]?.text ?? ""): \($0)" }
      }
      let notes =
        silent.isEmpty
        ? "" : "<p class=\"soft\">\(Markup.name(silent.joined(separator: "; "))).</p>\n"
      return plot.pictures + uncertainty(analysis) + notes
    }.joined()
  }

  private func uncertainty(_ analysis: JSONValue) -> String {
    guard let found = analysis["uncertainty"], let median = found["median"]?.figure,
      let low = found["p05"]?.figure, let high = found["p95"]?.figure
    else { return "" }
    func text(_ value: Double) -> String { units.text(value, unit: "factor") }
    return "<p>With the doubt about the CLI's own costs (\(found["draws"].items.count) profiles "
      + "drawn): median \(text(median)) servers, nine times in ten between \(text(low)) and "
      + "\(text(high)).</p>\n"
  }

  // MARK: properties

  /// Curves over a number as pictures; what has no scale, as routings, as a table.
  var properties: String {
    guard let analysis = plans.last(where: { $0.json["analysis"] != .null })?.json["analysis"]
    else { return "" }
    let curves = analysis["curves"].items.filter { $0["name"]?.text != "capacity" }
    var pictures: [String] = []
    var tables: [String] = []
    for curve in curves {
      let name = curve["name"]?.text ?? ""
      let lines = lines(of: curve, "servers")
      guard lines.contains(where: { $0.points.contains { $0.y != nil } }) else { continue }
      guard curve["x"]?.text != "routing" else {
        tables.append(routings(curve))
        continue
      }
      let basis = curve["basis"]?.text == "simulated" ? "Simulated" : "By closed forms"
      let told = lines.count > 1 ? ": " + lines.map(\.name).joined(separator: " and ") : ""
      pictures.append(
        LineChart(
          id: "property-" + Markup.anchor(name), title: Markup.text(name.capitalisedFirst),
          caption: "Servers against \(Markup.text(curve["x"]?.text ?? "")). "
            + "\(basis)\(Markup.text(told)).",
          lines: lines, x: .logarithmic, xUnit: "", y: .logarithmic, unit: "", showsDots: true,
          classes: "dots"
        ).picture()?.html ?? "")
    }
    let charts =
      pictures.isEmpty ? "" : "<div class=\"charts\">\n\(pictures.joined())</div>\n"
    return charts + tables.joined()
  }

  private func routings(_ curve: JSONValue) -> String {
    var markup = Markup()
    markup.line("\(Markup.table)<caption>What each routing would need, simulated.</caption>")
    markup.line(head(["Routing", "servers"]))
    for point in curve["lines"].items.flatMap({ $0["points"].items }) {
      markup.line(
        "<tr><th scope=\"row\">\(Markup.name(point["label"]?.text ?? ""))</th><td class=\"num\">"
          + "\(Markup.text(units.text(point["servers"]?.figure, unit: "factor")))</td></tr>")
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }
}
