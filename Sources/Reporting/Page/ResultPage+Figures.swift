// The tables of figures: those that decide, with their intervals, and every one of them behind a
// fold. Contenders stand across while there are few, else down.
internal import Metrics

extension ResultPage {
  /// More columns than these are not compared any more, they are searched.
  private static let mostColumns = 6

  func figures() -> String {
    let lines = DecisiveFigure.lines(of: contenders.map(\.variant))
    guard lines.contains(where: { $0.values.contains { $0 != nil } }) else { return "" }
    let note =
      lines.contains { $0.values.contains { $0 == nil } }
      ? " A dash: nothing to measure, or too few samples for it." : ""
    var markup = Markup()
    markup.line("\(Markup.table)")
    let whose =
      lines.contains(where: \.hasHalves)
      ? "Of all replications together; \u{B1} is half of the 95 % interval."
      : "Of a single run of each, so without intervals."
    markup.line("<caption>\(whose)\(note)</caption>")
    if contenders.count <= ResultPage.mostColumns {
      across(lines, &markup)
    } else {
      down(lines, &markup)
    }
    markup.line("</table></div>")
    return markup.html
  }

  private func across(_ lines: [DecisiveFigure], _ markup: inout Markup) {
    markup.add("<thead><tr><td></td>")
    for contender in contenders { markup.add(columnHead(contender)) }
    markup.line("</tr></thead><tbody>")
    for line in lines {
      let shown = units.row(line.values, unit: line.unit)
      markup.add("<tr><th scope=\"row\">\(rowHead(line))</th>")
      for contender in contenders {
        markup.add(cell(line, shown[contender.place], contender))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody>")
  }

  private func down(_ lines: [DecisiveFigure], _ markup: inout Markup) {
    markup.add("<thead><tr><th scope=\"col\" class=\"w\">Contender</th>")
    for line in lines { markup.add("<th scope=\"col\">\(Markup.text(line.heading))</th>") }
    markup.line("</tr></thead><tbody>")
    let columns = lines.map { units.row($0.values, unit: $0.unit) }
    for contender in contenders {
      markup.add("<tr><th scope=\"row\">\(swatch(contender))\(label(contender))</th>")
      for (line, column) in zip(lines, columns) {
        markup.add(cell(line, column[contender.place], contender))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody>")
  }

  func columnHead(_ contender: Contender) -> String {
    "<th scope=\"col\"><span class=\"who\">\(swatch(contender))\(label(contender))</span></th>"
  }

  /// Words for people, the metric's name for whoever writes an expectation.
  private func rowHead(_ line: DecisiveFigure) -> String {
    let name = line.label.drop { $0 == " " }
    // An addition to the row above, and no metric.
    if name.count < line.label.count {
      return "<span class=\"soft\">\(Markup.text(String(name)))</span>"
    }
    let meaning = MetricCatalog.definition(named: String(name))?.meaning ?? ""
    let title = meaning.isEmpty ? "" : " title=\"\(Markup.text(meaning))\""
    return "<span\(title)>\(Markup.code(String(name)))</span>"
  }

  private func cell(_ line: DecisiveFigure, _ shown: String, _ contender: Contender) -> String {
    let half = line.halves.indices.contains(contender.place) ? line.halves[contender.place] : nil
    let extra = half.map {
      "<small>\(Markup.text(units.plusMinus + " " + units.rough($0, unit: line.unit)))</small>"
    }
    return cell(
      shown, line.values[contender.place], metric: String(line.label.drop { $0 == " " }),
      contender, extra: extra ?? "")
  }

  // MARK: all of them

  /// Past these a table of everything is a wall: the CSV has the rest.
  private static let mostInFull = 12

  func everyFigure() -> String {
    let shown = Array(contenders.prefix(ResultPage.mostInFull))
    var rows: [(label: String, metric: String, statistic: Statistic?)] = []
    var names = MetricCatalog.all.map(\.name)
    for contender in shown {
      for metric in contender.variant.metrics where !names.contains(metric.name) {
        names.append(metric.name)
      }
    }
    for name in names {
      let found = shown.compactMap { $0.variant[name] }
      let isTime = found.contains { if case .time = $0.figure { true } else { false } }
      if isTime {
        guard found.contains(where: { ($0.value(.count) ?? 0) > 0 }) else { continue }
        rows += Statistic.allCases.map { ("\(name).\($0.rawValue)", name, $0) }
      } else if found.contains(where: { ($0.value() ?? 0) != 0 }) {
        rows.append((name, name, nil))
      }
    }
    guard !rows.isEmpty else { return "" }
    var markup = Markup()
    let more = contenders.count - shown.count
    markup.line(
      "<details><summary>\(rows.count) figures, with their names as in result.json</summary>")
    markup.line(
      "\(Markup.table)<caption>What is nothing everywhere is left out."
    )
    if more > 0 {
      markup.add(" The other \(more) contenders are in <code>--format csv</code>.")
    }
    markup.add("</caption><thead><tr><td></td>")
    for contender in shown { markup.add(columnHead(contender)) }
    markup.line("</tr></thead><tbody>")
    for row in rows {
      let found = shown.map { $0.variant[row.metric] }
      let unit = row.statistic == .count ? "count" : found.compactMap { $0?.unit }.first ?? ""
      let values = found.map { $0?.value(row.statistic) }
      let texts = units.row(values, unit: unit)
      markup.add("<tr><th scope=\"row\">\(Markup.code(row.label))</th>")
      for (place, contender) in shown.enumerated() {
        markup.add(cell(texts[place], values[place], metric: row.label, contender))
      }
      markup.line("</tr>")
    }
    markup.line("</tbody></table></div></details>")
    return markup.html
  }
}
