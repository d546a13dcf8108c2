// Hazards, and what is needed to run it again: the scenario as it was in force, the environment and
// the command.
internal import Basics
internal import Metrics

extension ResultPage {
  func hazards() -> String {
    let counted = contenders.contains { $0.value("turns.planned") ?? 0 > 0 }
    guard counted else { return "" }
    let met = Promise.all.filter { promise in
      contenders.contains { ($0.value(promise.metric) ?? 0) > 0 }
    }
    let clean = Promise.all.filter { promise in
      !met.contains { $0.metric == promise.metric }
        && contenders.contains { $0.value(promise.metric) != nil }
    }
    var markup = Markup()
    if !met.isEmpty {
      markup.line("\(Markup.table)")
      markup.line("<caption>How often a promise broke, and for how many of 1000 turns.</caption>")
      markup.add("<thead><tr><th scope=\"col\" class=\"w\">Hazard</th>")
      let shown = contenders.prefix(12)
      for contender in shown { markup.add(columnHead(contender)) }
      markup.line("</tr></thead><tbody>")
      for promise in met {
        markup.add(
          "<tr><th scope=\"row\">\(Markup.code(promise.metric))<br><small class=\"soft\">"
            + "\(Markup.text(promise.meaning))</small></th>")
        for contender in shown { markup.add(hazardCell(promise, contender)) }
        markup.line("</tr>")
      }
      markup.line("</tbody></table></div>")
      let rest = contenders.count - shown.count
      if rest > 0 { markup.line("<p class=\"soft\">The other \(rest) are in the CSV.</p>") }
    }
    for contender in contenders { markup.add(examples(contender)) }
    if !clean.isEmpty {
      // Three in n: the 95 % bound for what was never seen.
      let bound = contenders.compactMap { clean[0].ruledOut(for: $0) }.max()
      let atMost =
        bound.map { bound in
          let most = units.text(bound * 1000, unit: "factor")
          return " In each, fewer than \(most) of 1000 turns, with 95 % confidence."
        } ?? ""
      markup.line(
        "<p>Never seen: "
          + clean.map { Markup.code($0.metric) }.joined(separator: ", ") + ".\(atMost)</p>")
    }
    return markup.html
  }

  /// Ten show what kind of trouble it is; the result has more.
  private static let mostExamples = 10

  private func examples(_ contender: Contender) -> String {
    let found = contender.variant.findings
    guard !found.isEmpty else { return "" }
    let shown = found.prefix(ResultPage.mostExamples)
    let whose = contenders.count > 1 ? " of \(label(contender))" : ""
    return "<details><summary>\(counted(shown.count, "example"))\(whose)</summary><ul>\n"
      + shown.map { "<li>\(Markup.name($0.text))</li>\n" }.joined() + "</ul></details>\n"
  }

  private func hazardCell(_ promise: Promise, _ contender: Contender) -> String {
    guard let count = contender.value(promise.metric) else {
      return "<td class=\"soft\">\u{2013}</td>"
    }
    guard count > 0 else { return "<td class=\"soft\">0</td>" }
    let rate = promise.share(of: contender).map {
      "<small>\(Markup.text(units.text($0 * 1000, unit: "factor"))) of 1000</small>"
    }
    return cell(
      units.text(count, unit: "count"), count, metric: promise.metric, contender,
      extra: rate ?? "")
  }

  // MARK: the scenario

  func scenario() -> String {
    results.map { named -> String in
      let scenario = named.result.scenario
      var markup = Markup()
      if results.count > 1 { markup.line("<h3>\(Markup.name(named.name))</h3>") }
      markup.line(
        "<p><b>\(Markup.name(scenario.name))</b>, seed \(named.result.seed), digest "
          + "<code>\(Markup.text(String(scenario.digest.prefix(16))))</code></p>")
      guard !scenario.settings.isEmpty else {
        markup.line(
          "<p class=\"soft\">This result was written before results carried the keys of their "
            + "scenario.</p>"
        )
        return markup.html
      }
      let given = scenario.settings.filter {
        $0.origin != "default" && !$0.origin.hasPrefix("profile")
      }
      markup.add("<pre tabindex=\"0\" aria-label=\"Keys of the scenario\">")
      for setting in given where setting.key != "about" && setting.key != "name" {
        let mark = setting.origin == "file" ? "" : "   # \(setting.origin)"
        markup.line(Markup.name("\(setting.key): \(setting.value)\(mark)"))
      }
      markup.line("</pre>")
      markup.add(variants(named.result))
      markup.add(allKeys(scenario.settings))
      return markup.html
    }.joined()
  }

  private func variants(_ result: RunResult) -> String {
    guard result.variants.count > 1 else { return "" }
    var html =
      "\(Markup.table)<caption>What each variant changes.</caption><thead><tr>"
      + "<th scope=\"col\" class=\"w\">Variant</th><th scope=\"col\" class=\"w\">Keys</th></tr>"
      + "</thead><tbody>\n"
    for variant in result.variants {
      let changes = variant.settings.map { "<code>\(Markup.name("\($0.key): \($0.value)"))</code>" }
      html +=
        "<tr><th scope=\"row\">\(Markup.name(variant.name))</th><td class=\"w\">"
        + (changes.isEmpty
          ? "<span class=\"soft\">nothing: the scenario as it stands</span>"
          : changes.joined(separator: "<br>"))
        + "</td></tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private func allKeys(_ settings: [SettingResult]) -> String {
    var html =
      "<details><summary>All \(settings.count) keys, with where their values come from</summary>"
      + "\(Markup.table)<caption>Every key of the scenario.</caption><thead><tr>"
      + "<th scope=\"col\" class=\"w\">Key</th><th scope=\"col\" class=\"w\">Value</th>"
      + "<th scope=\"col\" class=\"w\">From</th></tr></thead><tbody>\n"
    for setting in settings {
      html +=
        "<tr><th scope=\"row\">\(Markup.code(setting.key))</th><td class=\"w\"><code>"
        + "\(Markup.name(Markup.clipped(setting.value, to: 400)))</code></td><td class=\"w soft\">"
        + "\(Markup.name(setting.origin))</td></tr>\n"
    }
    return html + "</tbody></table></div></details>\n"
  }

  // MARK: the environment

  func environment() -> String {
    results.map { named -> String in
      let result = named.result
      var markup = Markup()
      if results.count > 1 { markup.line("<h3>\(Markup.name(named.name))</h3>") }
      if let command = result.environment.first(where: { $0.name == "command" }) {
        markup.line(
          "<pre tabindex=\"0\" aria-label=\"The command that repeats this run\">"
            + "\(Markup.text(command.value))</pre>"
        )
      }
      var facts = result.environment.filter { $0.name != "command" }
        .map { ($0.name, readable($0)) }
      let cost = result.cost
      if cost != .init() {
        facts += [
          ("wall time", units.text(cost.wallSeconds, unit: "s")),
          ("CPU time", units.text(cost.cpuSeconds, unit: "s")),
          ("events", units.text(Double(cost.events), unit: "count")),
          ("peak memory", units.text(Double(cost.peakMemoryBytes), unit: "bytes")),
        ]
      }
      if let variant = result.variants.first {
        facts.append(("warm-up cut off", units.text(variant.warmUpSeconds, unit: "s")))
      }
      guard !facts.isEmpty else { return markup.html }
      markup.line(
        "\(Markup.table)<caption>Where and how the run was made.</caption><tbody>"
      )
      for (name, value) in facts {
        markup.line(
          "<tr><th scope=\"row\">\(Markup.name(name))</th>"
            + "<td class=\"w\">\(Markup.name(value))</td></tr>"
        )
      }
      markup.line("</tbody></table></div>")
      return markup.html
    }.joined()
  }

  /// Bytes as people read them; everything else as it is.
  private func readable(_ fact: RunResult.Fact) -> String {
    guard fact.name.hasSuffix("_bytes"), let bytes = Double(fact.value) else { return fact.value }
    return units.text(bytes, unit: "bytes")
  }
}
