// A tool that the model asks for, and a tool that a client offers: names, arguments and what is to
// be asked before it runs.
internal import Basics

package struct ToolCall: Equatable, Sendable {
  package var id: String
  package var name: String
  /// JSON as the model wrote it; whatever is no object counts as one without members.
  package var arguments: String

  package init(id: String, name: String, arguments: String) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }

  /// The arguments as they stand in events.
  var object: String {
    guard case .object? = JSONText.parse(Array(arguments.utf8)) else { return "{}" }
    return arguments
  }

  /// A text among the arguments.
  package func argument(_ name: String) -> String? {
    JSONText.parse(Array(arguments.utf8))?[name]?.plain
  }

  /// `tool_calls` of a completion.
  static func read(_ value: JSONValue?) -> [ToolCall] {
    guard case .array(let list)? = value else { return [] }
    return list.map { call in
      ToolCall(
        id: call["id"]?.plain ?? "", name: call["function"]?["name"]?.plain ?? "",
        arguments: call["function"]?["arguments"]?.plain ?? "")
    }
  }

  /// The same for the next request.
  static func append(_ calls: [ToolCall], to output: inout ByteBuffer) {
    output.append("[")
    for (place, call) in calls.enumerated() {
      if place > 0 { output.append(",") }
      output.append("{\"id\":")
      output.append(quoted: call.id)
      output.append(",\"type\":\"function\",\"function\":{\"name\":")
      output.append(quoted: call.name)
      output.append(",\"arguments\":")
      output.append(quoted: call.arguments)
      output.append("}}")
    }
    output.append("]")
  }

  /// `toolRequests` of `assistant.message`.
  static func appendRequests(_ calls: [ToolCall], to output: inout ByteBuffer) {
    output.append("[")
    for (place, call) in calls.enumerated() {
      if place > 0 { output.append(",") }
      output.append("{\"toolCallId\":")
      output.append(quoted: call.id)
      output.append(",\"name\":")
      output.append(quoted: call.name)
      output.append(",\"arguments\":")
      output.append(call.object)
      output.append(",\"type\":\"function\"")
      if call.name == "bash", let intention = call.argument("description") {
        output.append(",\"intentionSummary\":")
        output.append(quoted: intention)
      }
      output.append("}")
    }
    output.append("]")
  }
}

/// A tool of the client's, from `tools` of `session.create`.
struct ClientTool: Equatable {
  var name: String
  var description: String
  var skipsPermission: Bool

  static func read(_ json: [UInt8]?) -> [ClientTool] {
    guard case .array(let list)? = json.flatMap(JSONText.parse) else { return [] }
    return list.compactMap { tool in
      guard let name = tool["name"]?.plain else { return nil }
      return ClientTool(
        name: name, description: tool["description"]?.plain ?? "",
        skipsPermission: tool["skipPermission"] == .bool(true))
    }
  }
}
