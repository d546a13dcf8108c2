// `seatrial hazards`: the races of the guide's code and their cures under every order of answers,
// or under orders by chance, or one schedule again. The verdict is about the cures: that the
// guide's code breaks is what the command is there to show.
internal import Basics
internal import Hazards
internal import Metrics
internal import Reporting
internal import Scenarios
internal import Statistics

/// One hazard as it was examined.
struct HazardFinding {
  let hazard: Hazard
  let guide: Exploration
  let safe: Exploration
  let isLarge: Bool
  let load: HazardLoad
  let odds: HazardOdds
  var seen: [HazardSight] = []

  /// The cure keeps its promise, and the race can be shown where it was looked for everywhere.
  var holds: Bool {
    safe.broken == 0 && (guide.broken > 0 || !guide.isComplete)
  }

  func token(_ variant: Hazard.Variant) -> ScheduleToken? {
    let found = variant == .guide ? guide : safe
    return found.shortestBreak.map {
      ScheduleToken(hazard, variant, isLarge: isLarge, $0.schedule)
    }
  }
}

/// What a run of the hazard's scenario saw.
struct HazardSight {
  let kind: RunResult.Kind
  let variant: Hazard.Variant
  let count: Double
  /// How often it had the occasion.
  let occasions: Double
  let turns: Double

  var perThousand: Double { turns > 0 ? count / turns * 1000 : 0 }
  var rate: Double? { occasions > 0 ? count / occasions : nil }

  /// Where the rate lies with 95 % confidence, if one occasion tells nothing of the next.
  var interval: ClosedRange<Double>? {
    guard occasions > 0 else { return nil }
    let counts = PoissonLaw.interval(count: Int(count + 0.5))
    return counts.lowerBound / occasions...counts.upperBound / occasions
  }
}

struct HazardsCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    if invocation.has("replay") { return replay() }
    var hazards: [Hazard] = []
    var load = HazardLoad()
    var isStated = false
    if let refusal = read(&hazards, &load, &isStated) { return refusal }
    guard let loaded = ResultLoader.load(invocation.values("result")) else { return .fault }
    let results = loaded.map(\.named.result)
    let loads = isStated ? [:] : HazardLoads.of(loaded)
    var findings = hazards.map { examine($0, loads[$0.scenario] ?? load) }
    for place in findings.indices {
      findings[place].seen = results.flatMap { sights(of: findings[place], in: $0) }
    }
    let text = HazardsText(invocation, findings)
    let code = Console.result(
      invocation.has("json") ? HazardsDocument(findings, load).json.text() : text.text)
    for finding in findings where !finding.holds {
      let what =
        finding.safe.broken > 0
        ? "the cure breaks its promise: \(finding.hazard.promise.rawValue)"
        : "the guide's code no longer breaks: \(finding.hazard.promise.rawValue)"
      Console.complain("\(finding.hazard.name): \(what)")
    }
    return code.or(findings.allSatisfy(\.holds) ? .pass : .expectationMissed)
  }

  // MARK: what is asked for

  /// Nil: all is well.
  private func read(
    _ hazards: inout [Hazard], _ load: inout HazardLoad, _ isStated: inout Bool
  ) -> ExitCode? {
    var mistakes: [String] = []
    for word in invocation.arguments {
      if let hazard = Hazard.named(word) {
        hazards.append(hazard)
      } else if word.contains("/") || word.contains(".") || word == "-" {
        switch ScenarioLoader(word).load(settings: scenarioSettings) {
        case .success(let file):
          load = HazardLoad(file.base)
          isStated = true
        case .failure(let complaints):
          complaints.report()
          return .badScenario
        }
      } else {
        let guess = nearest(to: word, among: Hazard.all.map(\.name))
        mistakes.append(
          "there is no hazard \(word)" + (guess.map { "; did you mean \($0)?" } ?? ""))
      }
    }
    for setting in invocation.values("load") {
      apply(setting, to: &load, &mistakes)
      isStated = true
    }
    if hazards.isEmpty { hazards = Hazard.all }
    if mistakes.isEmpty { return nil }
    for mistake in mistakes { Console.complain(mistake) }
    Console.say("see seatrial help hazards")
    return .usage
  }

  /// `--seed` is the explorer's here, not the scenario's.
  private var scenarioSettings: [String] { invocation.values("set") }

  private func apply(_ setting: String, to load: inout HazardLoad, _ mistakes: inout [String]) {
    let parts = setting.split(separator: "=", maxSplits: 1)
    let name = String(parts[0])
    guard parts.count == 2, let value = Double(String(parts[1])), value >= 0, value.isFinite else {
      mistakes.append("--load \(setting): it takes a number from 0 up, lengths in seconds")
      return
    }
    if load.set(name, to: value) { return }
    let guess = nearest(to: name, among: HazardLoad.names).map { "; did you mean \($0)?" } ?? ""
    mistakes.append("--load \(setting): there is no number \(name)\(guess)")
  }

  // MARK: the search

  private func examine(_ hazard: Hazard, _ load: HazardLoad) -> HazardFinding {
    let runs = invocation.whole("random")
    func explore(_ variant: Hazard.Variant) -> Exploration {
      let program = hazard.program(variant, isLarge: runs != nil)
      if let runs {
        let seed = Seed(UInt64(invocation.whole("seed") ?? 1))
        return RandomExplorer(runs: runs, seed: seed).explore(program)
      }
      return ScheduleExplorer(limit: invocation.whole("limit") ?? 1 << 20).explore(program)
    }
    return HazardFinding(
      hazard: hazard, guide: explore(.guide), safe: explore(.safe), isLarge: runs != nil,
      load: load, odds: HazardOdds(hazard.odds, under: load))
  }

  private func sights(of finding: HazardFinding, in result: RunResult) -> [HazardSight] {
    let hazard = finding.hazard
    guard result.scenario.name == hazard.scenario else { return [] }
    return result.variants.compactMap { variant in
      guard let which = variant.name == "base" ? .guide : Hazard.Variant(rawValue: variant.name),
        let value = variant[hazard.metric]?.value(),
        let turns = variant["turns.completed"]?.value()
      else { return nil }
      let runs = Double(variant.replications)
      // The highest level is that of one run, where tallies are those of all.
      let count = hazard.metric.hasSuffix("_max") ? value * runs : value
      let people = finding.load.users * runs
      let occasions = hazard.occasion.count(people: people) { variant[$0]?.value() }
      return HazardSight(
        kind: result.kind, variant: which, count: count, occasions: occasions ?? 0, turns: turns)
    }
  }

  // MARK: one schedule again

  private func replay() -> ExitCode {
    var text = ""
    var documents: [JSONValue] = []
    for word in invocation.values("replay") {
      do throws(ScheduleToken.Mistake) {
        let token = try ScheduleToken(parsing: word)
        if !text.isEmpty { text += "\n" }
        text += HazardsText(invocation, []).replay(token)
        documents.append(HazardsDocument.replay(token))
      } catch {
        Console.complain("--replay \(word): \(error.reason)")
        return .usage
      }
    }
    if invocation.has("json") {
      return Console.result(
        JSONValue.object([
          JSONMember("schema", "seatrial.hazards/1"), JSONMember("replays", .array(documents)),
        ]).text())
    }
    return Console.result(text)
  }
}
