// What `session.create` and `session.resume` say about a session. The real CLI takes nearly
// anything; the few values that it stumbles over, and how, are here.
internal import Basics
internal import LinuxIO

package enum OptionCheck {
  /// Why the request fails, in the real CLI's words; nil when it does not.
  package static func problem(with params: [UInt8], of method: Method) -> String? {
    if params == Array("null".utf8), method == .create {
      return "Cannot read properties of null (reading 'gitHubToken')"
    }
    if let directory = JSONText.member("workingDirectory", of: params) {
      guard let path = JSONText.string(directory) else {
        let text = String(decoding: directory, as: UTF8.self)
        return directory == Array("null".utf8)
          ? nil
          : "The \"path\" argument must be of type string. Received type number (\(text))"
      }
      if Files.kind(of: path) != .directory {
        return "Directory does not exist or cannot be accessed: \(path)"
      }
    }
    if let tools = JSONText.member("tools", of: params) { return problem(withTools: tools) }
    return nil
  }

  private static func problem(withTools tools: [UInt8]) -> String? {
    guard tools.first == UInt8(ascii: "[") else {
      return tools == Array("null".utf8) ? nil : "e.map is not a function"
    }
    guard case .array(let list)? = JSONText.parse(tools) else { return nil }
    for tool in list {
      if case .string(let name)? = tool["name"], !name.isEmpty { continue }
      var text = "undefined"
      if let name = tool["name"] { text = JavaScriptText.text(name) }
      return "externalToolDefinitions: tool name must be a non-empty string (got \(text))."
    }
    return nil
  }
}

extension MockServer {
  func options(of ask: Ask) -> SessionOptions {
    var options = SessionOptions()
    if let model = JSONText.member("model", of: ask.params), model != Array("null".utf8) {
      options.model = model
    }
    options.streams = JSONText.isTrue(JSONText.member("streaming", of: ask.params))
    options.workingDirectory = JSONText.member("workingDirectory", of: ask.params)
      .flatMap(JSONText.string)
    options.provider = JSONText.member("provider", of: ask.params)
      .flatMap { ProviderSettings(json: $0) }
    options.asksPermission = JSONText.isTrue(
      JSONText.member("requestPermission", of: ask.params))
    options.tools = ClientTool.read(JSONText.member("tools", of: ask.params))
    let infinite = JSONText.member("infiniteSessions", of: ask.params).flatMap(JSONText.parse)
    options.isInfinite = infinite?["enabled"] != .bool(false)
    switch infinite?["backgroundCompactionThreshold"] {
    case .number(let share)?: options.compactAt = share
    case .integer(let share)?: options.compactAt = Double(share)
    default: break
    }
    return options
  }
}

extension ProviderSettings {
  /// `{"type":"openai","baseUrl":"http://host:port/path","apiKey":"…"}`; nil without an address.
  init?(json: [UInt8]) {
    guard let base = JSONText.member("baseUrl", of: json).flatMap(JSONText.string) else {
      return nil
    }
    self.init(base: base, key: JSONText.member("apiKey", of: json).flatMap(JSONText.string) ?? "")
    if case .integer(let limit)? = JSONText.member("maxPromptTokens", of: json)
      .flatMap(JSONText.parse), limit > 0
    {
      promptLimit = Int(limit)
    }
  }

  /// Plain HTTP only: providers of tests and of this project live on loopback.
  init?(base: String, key: String) {
    guard base.hasPrefix("http://") else { return nil }
    let rest = base.dropFirst(7)
    let authority = rest.prefix { $0 != "/" }
    var path = String(rest.dropFirst(authority.count))
    while path.hasSuffix("/") { path.removeLast() }
    let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard let host = pieces.first, !host.isEmpty, pieces.count <= 2 else { return nil }
    let port = pieces.count == 2 ? UInt16(pieces[1]) : 80
    guard let port else { return nil }
    self.init(host: String(host), port: port, path: path, key: key)
  }
}
