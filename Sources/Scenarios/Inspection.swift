// What `inspect` shows: every key with its value and where that came from, and beside each variant
// what it changes.

public struct InspectionRow: Sendable, Hashable {
  /// `base`, or the variant that changes the key.
  public var variant: String
  public var key: String
  public var value: String
  public var origin: Origin
  public var help: String
}

extension ScenarioFile {
  /// The base with all its keys; then, for each variant, the keys whose values differ from the
  /// base.
  public func inspection() -> [InspectionRow] {
    var rows = base.resolved.map { row(of: $0, variant: base.variant) }
    for scenario in variants.dropFirst() {
      for (own, common) in zip(scenario.resolved, base.resolved) where own.value != common.value {
        rows.append(row(of: own, variant: scenario.variant))
      }
    }
    return rows
  }

  private func row(of resolved: ResolvedKey, variant: String) -> InspectionRow {
    let help = ScenarioKeys.place(of: resolved.key).map { ScenarioKeys.all[$0].help } ?? ""
    return InspectionRow(
      variant: variant, key: resolved.key, value: resolved.value, origin: resolved.origin,
      help: help)
  }
}

extension Scenario {
  /// The canonical text of one key; nil for a key that there is not.
  public func value(of key: String) -> String? {
    ScenarioKeys.place(of: key).map { resolved[$0].value }
  }
}
