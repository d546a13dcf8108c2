// One result, or several, as one HTML file that needs nothing else: no network, no script to be
// read. It opens with the answer, then the verdict, the figures, the pictures, and closes with what
// is needed to run it again. Strings out; where they go is the program's affair.
internal import Metrics

public struct ResultPage {
  let results: [NamedResult]
  let contenders: [Contender]
  let comparison: Comparison
  /// What speaks against comparing, said on the page when somebody insisted.
  let objections: [String]
  let units = HumanUnits(plain: false)

  /// - comparison: nil holds the variants of each result against the first of all.
  public init(
    _ results: [NamedResult], comparison: Comparison? = nil, objections: [String] = []
  ) {
    precondition(!results.isEmpty, "a page needs a result")
    self.results = results
    contenders = Contender.all(of: results)
    self.comparison = comparison ?? Comparison(of: results)
    self.objections = objections
  }

  struct Section {
    var id: String
    var title: String
    var html: String
  }

  public func html() -> String {
    let sections = self.sections().filter { !$0.html.isEmpty }
    var page = Markup()
    page.line("<!doctype html>")
    page.line("<html lang=\"en\">")
    page.line("<meta charset=\"utf-8\">")
    page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
    // Whatever a name in a result tries, the browser loads nothing.
    page.line(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        + "form-action 'none'\">")
    page.line("<meta name=\"generator\" content=\"seatrial\">")
    page.line("<link rel=\"icon\" href=\"data:,\">")
    page.line("<title>\(Markup.text(title)) \u{2013} seatrial</title>")
    page.line("<style>\n\(StyleSheet.text)</style>")
    page.line("<a class=\"skip\" href=\"#answer\">Skip to the answer</a>")
    page.add(header(sections))
    page.line("<main>")
    page.add(lead())
    page.add(key())
    for section in sections {
      page.line("<section id=\"\(section.id)\" aria-labelledby=\"\(section.id)-h\">")
      page.line("<h2 id=\"\(section.id)-h\">\(section.title)</h2>")
      page.add(section.html)
      page.line("</section>")
    }
    page.line("</main>")
    page.add(footer())
    page.line("<script>\n\(PageScript.text)\n</script>")
    page.line("</html>")
    return page.html
  }

  private func sections() -> [Section] {
    [
      Section(id: "expectations", title: "Expectations", html: expectations()),
      Section(id: "figures", title: "Figures", html: figures()),
      Section(id: "differences", title: "Differences", html: differences()),
      Section(id: "sweep", title: "Along the sweep", html: sweep()),
      Section(id: "response", title: "Response times", html: response()),
      Section(id: "time", title: "Over time", html: overTime()),
      Section(id: "servers", title: "Servers", html: servers()),
      Section(id: "limits", title: "What runs out first", html: limits()),
      Section(id: "hazards", title: "Hazards", html: hazards()),
      Section(id: "all", title: "Every figure", html: everyFigure()),
      Section(id: "scenario", title: "The scenario", html: scenario()),
      Section(id: "environment", title: "Environment, and how to repeat it", html: environment()),
    ]
  }

  private var title: String {
    results.count == 1
      ? results[0].result.scenario.name : results.map(\.name).joined(separator: " against ")
  }

  private func header(_ sections: [Section]) -> String {
    let first = results[0].result
    var markup = Markup()
    markup.line("<header>")
    markup.line("<h1>\(Markup.name(title))</h1>")
    markup.line("<button class=\"theme\" type=\"button\" hidden>Dark</button>")
    if !first.scenario.about.isEmpty {
      markup.line("<p class=\"about\">\(Markup.name(first.scenario.about))</p>")
    }
    markup.line("<p class=\"facts\">\(facts())</p>")
    markup.line("</header>")
    let links = [("answer", "Answer")] + sections.map { ($0.id, $0.title) }
    markup.line("<nav aria-label=\"Sections\"><ul>")
    for (id, title) in links { markup.line("<li><a href=\"#\(id)\">\(title)</a></li>") }
    markup.line("</ul></nav>")
    return markup.html
  }

  /// `Simulated, 5 variants × 10 replications × 10 min, seed 7, on 2026-11-21`.
  private func facts() -> String {
    results.map { named -> String in
      let result = named.result
      var parts = [result.kind.rawValue.capitalisedFirst]
      if let variant = result.variants.first {
        let each = variant.measuredSeconds / Double(max(1, variant.replications))
        parts.append(
          "\(counted(result.variants.count, "variant")) \u{D7} "
            + "\(counted(variant.replications, "replication")) \u{D7} "
            + units.length(each))
      }
      parts.append("seed \(result.seed)")
      let started = result.environment.first { $0.name == "started" }?.value
      if let day = started?.split(separator: "T").first { parts.append(String(day)) }
      let lead = results.count > 1 ? "\(Markup.name(named.name)): " : ""
      return lead + Markup.text(parts.joined(separator: ", "))
    }.joined(separator: "<br>")
  }

  /// Who is who: one colour each, everywhere.
  private func key() -> String {
    guard contenders.count > 1 else { return "" }
    var markup = Markup()
    markup.line("<ul class=\"key\" aria-label=\"Contenders and their colours\">")
    for contender in contenders.prefix(Contender.colours) {
      markup.line(
        "<li data-key=\"\(contender.place)\" class=\"\(style(contender))\">"
          + "<i class=\"swatch\"></i><span class=\"n\">\(label(contender))</span></li>")
    }
    let rest = contenders.count - Contender.colours
    if rest > 0 {
      markup.line(
        "</ul><p class=\"soft\">\(rest) more are drawn in grey and have no heat maps; "
          + "all are in the tables.</p>")
    } else {
      markup.line("</ul>")
    }
    return markup.html
  }

  private func footer() -> String {
    let version = results[0].result.environment.first { $0.name == "seatrial" }?.value
    return "<footer>Made by seatrial\(version.map { " " + Markup.text($0) } ?? "") from "
      + "\(counted(results.count, "result file")). Intervals are at 95 %, over replications. "
      + "Percentiles that too few turns support are left out.</footer>\n"
  }

  func style(_ contender: Contender) -> String { contender.colour.map { "c\($0)" } ?? "cx" }

  func swatch(_ contender: Contender) -> String {
    contenders.count > 1 ? "<i class=\"swatch \(style(contender))\"></i>" : ""
  }

  /// A contender's name where room is short: the whole of it under the pointer.
  func label(_ contender: Contender) -> String {
    let clipped = Markup.clipped(contender.label, to: ResultPage.longestLabel)
    guard clipped != contender.label else { return Markup.name(clipped) }
    return "<span title=\"\(Markup.text(contender.label))\">\(Markup.name(clipped))</span>"
  }

  /// Names of variants have up to 80 characters, those of edited files any number.
  private static let longestLabel = 48

  /// A cell whose exact value a reader, or a test, can have.
  func cell(
    _ shown: String, _ value: Double?, metric: String, _ contender: Contender, extra: String = ""
  ) -> String {
    let exact = value.map { " data-value=\"\($0)\"" } ?? ""
    return "<td class=\"num\" data-metric=\"\(Markup.text(metric))\" "
      + "data-of=\"\(contender.place)\"\(exact)>\(Markup.text(shown))\(extra)</td>"
  }
}
