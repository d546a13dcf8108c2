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

  public func html() -> String {
    PageFrame(
      title: title, header: header(), lead: lead() + key(), sections: sections(),
      footer: footer()
    ).html()
  }

  private func sections() -> [PageFrame.Section] {
    [
      .init(id: "predictions", title: "Simulated and live", html: predictions()),
      .init(id: "expectations", title: "Expectations", html: expectations()),
      .init(id: "figures", title: "Figures", html: figures()),
      .init(id: "differences", title: "Differences", html: differences()),
      .init(id: "sweep", title: "Along the sweep", html: sweep()),
      .init(id: "response", title: "Response times", html: response()),
      .init(id: "time", title: "Over time", html: overTime()),
      .init(id: "servers", title: "Servers", html: servers()),
      .init(id: "driver", title: "The driver", html: driver()),
      .init(id: "limits", title: "What runs out first", html: limits()),
      .init(id: "hazards", title: "Hazards", html: hazards()),
      .init(id: "all", title: "Every figure", html: everyFigure()),
      .init(id: "scenario", title: "The scenario", html: scenario()),
      .init(id: "environment", title: "Environment, and how to repeat it", html: environment()),
    ]
  }

  private var title: String {
    results.count == 1
      ? results[0].result.scenario.name : results.map(\.name).joined(separator: " against ")
  }

  private func header() -> String {
    let about = results[0].result.scenario.about
    var markup = Markup()
    if !about.isEmpty { markup.line("<p class=\"about\">\(Markup.name(about))</p>") }
    markup.line("<p class=\"facts\">\(facts())</p>")
    return markup.html
  }

  /// `Simulated, 5 variants × 10 replications × 10 min, seed 7, on 2026-11-21`.
  private func facts() -> String {
    results.map { named -> String in
      let result = named.result
      let kind = result.scenario.settings.first { $0.key == "fleet.cli" }?.value
      var parts = [
        result.kind == .simulated
          ? "Simulated" : "Live" + (kind.map { " on \($0) servers" } ?? "")
      ]
      if let variant = result.variants.first {
        let each = variant.measuredSeconds / Double(max(1, variant.replications))
        let times =
          result.kind == .live && variant.replications == 1
          ? "" : "\(counted(variant.replications, "replication")) \u{D7} "
        parts.append(
          "\(counted(result.variants.count, "variant")) \u{D7} \(times)\(units.length(each))")
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
    for contender in contenders where contender.colour != nil {
      markup.line(
        "<li data-key=\"\(contender.place)\" class=\"\(style(contender))\">"
          + "<i class=\"swatch\"></i><span class=\"n\">\(label(contender))</span></li>")
    }
    let rest = contenders.count { $0.colour == nil }
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
      + "\(counted(results.count, "result file")). "
      + (contenders.contains { $0.variant.replications > 1 }
        ? "Intervals are at 95 %, over replications. " : "")
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
