// The formats that machines read, held to goldens where people read them too, and to the rules of
// their formats.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct FormatTests {
  private let results = MadeUp.named(MadeUp.result(["shared", "isolated", "collaborative"]))

  @Test("Markdown is short enough for a pull request")
  func markdown() {
    let text = ReportFormat.markdown.text(of: results)
    expectGolden(text, "summary.markdown.golden")
    let many = MadeUp.result((0..<60).map { "variant-\($0)" })
    let long = ReportFormat.markdown.text(of: MadeUp.named(many))
    #expect(long.split(separator: "\n").count < 50)
  }

  @Test("JUnit has a case for each expectation, a failure for each miss")
  func junit() {
    let text = ReportFormat.junit.text(of: results)
    expectGolden(text, "expectations.junit.golden")
    #expect(wellFormed(text))
    #expect(text.contains("tests=\"9\""))
    var invalid = MadeUp.result(["a"])
    invalid.verdict = .invalid
    invalid.reasons = ["a: no turn was completed"]
    let errors = ReportFormat.junit.text(of: MadeUp.named(invalid))
    #expect(errors.contains("errors=\"3\"") && errors.contains("failures=\"0\""))
  }

  @Test("Annotations name what was missed, and no more than a job shows")
  func github() {
    let text = ReportFormat.github.text(of: results)
    expectGolden(text, "annotations.github.golden")
    let many = MadeUp.result((0..<60).map { "variant-\($0)" })
    let lines = ReportFormat.github.text(of: MadeUp.named(many)).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("::error") }.count == 10)
  }

  @Test("OpenMetrics keeps families together, declares units and ends as it must")
  func openMetrics() {
    let text = ReportFormat.openmetrics.text(of: results)
    #expect(text.hasSuffix("# EOF\n"))
    var families: [Substring] = []
    var units: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("# ") && line != "# EOF" {
      let words = line.split(separator: " ", maxSplits: 3)
      if words[1] == "TYPE" {
        #expect(!families.contains(words[2]), "\(words[2]) is declared twice")
        families.append(words[2])
      }
      if words[1] == "UNIT" { units[words[2]] = words[3] }
    }
    #expect(families.count > 15)
    for (family, unit) in units { #expect(family.hasSuffix("_" + unit), "\(family)") }
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let name = line.prefix { $0 != "{" }
      #expect(families.contains { name.hasPrefix($0) }, "\(line)")
    }
  }

  @Test("CSV has one header and as many fields in every line")
  func csv() {
    for format in [ReportFormat.csv, .csvSeries] {
      let lines = format.text(of: results).split(separator: "\r\n")
      let fields = lines[0].split(separator: ",").count
      #expect(lines.count > 100)
      for line in lines {
        let found = line.split(separator: ",", omittingEmptySubsequences: false).count
        #expect(found == fields, "\(line)")
      }
    }
    let metrics = ReportFormat.csv.text(of: results)
    #expect(metrics.contains("today,three-patterns,isolated,fleet.servers,value,300,count,,"))
  }

  @Test("HdrHistogram's table climbs to the maximum and counts everything")
  func hdr() throws {
    let text = ReportFormat.hdr.text(of: MadeUp.named(MadeUp.result(["one"], turns: 500)))
    let first = text.split(separator: "#[one: lock.wait").first ?? ""
    let rows = first.split(separator: "\n").compactMap { line -> (Double, Double, Int)? in
      let words = line.split(separator: " ")
      guard words.count >= 3, let value = Double(words[0]), let share = Double(words[1]),
        let count = Int(words[2])
      else { return nil }
      return (value, share, count)
    }
    #expect(rows.count > 30)
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.0 <= $1.0 && $0.1 < $1.1 })
    #expect(rows.last?.1 == 1 && rows.last?.2 == 500)
  }

  @Test("The JSON of a result is the result")
  func json() throws {
    let text = ReportFormat.json.text(of: results)
    #expect(try RunResult(json: JSONValue(parsing: text)) == results[0].result)
  }
}
