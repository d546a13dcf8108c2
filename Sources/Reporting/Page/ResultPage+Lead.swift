// The answer, the verdict and the expectations: what somebody reads who reads nothing else.
internal import Metrics

extension ResultPage {
  func lead() -> String {
    var markup = Markup()
    markup.line("<section id=\"answer\" aria-label=\"Answer\">")
    markup.line("<div class=\"answer\">")
    for sentence in Answer(results, comparison: comparison).sentences {
      markup.line("<p>\(sentence.html)</p>")
    }
    markup.line("</div>")
    for objection in objections {
      markup.line(
        "<p class=\"verdict\"><span class=\"badge bad\">Not comparable</span> "
          + "\(Markup.name(objection)).</p>")
    }
    for named in results { markup.add(verdict(named)) }
    markup.line("</section>")
    return markup.html
  }

  private func verdict(_ named: NamedResult) -> String {
    let result = named.result
    let style =
      switch result.verdict {
      case .valid: "good"
      case .suspect: "doubt"
      case .invalid: "bad"
      }
    let whose = results.count > 1 ? " of \(Markup.name(named.name))" : ""
    var html =
      "<p class=\"verdict\"><span class=\"badge \(style)\">The measurement\(whose) is "
      + "\(result.verdict.rawValue)</span>"
    if !result.complete {
      html += " <span class=\"bad\">and incomplete: the run was cut short</span>"
    }
    // One reason fits the line, more are a list; nobody reads two hundred.
    if result.reasons.count == 1 { html += ": \(Markup.name(result.reasons[0]))" }
    html += ".</p>\n"
    if result.reasons.count > 1 {
      html += "<ul class=\"reasons\">"
      for reason in result.reasons.prefix(8) { html += "<li>\(Markup.name(reason))</li>" }
      let rest = result.reasons.count - 8
      html += (rest > 0 ? "<li>and \(rest) more</li>" : "") + "</ul>\n"
    }
    return html
  }

  // MARK: expectations

  func expectations() -> String {
    var texts: [String] = []
    for contender in contenders {
      for found in contender.variant.expectations where !texts.contains(found.text) {
        texts.append(found.text)
      }
    }
    guard !texts.isEmpty else { return "" }
    var markup = Markup()
    markup.line("\(Markup.table)")
    markup.line("<caption>What the scenario expects, and what came of it.</caption>")
    markup.add("<thead><tr><th scope=\"col\" class=\"w\">Contender</th>")
    for text in texts { markup.add("<th scope=\"col\"><code>\(Markup.name(text))</code></th>") }
    markup.line("</tr></thead><tbody>")
    for contender in contenders {
      markup.add("<tr><th scope=\"row\">\(swatch(contender))\(label(contender))</th>")
      for text in texts {
        markup.add(expectation(contender.variant.expectations.first { $0.text == text }, contender))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }

  private func expectation(_ found: ExpectationResult?, _ contender: Contender) -> String {
    guard let found else { return "<td class=\"soft\">not asked</td>" }
    let (word, style) =
      switch found.outcome {
      case .met: ("met", "good")
      case .missed: ("missed", "bad")
      case .cannotTell: ("cannot tell", "doubt")
      }
    let figure = found.observed.map { units.text($0, unit: found.unit) } ?? HumanUnits.missing
    let reason = found.reason.map { "<small>\(Markup.name($0))</small>" } ?? ""
    return "<td>\(Markup.text(figure)) <span class=\"\(style)\">\(word)</span>\(reason)</td>"
  }
}
