// `seatrial inspect`: what a scenario resolves to, where each value came from, what each variant
// changes, and a forecast of the run. Nothing is simulated.
internal import Basics
internal import Scenarios
internal import Simulation

struct InspectCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    switch VariantChoice(invocation).load() {
    case .failure(let refusal): return refusal.report()
    case .success(let file):
      Complaints(file.warnings).report()
      let forecast = Forecast(file.variants, jobs: RunFacts.usableProcessors)
      if invocation.has("json") { return Console.result(document(file, forecast).text()) }
      var lines = [RunSummary.line(file)]
      if !file.base.about.isEmpty { lines.append(file.base.about) }
      lines += ["", "values"] + values(file) + ["", "forecast"] + ForecastText.lines(forecast)
      return Console.result(lines.joined(separator: "\n") + "\n")
    }
  }

  // MARK: values

  /// The file itself is always shown: a variant is what it changes of it.
  private func rows(_ file: ScenarioFile) -> [InspectionRow] {
    var whole = file
    whole.variants = [file.base] + file.variants.filter { $0.variant != file.base.variant }
    return whole.inspection()
  }

  private func values(_ file: ScenarioFile) -> [String] {
    let rows = rows(file)
    let keys = rows.map { $0.key.count }.max() ?? 0
    // 36 columns: most values; longer ones push only their own origin aside.
    let values = min(36, rows.map { $0.value.count }.max() ?? 0)
    var lines: [String] = []
    var variant = rows.first?.variant
    for row in rows {
      if row.variant != variant {
        variant = row.variant
        lines += ["", "changed by \(row.variant)"]
      }
      lines.append(
        "  \(padded(row.key, to: keys))  \(padded(row.value, to: values))  \(row.origin.text)")
    }
    return lines
  }

  // MARK: JSON

  private func document(_ file: ScenarioFile, _ forecast: Forecast) -> JSONValue {
    [
      "schema": "seatrial.inspection/1",
      "scenario": ["name": .string(file.base.name), "digest": .string(file.digest)],
      "about": .string(file.base.about),
      "seed": JSONValue(whole: UInt128(file.base.seed.value)),
      "variants": .array(file.variants.map { .string($0.variant) }),
      "values": .array(
        rows(file).map { row in
          [
            "variant": .string(row.variant), "key": .string(row.key),
            "value": .string(row.value), "from": .string(row.origin.text),
            "help": .string(row.help),
          ]
        }),
      "warnings": .array(file.warnings.map(\.json)),
      "forecast": ForecastText.document(forecast),
    ]
  }
}

/// The text with spaces after it.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
