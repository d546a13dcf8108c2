// A plan as one HTML file: the answer for each number of people, the candidates with their prices,
// the curves behind them, what binds, what moves the answer, what was taken for granted. Made from
// the document alone, so it can be made again at any time.
internal import Basics
internal import Metrics

public struct PlanPage {
  let document: PlanDocument
  let plans: [PlanDocument.Plan]
  /// Candidates of the largest number of people, in the order of their colours.
  let names: [String]
  let units = HumanUnits(plain: false)

  public init(_ document: PlanDocument) {
    self.document = document
    plans = document.plans
    var names: [String] = []
    for plan in document.plans.reversed() {
      for candidate in plan.candidates where !names.contains(candidate.name) {
        names.append(candidate.name)
      }
    }
    self.names = names
  }

  public func html() -> String {
    let about = document.json["about"]?.text ?? ""
    return PageFrame(
      title: document.name + ": the plan",
      header: (about.isEmpty ? "" : "<p class=\"about\">\(Markup.name(about))</p>\n")
        + "<p class=\"facts\">\(facts)</p>\n",
      lead: lead + key,
      sections: [
        .init(id: "fleets", title: "Fleets", html: fleets),
        .init(id: "curves", title: "Capacity and price", html: capacity),
        .init(id: "binding", title: "What binds", html: binding),
        .init(id: "tornado", title: "What moves the answer", html: tornado),
        .init(id: "events", title: "What it stands", html: events),
        .init(id: "needs", title: "What it needs", html: needs),
        .init(id: "properties", title: "What properties cost", html: properties),
        .init(id: "confirmed", title: "Confirmed live", html: confirmed),
        .init(id: "assumptions", title: "Taken for granted", html: assumptions),
        .init(id: "environment", title: "How to repeat it", html: environment),
      ],
      footer: "<footer>Made by seatrial from plan.json. Intervals are at 95 %.</footer>\n"
    ).html()
  }

  private var facts: String {
    let basis = document.json["basis"]?.text == "simulated" ? "Simulated" : "By closed forms alone"
    let people = plans.map { units.text(Double($0.users), unit: "count") }
    var parts = [
      basis, counted(names.count, "candidate"),
      people.joined(separator: ", ") + " people",
      "seed " + (document.json["seed"]?.figure.map { String(Int($0)) } ?? "unknown"),
    ]
    if let day = document.json["environment"]?["started"]?.text?.split(separator: "T").first {
      parts.append(String(day))
    }
    let cut = document.json["complete"] == .bool(true) ? "" : ". Incomplete: it was stopped"
    return Markup.text(parts.joined(separator: ", ") + cut)
  }

  private var lead: String {
    var markup = Markup()
    markup.line("<section id=\"answer\" aria-label=\"Answer\">")
    markup.line("<div class=\"answer\">")
    for plan in plans {
      markup.line(
        "<p>\(Markup.text(plan.words("sentences").joined(separator: " ")))</p>")
    }
    markup.line("</div>")
    markup.line(
      "<p>Asked for: "
        + document.expectations.map { "<code>\(Markup.name($0))</code>" }.joined(separator: ", ")
        + ".</p>")
    for plan in plans {
      let words = plan.words("reasons") + plan.words("changes")
      guard !words.isEmpty else { continue }
      let whose = plans.count > 1 ? " for \(plan.users) people" : ""
      markup.line("<details\(plans.count > 1 ? "" : " open")><summary>Why\(whose)</summary><ul>")
      for word in words { markup.line("<li>\(Markup.name(word))</li>") }
      markup.line("</ul></details>")
    }
    markup.line("</section>")
    return markup.html
  }

  private var key: String {
    guard names.count > 1 else { return "" }
    var markup = Markup()
    markup.line("<ul class=\"key\" aria-label=\"Candidates and their colours\">")
    for (place, name) in names.enumerated().prefix(Contender.colours) {
      markup.line(
        "<li data-key=\"\(place)\" class=\"c\(place)\"><i class=\"swatch\"></i>"
          + "<span class=\"n\">\(Markup.name(Markup.clipped(name, to: 48)))</span></li>")
    }
    let rest = names.count - Contender.colours
    markup.line(
      "</ul>" + (rest > 0 ? "<p class=\"soft\">\(rest) more are drawn in grey.</p>" : ""))
    return markup.html
  }

  func place(_ name: String) -> Int { names.firstIndex(of: name) ?? Contender.colours }

  func swatch(_ name: String) -> String {
    guard names.count > 1 else { return "" }
    let place = place(name)
    return "<i class=\"swatch \(place < Contender.colours ? "c\(place)" : "cx")\"></i>"
  }

  func money(_ amount: Double?) -> String {
    guard let amount, let currency = document.currency else { return HumanUnits.missing }
    return units.text(amount, unit: "count") + " " + currency
  }

  /// Headings of number columns stand above numbers.
  func head(_ words: [String]) -> String {
    let cells = words.enumerated().map { place, word in
      let isText = place == 0 || PlanPage.textColumns.contains(word)
      return "<th scope=\"col\"\(isText ? " class=\"w\"" : "")>\(Markup.text(word))</th>"
    }
    return "<thead><tr>\(cells.joined())</tr></thead><tbody>"
  }

  private static let textColumns = ["made of", "expectation", ""]

  // MARK: fleets

  private var fleets: String {
    plans.map { plan -> String in
      let isPriced = document.currency != nil
      var markup = Markup()
      if plans.count > 1 {
        markup.line("<h3>\(units.text(Double(plan.users), unit: "count")) people</h3>")
      }
      markup.line(
        "\(Markup.table)<caption>The smallest fleet of each candidate that meets what is asked "
          + "for.</caption>")
      markup.line(
        head(
          ["Candidate", "size", "p95"] + (isPriced ? ["a month", "a person"] : [])
            + ["head-room", ""]))
      for candidate in plan.candidates {
        let sizes =
          candidate.sizes.map { sizes in
            sizes == "1" ? "1 \(candidate.unit)" : "\(sizes) \(candidate.unit)s"
          } ?? HumanUnits.missing
        var cells = [sizes, units.text(candidate.p95, unit: "s")]
        if isPriced {
          cells.append(money(candidate.month))
          cells.append(money(candidate.json["cost"]?["per_user_month"]?.figure))
        }
        cells.append(units.text(candidate.json["headroom"]?.figure, unit: "ratio"))
        let word =
          candidate.isRecommended
          ? "<span class=\"good\">recommended</span>"
          : candidate.size == nil
            ? "<span class=\"doubt\">"
              + Markup.name(candidate.json["obstacle"]?.text ?? "none found") + "</span>" : ""
        markup.line(
          "<tr><th scope=\"row\">\(swatch(candidate.name))\(Markup.name(candidate.name))</th>"
            + cells.map { "<td class=\"num\">\(Markup.text($0))</td>" }.joined()
            + "<td class=\"w\">\(word)</td></tr>")
      }
      markup.line("</tbody></table></div>")
      return markup.html
    }.joined()
  }
}
