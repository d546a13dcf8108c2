// Expectations as test cases in the XML that build servers read: a suite for each variant, a
// failure for what was missed, an error where the measurement is invalid or nobody can tell (nobody
// should merge on that), and the figure in the message.
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
    var skipped = 0
    for found in variant.expectations {
      totals.tests += 1
      let problem = problem(found, in: result)
      if problem?.element == "failure" { totals.failures += 1 }
      if problem?.element == "error" { totals.errors += 1 }
      if problem?.element == "skipped" { skipped += 1 }
      cases += "    <testcase name=\"\(xml(found.text))\" classname=\"\(xml(scope))\" time=\"0\""
      if let problem {
        cases += ">\n      <\(problem.element) message=\"\(xml(problem.message))\""
        cases += " type=\"\(problem.type)\"/>\n    </testcase>\n"
      } else {
        cases += "/>\n"
      }
    }
    let started = result.environment.first { $0.name == "started" }?.value.prefix(19)
    let stamp = started.map { " timestamp=\"\(xml(String($0)))\"" } ?? ""
    let seconds = time(result.cost.wallSeconds)
    let open = "  <testsuite name=\"\(xml(scope))\" \(totals.attributes) skipped=\"\(skipped)\""
    return (open + " time=\"\(seconds)\"\(stamp)>\n\(cases)  </testsuite>\n", totals)
  }

  private func problem(
    _ found: ExpectationResult, in result: RunResult
  ) -> (element: String, type: String, message: String)? {
    if result.verdict == .invalid {
      let why = result.reasons.joined(separator: "; ")
      return ("error", "invalid", "the measurement is invalid: \(why)")
    }
    let value = "found \(units.text(found.observed, unit: found.unit)), expected \(found.text)"
    switch found.outcome {
    case .met: return nil
    case .missed: return ("failure", "missed", value)
    // A live run was never asked: no fault of the build.
    case .cannotTell where found.isUnseen:
      return ("skipped", "unseen", "\(found.reason ?? "not measured"): \(found.text)")
    case .cannotTell:
      let why = found.reason.map { ": \($0)" } ?? ""
      return ("error", "cannot-tell", "nobody can tell\(why); \(value)")
    }
  }

  private func time(_ seconds: Double) -> String { decimal(max(0, seconds), places: 3) }

  /// XML 1.0 has no word for most control characters, not even as references.
  private func xml(_ text: String) -> String { Markup.text(text) }
}
