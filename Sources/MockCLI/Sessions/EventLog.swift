// Reads events.jsonl the way a resume does: every line has to be an event, and a line that is not
// makes the whole session unusable, with the complaint the real CLI makes. There is no repair.
internal import Basics
internal import LinuxIO
internal import Wire

struct EventLog {
  /// A session file holds 26 KB a turn; this is 40,000 turns.
  static let largest = 1 << 30

  enum Reading {
    case missing
    case corrupted(String)
    case events(Summary)
  }

  /// What a process keeps in mind of a history.
  struct Summary {
    var bytes = 0
    var events = 0
    var turns = 0
    var lastEvent: EventID?
    /// First prompt, escaped.
    var title: [UInt8]?
    /// JSON of the model that the session was created with.
    var model: [UInt8]?
    var startTime: [UInt8]?
    /// Prompts and answers in order, escaped; filled only where a provider wants them.
    var conversation: [Spoken] = []
  }

  struct Spoken {
    var isUser: Bool
    var text: [UInt8]
  }

  static func read(_ path: String, withConversation: Bool) -> Reading {
    guard case .contents(let bytes) = Files.read(path, limit: largest) else { return .missing }
    return parse(bytes, withConversation: withConversation)
  }

  static func parse(_ bytes: [UInt8], withConversation: Bool) -> Reading {
    var summary = Summary()
    summary.bytes = bytes.count
    let text = bytes.span
    var start = 0
    var line = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count && bytes[end] != 0x0A { end += 1 }
      line += 1
      if end > start {
        let problem = note(text.extracting(start..<end), &summary, withConversation)
        if let problem { return .corrupted("line \(line): \(problem)") }
      }
      start = end + 1
    }
    return summary.events == 0 ? .missing : .events(summary)
  }

  /// Adds an event to the summary, or says what is wrong with the line.
  private static func note(
    _ text: Span<UInt8>, _ summary: inout Summary, _ withConversation: Bool
  ) -> String? {
    var type: Range<Int>?
    var data: Range<Int>?
    var id: Range<Int>?
    let end = JSONScan.members(ofObjectAt: 0, in: text) { key, value in
      if JSONScan.matches(text, key, "type") { type = value }
      if JSONScan.matches(text, key, "data") { data = value }
      if JSONScan.matches(text, key, "id") { id = value }
    }
    guard let end, JSONScan.skipSpace(text, from: end) == text.count else {
      return syntaxProblem(text)
    }
    guard let type else { return "type: Required" }
    summary.events += 1
    if let id { summary.lastEvent = EventID(array(text, id, inner: true)) ?? summary.lastEvent }
    guard let data else { return "data: Required" }
    if JSONScan.matches(text, type, "\"user.message\"") {
      guard let content = member("content", of: data, in: text) else {
        return "data.content: Required"
      }
      guard text[content.lowerBound] == UInt8(ascii: "\"") else {
        return "data.content: Expected string, received \(kind(text[content.lowerBound]))"
      }
      if summary.title == nil { summary.title = array(text, content, inner: true) }
      if withConversation, let sent = member("transformedContent", of: data, in: text) {
        summary.conversation.append(Spoken(isUser: true, text: array(text, sent, inner: true)))
      }
    } else if JSONScan.matches(text, type, "\"assistant.message\"") {
      if withConversation, let content = member("content", of: data, in: text) {
        summary.conversation.append(Spoken(isUser: false, text: array(text, content, inner: true)))
      }
    } else if JSONScan.matches(text, type, "\"assistant.turn_end\"") {
      summary.turns += 1
    } else if JSONScan.matches(text, type, "\"session.start\"") {
      summary.model = member("selectedModel", of: data, in: text).map { array(text, $0) }
      summary.startTime = member("startTime", of: data, in: text)
        .map { array(text, $0, inner: true) }
    } else if JSONScan.matches(text, type, "\"session.model_change\"") {
      summary.model = member("newModel", of: data, in: text).map { array(text, $0) }
    }
    return nil
  }

  static func member(
    _ name: StaticString, of object: Range<Int>, in text: Span<UInt8>
  ) -> Range<Int>? {
    var found: Range<Int>?
    _ = JSONScan.members(ofObjectAt: object.lowerBound, in: text) { key, value in
      if JSONScan.matches(text, key, name) { found = value }
    }
    return found
  }

  static func array(_ text: Span<UInt8>, _ range: Range<Int>, inner: Bool = false) -> [UInt8] {
    let range =
      inner ? range.lowerBound + 1..<max(range.lowerBound + 1, range.upperBound - 1) : range
    return range.map { text[$0] }
  }

  private static func kind(_ first: UInt8) -> String {
    switch first {
    case UInt8(ascii: "n"): "null"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): "boolean"
    case UInt8(ascii: "["): "array"
    case UInt8(ascii: "{"): "object"
    default: "number"
    }
  }

  /// V8's words for the two ways in which a torn line fails.
  private static func syntaxProblem(_ text: Span<UInt8>) -> String {
    var isInString = false
    var place = 0
    while place < text.count {
      if isInString && text[place] == UInt8(ascii: "\\") { place += 1 }
      if place < text.count && text[place] == UInt8(ascii: "\"") { isInString.toggle() }
      place += 1
    }
    guard isInString else { return "SyntaxError: Unexpected end of JSON input" }
    let end = text.count
    return "SyntaxError: Unterminated string in JSON at position \(end) "
      + "(line 1 column \(end + 1))"
  }
}
