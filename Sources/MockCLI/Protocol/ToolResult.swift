// What came of a tool call: the text that the model gets, and the texts of its events.
internal import Basics

struct ToolResult: Equatable {
  struct Failure: Equatable {
    var code: String
    var message: String
  }

  /// What the model is told.
  var text: String
  var failure: Failure?
  /// JSON of `toolTelemetry`; nil where there is none.
  var telemetry: String? = "{}"
  /// A command's own output, which its hook gets once more.
  var isLogged = false

  static let denied = failed(
    "denied", "Permission denied and could not request permission from user")
  static let rejected = failed("rejected", "The user rejected this tool call.")

  static func unknown(_ call: ToolCall, among own: [String]) -> ToolResult {
    let problem = "Tool '\(call.name)' does not exist."
    var result = failed("failure", problem)
    let names = (ToolList.names + own).joined(separator: ", ")
    result.text = "\(problem) Available tools that can be called are \(names)."
    return result
  }

  private static func failed(_ code: String, _ message: String) -> ToolResult {
    ToolResult(text: message, failure: Failure(code: code, message: message))
  }

  /// Of the CLI's own tools; none of them is really run.
  static func ownTool(_ call: ToolCall) -> ToolResult {
    guard call.name == "bash" else { return ToolResult(text: "") }
    let command = call.argument("command") ?? ""
    let words = command.hasPrefix("echo ") ? command.dropFirst(5) + "\n" : ""
    return ToolResult(
      text: words + "<exited with exit code 0>",
      telemetry: "{\"properties\":{\"customTimeout\":\"false\",\"executionMode\":\"sync\","
        + "\"detached\":\"false\"},\"metrics\":{\"commandTimeout\":30000}}",
      isLogged: true)
  }

  private init(
    text: String, failure: Failure? = nil, telemetry: String? = "{}", isLogged: Bool = false
  ) {
    self.text = text
    self.failure = failure
    self.telemetry = telemetry
    self.isLogged = isLogged
  }

  /// From `session.tools.handlePendingToolCall`: a text, an object, or an error.
  init(answerTo call: ToolCall, _ params: [UInt8]) {
    let result = JSONText.member("result", of: params).flatMap(JSONText.parse)
    switch result {
    case .string(let text)?: self.init(text: text)
    case .object?:
      let text = result?["textResultForLlm"]?.plain ?? ""
      let kind = result?["resultType"]?.plain ?? "success"
      self.init(text: text, telemetry: result?["toolTelemetry"]?.text(.compact))
      if kind != "success" { failure = Failure(code: kind, message: text) }
    default:
      // The client's own words for the error reach nobody.
      let message = "Tool execution failed"
      self.init(
        text: "Failed to execute `\(call.name)` tool with arguments: \(call.arguments) "
          + "due to error: Error: \(message)",
        failure: Failure(code: "failure", message: message))
    }
  }

  func appendForHook(to output: inout ByteBuffer) {
    output.append("{\"textResultForLlm\":")
    output.append(quoted: text)
    output.append(",\"resultType\":\"success\"")
    if isLogged {
      output.append(",\"sessionLog\":")
      output.append(quoted: text)
    }
    appendTelemetry(to: &output)
    output.append("}")
  }

  /// Members of `tool.execution_complete`.
  func appendForEvent(to output: inout ByteBuffer) {
    if let failure {
      output.append("\"success\":false,\"error\":{\"message\":")
      output.append(quoted: failure.message)
      output.append(",\"code\":")
      output.append(quoted: failure.code)
      output.append("}")
    } else {
      output.append("\"success\":true,\"result\":{\"content\":")
      output.append(quoted: text)
      output.append(",\"detailedContent\":")
      output.append(quoted: text)
      output.append("}")
    }
    appendTelemetry(to: &output)
  }

  private func appendTelemetry(to output: inout ByteBuffer) {
    guard let telemetry else { return }
    output.append(",\"toolTelemetry\":")
    output.append(telemetry)
  }
}

/// `permissionRequest` and `promptRequest` of `permission.requested`.
enum PermissionText {
  static func append(
    _ call: ToolCall, _ own: ClientTool?, isPrompt: Bool, to output: inout ByteBuffer
  ) {
    if let own {
      output.append("{\"kind\":\"custom-tool\",\"toolCallId\":")
      output.append(quoted: call.id)
      output.append(",\"toolName\":")
      output.append(quoted: own.name)
      output.append(",\"toolDescription\":")
      output.append(quoted: own.description)
      output.append(",\"args\":")
      output.append(call.object)
      return output.append("}")
    }
    let command = call.argument("command") ?? ""
    output.append(isPrompt ? "{\"kind\":\"commands\",\"toolCallId\":" : shell)
    output.append(quoted: call.id)
    output.append(",\"fullCommandText\":")
    output.append(quoted: command)
    if let intention = call.argument("description") {
      output.append(",\"intention\":")
      output.append(quoted: intention)
    }
    output.append(isPrompt ? ",\"commandIdentifiers\":[" : ",\"commands\":[{\"identifier\":")
    output.append(quoted: command)
    output.append(
      isPrompt
        ? "]"
        : ",\"readOnly\":false}],\"possiblePaths\":[],\"possibleUrls\":[],"
          + "\"hasWriteFileRedirection\":false")
    output.append(",\"canOfferSessionApproval\":false}")
  }

  private static let shell = "{\"kind\":\"shell\",\"toolCallId\":"
}
