// Which fields an event in a log must have for the real CLI to take it, and its words for those
// that are missing or of another kind (they are zod's). Learnt from damaged files that were given
// to it, field by field; of events that no damaged file was tried with only the envelope is
// checked. Events of unknown types are passed over.
internal import Basics

enum EventSchema {
  enum Kind { case text, number, list, any }

  private struct Field {
    let name: String
    let kind: Kind
    var isOptional = false
  }

  /// Types that a session's log may hold. An event of another type is as if it were not there.
  private static let known: [String: [Field]] = [
    "session.start": [
      Field(name: "sessionId", kind: .text), Field(name: "version", kind: .number),
      Field(name: "producer", kind: .text), Field(name: "copilotVersion", kind: .text),
      Field(name: "startTime", kind: .text),
    ],
    "session.resume": [
      Field(name: "resumeTime", kind: .text), Field(name: "eventCount", kind: .number),
    ],
    "session.shutdown": [], "session.error": [], "session.info": [], "session.model_change": [],
    "session.truncation": [], "session.compaction_start": [], "session.compaction_complete": [],
    "session.mode_changed": [], "session.title_changed": [], "session.handoff": [],
    "session.snapshot_rewind": [], "session.warning": [], "session.plan_changed": [],
    "session.workspace_file_changed": [], "session.context_changed": [],
    "system.message": [Field(name: "content", kind: .text), Field(name: "role", kind: .text)],
    "user.message": [Field(name: "content", kind: .text)],
    "assistant.turn_start": [Field(name: "turnId", kind: .text)],
    "assistant.message": [
      Field(name: "messageId", kind: .text), Field(name: "content", kind: .text),
      Field(name: "toolRequests", kind: .list, isOptional: true),
      Field(name: "outputTokens", kind: .number, isOptional: true),
    ],
    "assistant.turn_end": [Field(name: "turnId", kind: .text)],
    "abort": [],
    "tool.execution_start": [], "tool.execution_complete": [], "tool.user_requested": [],
    "hook.start": [], "hook.end": [], "permission.requested": [], "permission.completed": [],
    "external_tool.requested": [], "external_tool.completed": [], "skill.invoked": [],
    "subagent.started": [], "subagent.completed": [], "subagent.failed": [],
    "system.notification": [],
  ]

  enum Verdict: Equatable {
    case event
    /// Of no known type: passed over.
    case foreign
    case bad(String)
  }

  static func judge(_ event: JSONValue) -> Verdict {
    guard case .string(let type)? = event["type"], let fields = known[type] else {
      return .foreign
    }
    if let problem = envelope(event) { return .bad(problem) }
    guard let data = event["data"] else { return .bad("data: Required") }
    guard case .object = data else { return .bad("data: Expected object, received \(data.zod)") }
    for field in fields {
      let value = data[field.name]
      if field.isOptional && value == nil { continue }
      if let problem = problem(value, field.kind) { return .bad("data.\(field.name): \(problem)") }
    }
    return .event
  }

  private static func envelope(_ event: JSONValue) -> String? {
    if let problem = identifier(event["id"]) { return "id: \(problem)" }
    if let problem = problem(event["timestamp"], .text) { return "timestamp: \(problem)" }
    if case .string(let text)? = event["timestamp"], !isDate(text) {
      return "timestamp: Invalid datetime"
    }
    if event["parentId"] == .null { return nil }
    return identifier(event["parentId"]).map { "parentId: \($0)" }
  }

  private static func problem(_ value: JSONValue?, _ kind: Kind) -> String? {
    guard let value else { return "Required" }
    switch (kind, value) {
    case (.text, .string), (.number, .integer), (.number, .number), (.list, .array), (.any, _):
      return nil
    case (.text, _): return "Expected string, received \(value.zod)"
    case (.number, _): return "Expected number, received \(value.zod)"
    case (.list, _): return "Expected array, received \(value.zod)"
    }
  }

  private static func identifier(_ value: JSONValue?) -> String? {
    if let problem = problem(value, .text) { return problem }
    guard case .string(let text)? = value else { return nil }
    let bytes = Array(text.utf8)
    let isForm =
      bytes.count == 36
      && bytes.indices.allSatisfy { place in
        [8, 13, 18, 23].contains(place)
          ? bytes[place] == UInt8(ascii: "-") : isHexadecimal(bytes[place])
      }
    return isForm ? nil : "Invalid uuid"
  }

  /// `2026-11-21T05:31:08.948Z`: zod wants the Z, and any number of digits behind the point.
  private static func isDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count >= 17, bytes.last == UInt8(ascii: "Z") else { return false }
    let form = Array("0000-00-00T00:00:00".utf8)
    let head = bytes.dropLast()
    for (place, byte) in head.enumerated() {
      if place < form.count {
        let wanted = form[place]
        guard wanted == 48 ? byte >= 48 && byte <= 57 : byte == wanted else { return false }
      } else if place == form.count {
        guard byte == UInt8(ascii: "."), head.count > place + 1 else { return false }
      } else if byte < 48 || byte > 57 {
        return false
      }
    }
    return head.count == 16 || head.count >= form.count
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || (byte | 0x20) >= 97 && (byte | 0x20) <= 102
  }
}

extension JSONValue {
  /// zod's name for a value's type.
  var zod: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer, .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
