// Expectations as test cases in the XML that build servers read: a suite for each variant, a failure
// for what was missed, an error where the measurement is invalid or nobody can tell (nobody should
// merge on that), and the figure in the message.
internal import Metrics

struct JUnitReport {
  let results: [NamedResult]
  private let units = HumanUnits(plain: true)

  init(_ results: [NamedResult]) { self.results = results }

  private struct Totals {
    var tests = 0
    var failures = 0
    var errors = 0

    mutating func add(_ other: Totals) {
      tests += other.tests
      failures += other.failures
      errors += other.errors
    }

    var attributes: String { "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\"" }
  }

  func text() -> String {
    var totals = Totals()
    var body = ""
    for named in results {
      for variant in named.result.variants {
        let (xml, counted) = suite(variant, of: named)
        body += xml
        totals.add(counted)
      }
    }
    let seconds = results.reduce(0) { $0 + $1.result.cost.wallSeconds }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<testsuites name=\"seatrial\" \(totals.attributes) time=\"\(time(seconds))\">\n"
      + body + "</testsuites>\n"
  }

  private func suite(_ variant: VariantResult, of named: NamedResult) -> (String, Totals) {
    let result = named.result
    let name = results.count > 1 ? "\(named.name): \(variant.name)" : variant.name
    let scope = "\(result.scenario.name).\(name)"
    var totals = Totals()
    var cases = ""
    for found in variant.expectations {
      totals.tests += 1
      let open = "    <testcase name=\"\(xml(found.text))\" classname=\"\(xml(scope))\" time=\"0\""
      if result.verdict == .invalid {
        totals.errors += 1
        let why = result.reasons.joined(separator: "; ")
        cases +=
          "\(open)>\n      <error message=\"\(xml("the measurement is invalid: " + why))\" type=\"invalid\"/>\n    </testcase>\n"
        continue
      }
      let value = "found \(units.text(found.observed, unit: found.unit)), expected \(found.text)"
      switch found.outcome {
      case .met: cases += open + "/>\n"
      case .missed:
        totals.failures += 1
        cases +=
          "\(open)>\n      <failure message=\"\(xml(value))\" type=\"missed\"/>\n    </testcase>\n"
      case .cannotTell:
        totals.errors += 1
        let why = found.reason.map { ": \($0)" } ?? ""
        cases +=
          "\(open)>\n      <error message=\"\(xml("nobody can tell" + why + "; " + value))\" type=\"cannot-tell\"/>\n    </testcase>\n"
      }
    }
    let started = result.environment.first { $0.name == "started" }?.value.prefix(19)
    let stamp = started.map { " timestamp=\"\(xml(String($0)))\"" } ?? ""
    return (
      "  <testsuite name=\"\(xml(scope))\" \(totals.attributes) skipped=\"0\" time=\"\(time(result.cost.wallSeconds))\"\(stamp)>\n"
        + cases + "  </testsuite>\n", totals
    )
  }

  private func time(_ seconds: Double) -> String { decimal(max(0, seconds), places: 3) }

  /// XML 1.0 has no word for most control characters, not even as references.
  private func xml(_ text: String) -> String { Markup.text(text) }
}
