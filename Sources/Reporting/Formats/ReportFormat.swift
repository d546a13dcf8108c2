// Every form that a result can be rendered in, by the word that asks for it. All of them take
// several results, and all are made from result files alone.
internal import Basics
internal import Metrics

public enum ReportFormat: String, CaseIterable, Sendable {
  case html, text, markdown, csv
  case csvSeries = "csv-series"
  case junit, github, openmetrics, hdr, json

  /// Half a line each, for the help.
  public var meaning: String {
    switch self {
    case .html: "one offline page"
    case .text: "the table of the terminal"
    case .markdown: "a summary for a pull request"
    case .csv: "every figure"
    case .csvSeries: "everything over time"
    case .junit: "expectations as test cases"
    case .github: "annotations of a workflow"
    case .openmetrics: "for Prometheus"
    case .hdr: "HdrHistogram percentiles"
    case .json: "the result itself, in today's form"
    }
  }

  public func text(of results: [NamedResult], width: Int = 80, plain: Bool = true) -> String {
    switch self {
    case .html: return ResultPage(results).html()
    case .text:
      let table = TerminalTable(width: width, plain: plain, full: true)
      return results.map { table.render($0.result) }.joined(separator: "\n")
    case .markdown: return MarkdownSummary(results).text()
    case .csv: return MetricsCSV(results).text()
    case .csvSeries: return SeriesCSV(results).text()
    case .junit: return JUnitReport(results).text()
    case .github: return GitHubAnnotations(results).text()
    case .openmetrics: return OpenMetricsText(results).text()
    case .hdr: return HDRText(results).text()
    case .json:
      return results.count == 1
        ? results[0].result.json.text()
        : JSONLines.text(results.map(\.result))
    }
  }
}

/// Several documents are one a line, which every reader of JSON streams takes.
enum JSONLines {
  static func text(_ results: [RunResult]) -> String {
    results.map { $0.json.text(.compact) + "\n" }.joined()
  }
}
