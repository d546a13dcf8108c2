// `seatrial validate`: every mistake of every file, and nothing is run. Complaints go to standard
// error in the form that editors and continuous integration make links of; with --json they are the
// document on standard output instead.
internal import Basics
internal import Scenarios

struct ValidateCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  private struct Report {
    var path: String
    var complaints: Complaints
    /// nil where the file has errors.
    var file: ScenarioFile?
  }

  func run() -> ExitCode {
    let reports = invocation.arguments.map { report(on: $0) }
    let code: ExitCode = reports.allSatisfy { $0.file != nil } ? .pass : .badScenario
    if invocation.has("json") {
      return Console.result(document(reports).text()).or(code)
    }
    for report in reports { report.complaints.report() }
    if invocation.has("quiet") { return code }
    return Console.result(reports.compactMap(sentence).joined()).or(code)
  }

  private func report(on path: String) -> Report {
    switch ScenarioLoader(path).load(settings: invocation.settings) {
    case .success(let file):
      Report(path: path, complaints: Complaints(file.warnings), file: file)
    case .failure(let complaints): Report(path: path, complaints: complaints)
    }
  }

  private func sentence(_ report: Report) -> String? {
    report.file.map { file in
      let warnings = file.warnings.count
      let doubts = warnings == 0 ? "" : ", \(counted(warnings, "warning"))"
      return "\(report.path): sound, \(counted(file.variants.count, "variant"))\(doubts)\n"
    }
  }

  private func document(_ reports: [Report]) -> JSONValue {
    [
      "schema": "seatrial.complaints/1",
      "files": .array(
        reports.map { report in
          [
            "file": .string(report.path),
            "sound": .bool(report.file != nil),
            "variants": .array((report.file?.variants ?? []).map { .string($0.variant) }),
            "complaints": .array(report.complaints.all.map(\.json)),
          ]
        }),
    ]
  }
}

extension Complaint {
  var json: JSONValue {
    [
      "severity": severity == .error ? "error" : "warning",
      "file": .string(position.file),
      "line": .integer(Int64(position.line)),
      "column": .integer(Int64(position.column)),
      "key": .string(key),
      "reason": .string(reason),
    ]
  }
}

/// `1 variant`, `5 variants`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
