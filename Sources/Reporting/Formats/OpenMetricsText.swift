// The text format of OpenMetrics 1.0, for a file that Prometheus or a push gateway takes: families
// together, types and units declared, base units, labels escaped, `# EOF` at the end. Times are
// summaries, because a result's own buckets are too many for a scrape.
internal import Metrics

struct OpenMetricsText {
  private let contenders: [Contender]
  private let results: [NamedResult]

  init(_ results: [NamedResult]) {
    self.results = results
    contenders = Contender.all(of: results)
  }

  func text() -> String {
    var text = ""
    for metric in MetricCatalog.all {
      let found = contenders.compactMap { contender in
        contender.variant[metric.name].map { (contender, $0) }
      }
      guard !found.isEmpty else { continue }
      switch metric.kind {
      case .time: text += times(metric, found)
      case .count, .peak, .derived: text += values(metric, found)
      }
    }
    return text + run() + "# EOF\n"
  }

  /// `seatrial_turn_response_seconds`: the unit is the end of the name, as the format demands.
  private func name(_ metric: MetricDefinition) -> (String, String?) {
    let stem = "seatrial_" + String(metric.name.map { $0 == "." ? "_" : $0 })
    switch metric.unit {
    case .seconds: return (stem + "_seconds", "seconds")
    case .bytes: return (stem.hasSuffix("_bytes") ? stem : stem + "_bytes", "bytes")
    case .ratio: return (stem + "_ratio", "ratio")
    case .count, .factor, .perSecond: return (stem, nil)
    }
  }

  private func head(_ name: String, _ type: String, _ unit: String?, _ help: String) -> String {
    "# TYPE \(name) \(type)\n" + (unit.map { "# UNIT \(name) \($0)\n" } ?? "")
      + "# HELP \(name) \(OpenMetricsText.escaped(help))\n"
  }

  private func times(
    _ metric: MetricDefinition, _ found: [(Contender, MetricResult)]
  ) -> String {
    let (name, unit) = name(metric)
    var text = head(name, "summary", unit, metric.meaning)
    for (contender, result) in found {
      guard case .time(let summary) = result.figure else { continue }
      for statistic in Statistic.allCases {
        guard let share = statistic.share, let value = summary[statistic] else { continue }
        text += "\(name){\(labels(contender)),quantile=\"\(share)\"} \(value)\n"
      }
      text += "\(name)_count{\(labels(contender))} \(summary.count)\n"
      text += "\(name)_sum{\(labels(contender))} \(Double(summary.histogram.sum) / 1e9)\n"
    }
    return text
  }

  private func values(
    _ metric: MetricDefinition, _ found: [(Contender, MetricResult)]
  ) -> String {
    let known = found.compactMap { pair in pair.1.value().map { (pair.0, $0) } }
    guard !known.isEmpty else { return "" }
    // Gauges throughout: a result is a look at something over, not a counter that still counts.
    let (name, unit) = name(metric)
    return head(name, "gauge", unit, metric.meaning)
      + known.map { "\(name){\(labels($0.0))} \(CSV.number($0.1))\n" }.joined()
  }

  private func run() -> String {
    var text = head(
      "seatrial_run", "info", nil, "What was run: seed, digest of the scenario, and the verdict.")
    for named in results {
      let result = named.result
      text +=
        "seatrial_run_info{result=\"\(OpenMetricsText.escaped(named.name))\""
        + ",scenario=\"\(OpenMetricsText.escaped(result.scenario.name))\""
        + ",kind=\"\(result.kind.rawValue)\",seed=\"\(result.seed)\""
        + ",digest=\"\(OpenMetricsText.escaped(result.scenario.digest))\""
        + ",verdict=\"\(result.verdict.rawValue)\"} 1\n"
    }
    let rows = contenders.flatMap { contender in
      contender.variant.expectations.map { (contender, $0) }
    }
    guard !rows.isEmpty else { return text }
    text += head(
      "seatrial_expectation_met", "gauge", nil, "1 where an expectation was met, 0 where missed.")
    var seen: [String] = []
    for (contender, found) in rows where found.outcome != .cannotTell {
      let labels = labels(contender) + ",expectation=\"\(OpenMetricsText.escaped(found.text))\""
      // The format forbids a sample twice; a scenario may say a thing twice.
      guard !seen.contains(labels) else { continue }
      seen.append(labels)
      text += "seatrial_expectation_met{\(labels)} \(found.outcome == .met ? 1 : 0)\n"
    }
    return text
  }

  private func labels(_ contender: Contender) -> String {
    let named = results[contender.source]
    return "result=\"\(OpenMetricsText.escaped(named.name))\""
      + ",scenario=\"\(OpenMetricsText.escaped(named.result.scenario.name))\""
      + ",variant=\"\(OpenMetricsText.escaped(contender.variant.name))\""
  }

  private static func escaped(_ text: String) -> String {
    text.map { character -> String in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n", "\r\n", "\r": "\\n"
      default: String(character)
      }
    }.joined()
  }
}
