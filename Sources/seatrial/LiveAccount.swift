// What a live run has come to so far: the variants that were driven, what makes them doubtful, what
// servers said. A result can be made of it at any time.
internal import Basics
internal import Live
internal import Metrics
internal import Results
internal import Scenarios

struct LiveAccount {
  private var whole: RunResult
  private let base: Scenario
  private(set) var remarks: [RunResult.Fact] = []
  private var isInvalid = false
  /// A variant that asks for strictness is in doubt.
  private(set) var missesStrictness = false
  var isComplete = false

  var isEmpty: Bool { whole.variants.isEmpty }

  init(_ file: ScenarioFile) {
    base = file.base
    whole = RunResult(
      kind: .live, scenario: .init(name: base.name, digest: file.digest), seed: base.seed.value)
    whole.scenario.about = base.about
    whole.scenario.settings = base.settings()
  }

  mutating func add(_ figures: LiveFigures, of scenario: Scenario) {
    var variant = figures.result()
    variant.marks = scenario.marks
    variant.settings = scenario.settings(unlike: base)
    whole.variants.append(variant)
    whole.cost.events += figures.messages
    for doubt in figures.doubts {
      isInvalid = isInvalid || doubt.invalid
      missesStrictness = missesStrictness || scenario.live.strict
      whole.reasons.append("\(scenario.variant): \(doubt.text)")
    }
    if let up = figures.upAfter {
      remarks.append(RunResult.Fact("fleet up (\(scenario.variant))", "\(up.seconds) s"))
    }
    if let broadcast = figures.broadcast {
      remarks.append(RunResult.Fact("broadcast (\(scenario.variant))", broadcast))
    }
    remarks.append(RunResult.Fact("histories checked (\(scenario.variant))", figures.checked))
    for (number, remark) in figures.remarks.enumerated() {
      remarks.append(
        RunResult.Fact("servers said (\(scenario.variant), \(number + 1))", remark))
    }
  }

  func result(_ facts: RunFacts) -> RunResult {
    var result = whole
    result.verdict = isInvalid ? .invalid : result.reasons.isEmpty ? .valid : .suspect
    result.complete = isComplete
    facts.fill(&result)
    result.environment += remarks
    return result
  }
}
