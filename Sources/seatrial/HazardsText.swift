// What `seatrial hazards` prints: a table of all, or each with its cause, its cure, its odds and
// the shortest schedule that breaks it as columns of actors.
internal import Hazards
internal import Metrics

struct HazardsText {
  private let findings: [HazardFinding]
  private let isFull: Bool
  private let isPlain: Bool
  private let width: Int

  init(_ invocation: Invocation, _ findings: [HazardFinding]) {
    self.findings = findings
    isPlain = Console.isPlain(invocation)
    isFull = invocation.has("full") || invocation.arguments.contains { Hazard.named($0) != nil }
    width = Console.width
  }

  var text: String {
    isFull ? findings.map(block).joined(separator: "\n") : table
  }

  // MARK: the table

  private var table: String {
    findings.contains { !$0.seen.isEmpty } ? rates : schedules
  }

  /// What the odds say, what simulations and live runs of the scenarios saw, and what the cure
  /// left of it.
  private var rates: String {
    let names = findings.map(\.hazard.name.count).max() ?? 0
    var lines = [
      padded("hazard", to: names) + "  " + padded("odds", to: 8) + "  "
        + padded("simulated", to: 9) + "  " + padded("live (95 %)", to: 20) + "  cured, live"
    ]
    for finding in findings {
      func sight(_ variant: Hazard.Variant, _ kind: RunResult.Kind) -> HazardSight? {
        finding.seen.last { $0.variant == variant && $0.kind == kind }
      }
      let simulated = sight(.guide, .simulated)?.rate.map(percent) ?? "-"
      let live = sight(.guide, .live)
      let cured = sight(.safe, .live).map { "\(Int($0.count)) of \(Int($0.occasions))" } ?? "-"
      lines.append(
        padded(finding.hazard.name, to: names) + "  "
          + padded(percent(finding.odds.probability), to: 8) + "  " + padded(simulated, to: 9)
          + "  " + padded(live.flatMap(share) ?? "-", to: 20) + "  " + cured)
    }
    lines += ["", "shares of what the hazard can happen to:"]
    for finding in findings where !finding.seen.isEmpty {
      lines.append(
        "  " + padded(finding.hazard.name, to: names) + "  \(finding.hazard.metric) of "
          + finding.hazard.occasion.words)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// "12 % (10 to 14)", or what it is below.
  private func share(_ sight: HazardSight) -> String? {
    guard let rate = sight.rate, let range = sight.interval else { return nil }
    if sight.count == 0 { return "below \(percent(min(1, 3 / sight.occasions)))" }
    // Two figures of a bound are enough.
    func bound(_ value: Double) -> String { HazardOdds.words(value * 100, digits: 2) }
    return "\(percent(rate)) (\(bound(range.lowerBound)) to \(bound(range.upperBound)))"
  }

  private var schedules: String {
    let names = findings.map(\.hazard.name.count).max() ?? 0
    var lines = [
      padded("hazard", to: names) + "  guide breaks   safe breaks  odds under the load"
    ]
    for finding in findings {
      let odds = "\(percent(finding.odds.probability)) of \(plural(finding.odds.per))"
      lines.append(
        padded(finding.hazard.name, to: names) + "  " + padded(share(finding.guide), to: 13) + "  "
          + padded(share(finding.safe), to: 11) + "  " + odds)
    }
    let total = findings.reduce(0) { $0 + $1.guide.schedules + $1.safe.schedules }
    let runs = findings.reduce(0) { $0 + $1.guide.runs + $1.safe.runs }
    let searched =
      findings.allSatisfy { $0.guide.isComplete && $0.safe.isComplete }
      ? "every order of answers" : "not every order of answers"
    lines += [
      "", "\(total) schedules, \(searched); \(runs) were run,",
      "one for all that differ in the names of like callers",
      "one in detail: seatrial hazards \(findings.first?.hazard.name ?? "NAME")",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func share(_ found: Exploration) -> String {
    "\(found.broken) of \(found.schedules)" + (found.isComplete ? "" : "+")
  }

  private func plural(_ per: String) -> String {
    let words = per.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0] == "a" || words[0] == "an" else { return per }
    let rest = words[1].split(separator: " ", maxSplits: 1)
    switch rest[0] {
    case "person": return (["people"] + rest.dropFirst()).joined(separator: " ")
    default: return "\(words[1])s"
    }
  }

  private func percent(_ share: Double) -> String {
    if share == 0 || share == 1 { return share == 0 ? "0 %" : "100 %" }
    // Not in the life of any fleet.
    if share < 1e-15 { return "0 %" }
    return "\(HazardOdds.words(share * 100)) %"
  }

  // MARK: one hazard

  private func block(_ finding: HazardFinding) -> String {
    let hazard = finding.hazard
    var lines = ["\(hazard.name): \(hazard.promise.rawValue)"]
    lines += wrapped("cause", hazard.cause) + wrapped("cure", hazard.cure)
    lines += wrapped("guide", line(finding.guide)) + wrapped("safe", line(finding.safe))
    var odds =
      "\(percent(finding.odds.probability)) of \(plural(finding.odds.per)) [\(finding.odds.form)]"
    if let also = finding.odds.also { odds += "; \(also)" }
    lines += wrapped("odds", odds)
    if finding.seen.isEmpty {
      lines += wrapped(
        "seen",
        "nothing yet: give a result of scenarios/hazards/\(hazard.scenario).yaml by --result")
    }
    for sight in finding.seen { lines += wrapped("seen", line(sight, hazard)) }
    for variant in Hazard.Variant.allCases {
      guard let token = finding.token(variant) else { continue }
      lines += ["", "  the shortest way to break it (\(variant.rawValue)):", ""]
      lines += columns(token).map { "  " + $0 }
      lines += ["", "  again: seatrial hazards --replay \(token.text)"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ found: Exploration) -> String {
    let share = found.schedules == 0 ? 0 : Double(found.broken) / Double(found.schedules)
    let all = found.isComplete ? "schedules, all of them" : "schedules, not all of them"
    let breaks =
      found.broken == 0 ? "none breaks it" : "\(found.broken) break it (\(percent(share)))"
    let steps = found.shortestBreak.map { ", in \($0.schedule.count) steps or more" } ?? ""
    return "\(found.schedules) \(all); \(breaks)\(steps) [\(found.program.name)]"
  }

  private func line(_ sight: HazardSight, _ hazard: Hazard) -> String {
    let rate =
      sight.count == 0
      // No case in n: below 3/n at 95 %.
      ? "below \(HazardOdds.words(3000 / max(1, sight.turns))) per 1000 turns at 95 %"
      : "\(HazardOdds.words(sight.perThousand)) per 1000 turns"
    let share = share(sight).map { "; \($0) of \(Int(sight.occasions)) \(hazard.occasion.words)" }
    return "\(sight.variant.rawValue), \(sight.kind.rawValue): \(hazard.metric) "
      + "\(HazardOdds.words(sight.count)) in \(Int(sight.turns)) turns, \(rate)\(share ?? "")"
  }

  // MARK: a schedule

  func replay(_ token: ScheduleToken) -> String {
    (["\(token.text)  [\(token.program.name)]", ""] + columns(token)).joined(separator: "\n") + "\n"
  }

  private func columns(_ token: ScheduleToken) -> [String] {
    Timeline.columns(
      of: token.schedule, in: token.program, width: width - 2, mark: isPlain ? "!" : "\u{25B6}"
    ).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func wrapped(_ head: String, _ text: String) -> [String] {
    let room = max(30, width - 9)
    var rows: [String] = []
    var row = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !row.isEmpty && row.count + 1 + word.count > room {
        rows.append(row)
        row = String(word)
      } else {
        row += row.isEmpty ? String(word) : " \(word)"
      }
    }
    rows.append(row)
    return rows.enumerated().map { "  " + padded($0 == 0 ? head : "", to: 7) + $1 }
  }
}
