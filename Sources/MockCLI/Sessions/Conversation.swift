// What has been said in a session, as a provider is told it with every call, and how many tokens
// that is by the mock's own estimate. Without a provider only the counts are kept: 10,000 sessions
// may live in a process. It also carries out the two ways of making a conversation shorter.
package import Basics

package struct Conversation {
  package enum Role { case user, assistant, tool, summary }

  package struct Entry {
    package var role: Role
    /// Escaped as JSON.
    package var text: [UInt8]
    /// Of an answer: JSON of `tool_calls`. Of a tool: the id of its call, escaped.
    package var detail: [UInt8] = []

    package var tokens: Int { Conversation.tokens(text.count + detail.count) }
  }

  /// False where nobody will be told: then entries are counted and forgotten.
  package var keepsText = true
  package private(set) var entries: [Entry] = []
  package private(set) var count = 0
  package private(set) var tokens = 0
  /// Everything users have said since the session began, as every summary repeats it.
  private var said: [[UInt8]] = []
  /// In a log: how much had been said when the summary under way was begun.
  private var lengthSummedUp: Int?

  /// 4.9 bytes of the recorded prompts went to a token.
  static func tokens(_ bytes: Int) -> Int { (bytes * 10 + 48) / 49 }

  package init() {}

  package mutating func add(_ role: Role, _ text: [UInt8], detail: [UInt8] = []) {
    let entry = Entry(role: role, text: text, detail: detail)
    count += 1
    tokens += entry.tokens
    if keepsText { entries.append(entry) }
  }

  /// An entry whose text nobody will want.
  package mutating func count(bytes: Int) {
    count += 1
    tokens += Conversation.tokens(bytes)
  }

  /// What a user has said, escaped as JSON, without what the CLI adds to it.
  package mutating func hear(_ content: [UInt8]) {
    if keepsText { said.append(SummaryText.quoted(content)) }
  }

  // MARK: from the log

  package mutating func note(_ type: String, _ data: JSONValue) {
    switch type {
    case "user.message":
      let text = data["transformedContent"] ?? data["content"] ?? .string("")
      add(.user, escaped(text))
      hear(escaped(data["content"] ?? .string("")))
    case "assistant.message": noteAnswer(data)
    case "tool.execution_complete":
      let text = data["result"]?["content"] ?? data["error"]?["message"] ?? .string("")
      add(.tool, escaped(text), detail: escaped(data["toolCallId"] ?? .string("")))
    case "session.compaction_start": lengthSummedUp = count
    case "session.compaction_complete":
      // What was said while the summary was made is not in it.
      if data["success"] == .bool(true), let summary = data["summaryContent"] {
        sumUp(first: lengthSummedUp ?? count, as: escaped(summary))
      }
      lengthSummedUp = nil
    default: break
    }
  }

  private mutating func noteAnswer(_ data: JSONValue) {
    var calls = ByteBuffer()
    if case .array(let requests)? = data["toolRequests"], !requests.isEmpty {
      let list = requests.map { request in
        ToolCall(
          id: request["toolCallId"]?.plain ?? "", name: request["name"]?.plain ?? "",
          arguments: request["arguments"]?.text(.compact) ?? "{}")
      }
      ToolCall.append(list, to: &calls)
    }
    add(.assistant, escaped(data["content"] ?? .string("")), detail: calls.array)
  }

  private func escaped(_ value: JSONValue) -> [UInt8] {
    guard case .string(let text) = value else { return Array(value.text(.compact).utf8) }
    var buffer = ByteBuffer()
    buffer.append(escaped: text)
    return buffer.array
  }

  // MARK: shorter

  /// The first entries become one: their summary.
  package mutating func sumUp(first replaced: Int, as summary: [UInt8]) {
    let entry = Entry(
      role: .summary, text: SummaryText.message(said: Array(said.joined()), summary: summary))
    let gone = min(replaced, count)
    count = count - gone + 1
    if keepsText {
      entries.replaceSubrange(0..<min(gone, entries.count), with: [entry])
      tokens = entries.reduce(0) { $0 + $1.tokens }
    } else {
      tokens = entry.tokens
    }
  }

  /// What fits into `room` tokens, as the real CLI was seen to cut: answers go first, all of them,
  /// then the oldest of what is left; the last one stays whatever it costs.
  package func fitting(_ room: Int) -> Conversation {
    guard tokens > room, keepsText else { return self }
    var shorter = Conversation()
    shorter.keep(places(fitting: room), of: entries)
    return shorter
  }

  private func places(fitting room: Int) -> ArraySlice<Int> {
    let kept = entries.indices.filter { entries[$0].role == .user || entries[$0].role == .summary }
    var sum = kept.reduce(0) { $0 + entries[$1].tokens }
    var start = 0
    while sum > room, start < kept.count - 1 {
      sum -= entries[kept[start]].tokens
      start += 1
    }
    return kept[start...]
  }

  private mutating func keep(_ places: ArraySlice<Int>, of all: [Entry]) {
    entries = places.map { all[$0] }
    count = entries.count
    tokens = entries.reduce(0) { $0 + $1.tokens }
  }

  /// Lets go for good of what does not fit, and of the oldest that users have said, where that is
  /// more than half of the room: the summary that repeats it has to fit too. Returns how many of
  /// the first `length` entries are left.
  package mutating func forget(beyond room: Int, countingFirst length: Int) -> Int {
    guard keepsText else { return length }
    var repeated = said.reduce(0) { $0 + Conversation.tokens($1.count) }
    var start = 0
    while repeated > room / 2, start < said.count - 1 {
      repeated -= Conversation.tokens(said[start].count)
      start += 1
    }
    said.removeFirst(start)
    guard tokens > room else { return length }
    let places = places(fitting: room)
    keep(places, of: entries)
    return places.count { $0 < length }
  }

  // MARK: on the wire

  /// The messages of a request, a comma before each.
  package func append(to body: inout ByteBuffer) {
    for entry in entries {
      switch entry.role {
      case .user, .summary: body.append(",{\"role\":\"user\",\"content\":\"")
      case .tool:
        body.append(",{\"role\":\"tool\",\"tool_call_id\":\"")
        body.append(entry.detail)
        body.append("\",\"content\":\"")
      case .assistant:
        body.append(",{\"role\":\"assistant\",\"content\":")
        if !entry.detail.isEmpty {
          if entry.text.isEmpty {
            body.append("null")
          } else {
            body.append("\"")
            body.append(entry.text)
            body.append("\"")
          }
          body.append(",\"tool_calls\":")
          body.append(entry.detail)
          body.append("}")
          continue
        }
        body.append("\"")
      }
      body.append(entry.text)
      body.append("\"}")
    }
  }
}

extension JSONValue {
  /// The text of a string; nil for everything else.
  var plain: String? { if case .string(let text) = self { text } else { nil } }
}
