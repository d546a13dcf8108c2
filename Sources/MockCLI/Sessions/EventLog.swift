// Reads events.jsonl the way a resume does: every line has to be an event, and a line that is not
// makes the whole session unusable, with the complaint the real CLI makes. There is no repair.
internal import Basics
internal import LinuxIO
internal import Wire

package struct EventLog {
  /// A session file holds 26 KB a turn; this is 40,000 turns.
  static let largest = 1 << 30

  package enum Reading {
    case missing
    /// What follows "Session file is corrupted".
    case corrupted(String)
    case events(Summary)
  }

  /// What a process keeps in mind of a history.
  package struct Summary {
    package var bytes = 0
    /// Events of known types.
    package var events = 0
    package var turns = 0
    package var lastEvent: EventID?
    /// JSON of the model that the session was created with.
    package var model: [UInt8]?
    var startTime: [UInt8]?
    /// Prompts, answers and what tools said, in order.
    package var talk = Conversation()
  }

  static func read(_ path: String, withConversation: Bool) -> Reading {
    guard case .contents(let bytes) = Files.read(path, limit: largest) else { return .missing }
    return parse(bytes, withConversation: withConversation)
  }

  package static func parse(_ bytes: [UInt8], withConversation: Bool) -> Reading {
    var summary = Summary()
    summary.bytes = bytes.count
    summary.talk.keepsText = withConversation
    var startsWell = true
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      number += 1
      let line = trimmed(bytes[start..<end])
      start = end + 1
      if line.isEmpty { continue }
      switch judge(line) {
      case .foreign: continue
      case .bad(let problem): return .corrupted(" (line \(number): \(problem))")
      case .event(let event):
        if summary.events == 0 { startsWell = event["type"] == .string("session.start") }
        note(event, line, &summary)
      }
    }
    if summary.events == 0 { return .missing }
    return startsWell ? .events(summary) : .corrupted(" or incompatible")
  }

  private enum Line {
    case foreign
    case bad(String)
    case event(JSONValue)
  }

  private static func judge(_ line: [UInt8]) -> Line {
    guard let value = JSONText.parse(line) else {
      // Where V8 has nothing against it, only the reader's own bounds have.
      return .bad(JSONComplaint.about(line) ?? "SyntaxError: Unexpected end of JSON input")
    }
    guard case .object = value else { return .bad("Expected object, received \(value.zod)") }
    return switch EventSchema.judge(value) {
    case .foreign: .foreign
    case .bad(let problem): .bad(problem)
    case .event: .event(value)
    }
  }

  /// Adds an event to the summary.
  private static func note(_ event: JSONValue, _ line: [UInt8], _ summary: inout Summary) {
    summary.events += 1
    if case .string(let id)? = event["id"] {
      summary.lastEvent = EventID(Array(id.utf8)) ?? summary.lastEvent
    }
    guard case .string(let type)? = event["type"], let data = event["data"] else { return }
    switch type {
    case "session.start":
      summary.model = data["selectedModel"].map(written)
      if case .string(let time)? = data["startTime"] { summary.startTime = Array(time.utf8) }
    case "session.model_change": summary.model = data["newModel"].map(written)
    case "assistant.turn_end": summary.turns += 1
    default: summary.talk.note(type, data)
    }
  }

  private static func written(_ value: JSONValue) -> [UInt8] { Array(value.text(.compact).utf8) }

  /// Without the blanks that JavaScript's `trim` takes away, a byte order mark among them.
  private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var line = line
    while let first = line.first {
      if isBlank(first) {
        line.removeFirst()
      } else if line.starts(with: byteOrderMark) {
        line.removeFirst(byteOrderMark.count)
      } else {
        break
      }
    }
    while let last = line.last, isBlank(last) { line.removeLast() }
    return Array(line)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }

  static func member(
    _ name: StaticString, of object: Range<Int>, in text: Span<UInt8>
  ) -> Range<Int>? {
    var found: Range<Int>?
    _ = JSONScan.members(ofObjectAt: object.lowerBound, in: text) { key, value in
      if JSONScan.matches(text, key, name) { found = value }
    }
    return found
  }
}

private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
