// Whether two results may be held against each other. Another scenario, another machine under a
// live run, or another way of measuring makes a difference that says nothing about the contenders.
// Each objection is a sentence that says what differs.
internal import Metrics

public struct Comparability: Equatable, Sendable {
  /// Reasons not to compare.
  public private(set) var objections: [String] = []
  /// Worth knowing, and no reason.
  public private(set) var notes: [String] = []

  /// Keys that change nothing of what is measured.
  private static let idle = ["name", "about", "seed", "expect"]

  public init(_ pairs: [(candidate: Contender, against: Contender)], of results: [NamedResult]) {
    var seen: [[Int]] = []
    for (candidate, against) in pairs {
      let before = results[against.source]
      let after = results[candidate.source]
      if !seen.contains([against.source, candidate.source]) {
        seen.append([against.source, candidate.source])
        compare(before, after)
      }
      // Within one result variants differ because somebody wanted to know.
      if against.source != candidate.source { compareScenarios(candidate, against, after, before) }
    }
    for named in results where named.result.verdict == .invalid {
      let why = named.result.reasons.first.map { ": \($0)" } ?? ""
      add("measurement: \(named.name) is invalid\(why)")
    }
    for named in results where !named.result.complete {
      note("\(named.name) was cut short; its figures are those up to then")
    }
  }

  /// Common random numbers: the same draws for the same people, so replications are pairs.
  static func metTheSamePeople(
    _ a: RunResult, _ first: VariantResult, _ b: RunResult, _ second: VariantResult
  ) -> Bool {
    guard a.kind == .simulated, b.kind == .simulated, a.seed == b.seed,
      first.warmUpSeconds == second.warmUpSeconds
    else { return false }
    // Variants of one result were made to be compared, and older results say no more.
    if a.scenario.digest == b.scenario.digest { return true }
    let mine = workload(a, first)
    return !mine.isEmpty && mine == workload(b, second)
  }

  private static func workload(_ result: RunResult, _ variant: VariantResult) -> [SettingResult] {
    settings(of: result, variant).filter { $0.key.hasPrefix("workload.") }
      .map { SettingResult(key: $0.key, value: $0.value, origin: "") }
  }

  /// The base with what the variant changes.
  static func settings(of result: RunResult, _ variant: VariantResult) -> [SettingResult] {
    result.scenario.settings.map { common in
      variant.settings.first { $0.key == common.key } ?? common
    }
  }

  // MARK: what differs

  private mutating func compareScenarios(
    _ candidate: Contender, _ against: Contender, _ after: NamedResult, _ before: NamedResult
  ) {
    let mine = Comparability.settings(of: after.result, candidate.variant)
    let other = Comparability.settings(of: before.result, against.variant)
    guard !mine.isEmpty, !other.isEmpty else {
      if after.result.scenario.digest != before.result.scenario.digest {
        add(
          "scenario: \(after.name) ran \(after.result.scenario.name) "
            + "(\(after.result.scenario.digest.prefix(12))), \(before.name) "
            + "\(before.result.scenario.name) (\(before.result.scenario.digest.prefix(12)))")
      }
      return
    }
    var different: [String] = []
    for setting in mine where !Comparability.isIdle(setting.key) {
      let there = other.first { $0.key == setting.key }?.value ?? "unknown"
      if there != setting.value { different.append("\(setting.key) \(there) -> \(setting.value)") }
    }
    for setting in other where !Comparability.isIdle(setting.key) {
      if !mine.contains(where: { $0.key == setting.key }) {
        different.append("\(setting.key) \(setting.value) -> unknown")
      }
    }
    // Five say that this is another scenario; the rest would say it again.
    guard !different.isEmpty else { return }
    let more = different.count > 5 ? " and \(different.count - 5) more keys" : ""
    add(
      "scenario: \(candidate.label) against \(against.label): "
        + different.prefix(5).joined(separator: "; ") + more)
  }

  private static func isIdle(_ key: String) -> Bool { idle.contains(key) || key.hasPrefix("run.") }

  private mutating func compare(_ before: NamedResult, _ after: NamedResult) {
    let (a, b) = (before.result, after.result)
    guard a != b else { return }
    func fact(_ name: String, _ result: RunResult) -> String? {
      result.environment.first { $0.name == name }?.value
    }
    // A name that says it already needs no note.
    if a.kind != b.kind, before.name != a.kind.rawValue {
      note("\(before.name) is \(a.kind.rawValue), \(after.name) is \(b.kind.rawValue)")
    }
    // The simulator's figures do not depend on the machine it ran on.
    if a.kind == .live && b.kind == .live {
      for name in ["cpu", "usable_cores", "memory_bytes", "kernel"] {
        let (one, two) = (fact(name, a), fact(name, b))
        if one != two { add("machine: \(name) \(one ?? "unknown") -> \(two ?? "unknown")") }
      }
    }
    for name in ["seatrial", "build"] {
      let (one, two) = (fact(name, a), fact(name, b))
      if one != two { note("\(name) \(one ?? "unknown") -> \(two ?? "unknown")") }
    }
    let lengths = [a, b].map {
      $0.variants.first.map { $0.measuredSeconds / Double(max(1, $0.replications)) }
    }
    if a.complete, b.complete, let one = lengths[0], let two = lengths[1],
      abs(one - two) > 0.01 * one
    {
      let units = HumanUnits(plain: true)
      add(
        "method: a replication of \(before.name) measured \(units.text(one, unit: "s")), "
          + "of \(after.name) \(units.text(two, unit: "s"))")
    }
    if a.seed != b.seed, a.kind == .simulated, b.kind == .simulated {
      note("seeds \(a.seed) and \(b.seed): other people, so replications are no pairs")
    }
  }

  private mutating func add(_ text: String) {
    if !objections.contains(text) { objections.append(text) }
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}
