// A plan as its document has it (`seatrial.plan/1`), read for a page: what is missing, in documents
// of older versions or of plans that were stopped, is nil and left out of the page.
public import Basics

public struct PlanDocument: Sendable {
  static let schema = "seatrial.plan/1"

  let json: JSONValue

  /// Nil for what is no plan.
  public init?(_ json: JSONValue) {
    guard json["schema"]?.text == PlanDocument.schema else { return nil }
    self.json = json
  }

  public var text: String { json.text() }
  public var name: String { json["scenario"]?["name"]?.text ?? "plan" }
  var expectations: [String] { json["expectations"].texts }
  var currency: String? { json["prices"]?["currency"]?.text }
  var plans: [Plan] { json["plans"].items.map { Plan(json: $0) } }

  /// For one number of people.
  struct Plan {
    let json: JSONValue

    var users: Int { Int(json["users"]?.figure ?? 0) }
    /// The recommended one first, then in the order in which they were tried.
    var candidates: [Candidate] {
      let all = json["candidates"].items.map { Candidate(json: $0) }
      return all.filter(\.isRecommended) + all.filter { !$0.isRecommended }
    }
    var recommended: Candidate? { candidates.first { $0.isRecommended } }
    func words(_ part: String) -> [String] { json["recommendation"]?[part].texts ?? [] }
  }

  struct Candidate {
    let json: JSONValue

    var name: String { json["name"]?.text ?? "" }
    var isRecommended: Bool { json["recommended"] == .bool(true) }
    var size: Int? { json["size"]?.figure.map { Int($0) } }
    var lowest: Int? { json["size_low"]?.figure.map { Int($0) } }
    var unit: String { json["unit"]?.text ?? "server" }
    var month: Double? { json["cost"]?["month"]?.figure }
    var probes: [JSONValue] { json["probes"].items }

    /// Of the size that is recommended.
    var p95: Double? {
      probes.first { $0["size"]?.figure == json["size"]?.figure }?["response_p95_seconds"]?.figure
        ?? json["closed_forms"]?["response_p95_seconds"]?.figure
    }

    /// `5`, `446 to 462`; nil where none was found.
    var sizes: String? {
      guard let size else { return nil }
      guard let lowest, lowest != size else { return String(size) }
      return "\(lowest) to \(size)"
    }
  }
}

extension JSONValue {
  var figure: Double? {
    switch self {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }
}

extension Optional<JSONValue> {
  var items: [JSONValue] {
    if case .array(let items)? = self { return items }
    return []
  }

  var texts: [String] { items.compactMap(\.text) }
}
