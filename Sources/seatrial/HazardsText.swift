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
    return "\(sight.variant.rawValue), \(sight.kind.rawValue): \(hazard.metric) "
      + "\(HazardOdds.words(sight.count)) in \(Int(sight.turns)) turns, \(rate)"
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
