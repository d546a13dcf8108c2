// The tables of docs/metrics.md, from the catalog. A test holds the file to this text, so a metric
// cannot be added or redefined without its document following.

extension MetricCatalog {
  /// Markdown: a heading and a table for each kind of metric.
  public static func documentation() -> String {
    MetricDefinition.Kind.allCases.map(section).joined(separator: "\n")
  }

  private static func section(_ kind: MetricDefinition.Kind) -> String {
    let rows = all.filter { $0.kind == kind }.map {
      "| `\($0.name)` | \($0.unit.rawValue) | \($0.better.rawValue) | \($0.meaning) |\n"
    }
    return """
      ## \(heading(of: kind))

      | name | unit | better | meaning |
      |---|---|---|---|
      \(rows.joined())
      """
  }

  private static func heading(of kind: MetricDefinition.Kind) -> String {
    switch kind {
    case .time: "Times"
    case .count: "Tallies"
    case .peak: "Highest levels"
    case .derived: "Derived figures"
    }
  }
}
