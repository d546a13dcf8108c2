// Comma-separated values by RFC 4180: one header line, quotes where a field needs them, figures
// with all their digits and a point. Long rather than wide: columns never depend on the run.
internal import Metrics

struct CSV {
  private(set) var text = ""

  init(_ columns: String...) { row(columns) }

  mutating func row(_ fields: [String]) {
    text += fields.map(CSV.quoted).joined(separator: ",") + "\r\n"
  }

  /// What a spreadsheet would take for a formula is kept from being one by a leading apostrophe.
  private static func quoted(_ field: String) -> String {
    var field = field
    if let first = field.first, "=+-@\t\r".contains(first), Double(field) == nil {
      field = "'" + field
    }
    let isPlain = field.unicodeScalars.allSatisfy {
      $0 != "," && $0 != "\"" && $0 != "\n" && $0 != "\r"
    }
    if isPlain { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Empty where there is none.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    // A whole number without `.0`, as counts are written everywhere else.
    return value.magnitude < 0x1p53 && Double(Int64(value)) == value
      ? String(Int64(value)) : value.description
  }
}

/// Every figure of every variant, one a line: `result,scenario,variant,metric,statistic,value,…`.
struct MetricsCSV {
  let results: [NamedResult]

  init(_ results: [NamedResult]) { self.results = results }

  func text() -> String {
    var csv = CSV(
      "result", "scenario", "variant", "metric", "statistic", "value", "unit", "low", "high")
    for named in results {
      for variant in named.result.variants {
        let lead = [named.name, named.result.scenario.name, variant.name]
        for metric in variant.metrics { rows(of: metric, lead, &csv) }
      }
    }
    return csv.text
  }

  private func rows(of metric: MetricResult, _ lead: [String], _ csv: inout CSV) {
    func row(_ statistic: Statistic?, _ unit: String) {
      let interval = metric.interval(statistic)
      csv.row(
        lead + [
          metric.name, statistic?.rawValue ?? "value", CSV.number(metric.value(statistic)), unit,
          CSV.number(interval?.low), CSV.number(interval?.high),
        ])
    }
    switch metric.figure {
    case .value: row(nil, metric.unit)
    case .time:
      for statistic in Statistic.allCases {
        row(statistic, statistic == .count ? MetricUnit.count.rawValue : metric.unit)
      }
    }
  }
}

/// Everything over time, one value a line; servers by their names.
struct SeriesCSV {
  let results: [NamedResult]

  init(_ results: [NamedResult]) { self.results = results }

  func text() -> String {
    var csv = CSV("result", "variant", "server", "series", "start", "end", "value", "unit")
    for named in results {
      for variant in named.result.variants {
        for series in variant.series { rows(series, [named.name, variant.name, ""], &csv) }
        for server in variant.servers {
          for series in server.series {
            rows(series, [named.name, variant.name, server.name], &csv)
          }
        }
      }
    }
    return csv.text
  }

  private func rows(_ series: SeriesResult, _ lead: [String], _ csv: inout CSV) {
    for (place, value) in series.values.enumerated() {
      let start = series.startSeconds + Double(place) * series.stepSeconds
      csv.row(
        lead + [
          series.name, CSV.number(start), CSV.number(start + series.stepSeconds),
          CSV.number(value), series.unit,
        ])
    }
  }
}
