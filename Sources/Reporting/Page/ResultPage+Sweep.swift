// Variants that differ in one numeric key make a curve: how evictions, answers and the bill follow
// the session limit, the number of servers, the number of people.
internal import Basics
internal import Metrics

/// The key along which contenders vary, and where each stands on it.
struct Sweep {
  let key: String
  /// Ascending; those whose value is no number (`unlimited`) are apart.
  let points: [(value: Double, contender: Contender)]
  let others: [(text: String, contender: Contender)]

  /// Nil unless one key alone tells all contenders apart, and at least three have numbers.
  init?(_ contenders: [Contender], in results: [NamedResult]) {
    guard contenders.count > 2, results.count == 1 else { return nil }
    let varied = contenders.flatMap { $0.variant.settings.map(\.key) }
    guard let key = varied.first, varied.allSatisfy({ $0 == key }) else { return nil }
    let base = results[0].result.scenario.settings.first { $0.key == key }?.value
    var points: [(value: Double, contender: Contender)] = []
    var others: [(text: String, contender: Contender)] = []
    for contender in contenders {
      guard let text = contender.variant.settings.first?.value ?? base else { return nil }
      if let value = Sweep.number(text) {
        points.append((value, contender))
      } else {
        others.append((text, contender))
      }
    }
    let sorted = points.sorted { $0.value < $1.value }
    guard sorted.count > 2, zip(sorted, sorted.dropFirst()).allSatisfy({ $0.value < $1.value })
    else { return nil }
    self.key = key
    self.points = sorted
    self.others = others
  }

  /// `50`, `12%`, `64GiB`, `300s`; nil for words.
  private static func number(_ text: String) -> Double? {
    if let plain = Double(text) { return plain }
    if text.hasSuffix("%") { return Double(text.dropLast()) }
    let times: [(String, Double)] = [("ms", 1e-3), ("us", 1e-6), ("s", 1), ("m", 60), ("h", 3600)]
    for (suffix, factor) in times where text.hasSuffix(suffix) {
      if let number = Double(text.dropLast(suffix.count)) { return number * factor }
    }
    return Headroom.bytes(text)
  }
}

extension ResultPage {
  private static let sweptFigures: [(metric: String, statistic: Statistic?, title: String)] = [
    ("sessions.eviction_rate", nil, "Evictions for each opening"),
    ("turn.response", .p95, "p95 of the response"), ("turn.response", .mean, "Mean response"),
    ("turn.throughput", nil, "Turns a second"), ("turns.failed", nil, "Turns failed"),
    ("locks.contention_rate", nil, "Locks refused"), ("fleet.memory", nil, "Memory of the fleet"),
    ("server.cpu", nil, "CPU of a server"),
  ]

  func sweep() -> String {
    guard let sweep = Sweep(contenders, in: results) else { return "" }
    let isWide =
      sweep.points[0].value > 0
      && sweep.points[sweep.points.count - 1].value > 30 * sweep.points[0].value
    let pictures = ResultPage.sweptFigures.compactMap { figure -> String? in
      let points = sweep.points.map {
        (x: $0.value, y: $0.contender.value(figure.metric, figure.statistic))
      }
      guard points.contains(where: { ($0.y ?? 0) != 0 }) else { return nil }
      let unit = MetricCatalog.definition(named: figure.metric)?.unit.rawValue ?? ""
      let beyond = sweep.others.compactMap { other -> String? in
        other.contender.value(figure.metric, figure.statistic).map {
          "\(Markup.name(other.text)): \(Markup.text(units.text($0, unit: unit)))"
        }
      }
      let name = figure.metric + (figure.statistic.map { ".\($0.rawValue)" } ?? "")
      return LineChart(
        id: "sweep-" + Markup.anchor(name),
        title: figure.title,
        caption: "against \(Markup.code(sweep.key))"
          + (beyond.isEmpty ? "" : "; " + beyond.joined(separator: "; ")),
        lines: [LineChart.Line(place: Contender.colours, name: figure.title, points: points)],
        x: isWide ? .logarithmic : .linear, xUnit: "", unit: unit, showsDots: true,
        classes: "alone"
      ).picture()?.html
    }
    return pictures.isEmpty ? "" : "<div class=\"charts\">\n\(pictures.joined())</div>\n"
  }
}
