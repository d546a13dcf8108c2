// What a request to the model says, as far as the answer and the observer need it: read from the
// body without building values, in one pass over each of its messages. Pure; knows no HTTP.
internal import Basics
package import Wire

package struct ProviderRequest: Sendable {
  /// The two ways to ask that OpenAI-compatible providers know.
  package enum Dialect: Sendable, Hashable { case chat, responses }

  package enum Purpose: String, Sendable, Hashable, CaseIterable {
    /// A prompt with a mark is to be answered.
    case turn
    /// The result of a tool is to be answered, in the turn of the newest mark.
    case toolResult = "tool-result"
    /// A conversation with marks is to be put into few words: its last message has none.
    case summary
    /// Nobody's mark is in it: a person's own client.
    case unmarked
  }

  package enum Refusal: Error, Hashable {
    case notJSON
    case missing(String)
    case unkept

    package var text: String {
      switch self {
      case .notJSON: "the body is not one JSON object"
      case .missing(let name): "\(name) is missing, or is not what it should be"
      case .unkept: "previous_response_id: this provider keeps no answers; send the whole input"
      }
    }
  }

  package var dialect: Dialect
  /// As the request wrote it, escapes and all, without its quotes.
  package var model: [UInt8] = []
  package var streams = false
  package var includesUsage = false
  package var messages = 0
  package var bytes = 0
  /// Every mark of the conversation, oldest first; those of the system prompt are not looked for.
  package var marks: [PromptMark] = []
  /// The mark of the newest prompt.
  package var asked: PromptMark?
  package var purpose = Purpose.unmarked
  package var order: PromptOrder?

  package static func read(
    _ body: Span<UInt8>, as dialect: Dialect
  ) -> Result<ProviderRequest, Refusal> {
    var fields = Fields()
    let start = JSONScan.skipSpace(body, from: 0)
    let end = JSONScan.members(ofObjectAt: start, in: body) { key, value in
      fields.note(key, value, in: body)
    }
    guard let end, JSONScan.skipSpace(body, from: end) == body.count else {
      return .failure(.notJSON)
    }
    var request = ProviderRequest(dialect: dialect)
    request.bytes = body.count
    guard let model = fields.model, let name = content(of: model, in: body) else {
      return .failure(.missing("model"))
    }
    request.model = body.bytes(name)
    request.streams = fields.stream.map { body.spells("true", in: $0) } ?? false
    if let options = fields.streamOptions {
      _ = JSONScan.members(ofObjectAt: options.lowerBound, in: body) { key, value in
        if body.spells("include_usage", in: key) {
          request.includesUsage = body.spells("true", in: value)
        }
      }
    }
    if let previous = fields.previous, !body.spells("null", in: previous) {
      return .failure(.unkept)
    }
    switch dialect {
    case .chat:
      guard let list = fields.messages, request.readList(list, in: body) else {
        return .failure(.missing("messages"))
      }
    case .responses:
      guard let input = fields.input, request.readInput(input, in: body) else {
        return .failure(.missing("input"))
      }
    }
    return .success(request)
  }

  private struct Fields {
    var model: Range<Int>?
    var stream: Range<Int>?
    var streamOptions: Range<Int>?
    var messages: Range<Int>?
    var input: Range<Int>?
    var previous: Range<Int>?

    mutating func note(_ key: Range<Int>, _ value: Range<Int>, in text: Span<UInt8>) {
      switch key.count {
      case 5:
        if text.spells("model", in: key) { model = value }
        if text.spells("input", in: key) { input = value }
      case 6: if text.spells("stream", in: key) { stream = value }
      case 8: if text.spells("messages", in: key) { messages = value }
      case 14: if text.spells("stream_options", in: key) { streamOptions = value }
      case 20: if text.spells("previous_response_id", in: key) { previous = value }
      default: break
      }
    }
  }

  /// The inside of a string.
  private static func content(of value: Range<Int>, in text: Span<UInt8>) -> Range<Int>? {
    guard text[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return value.lowerBound + 1..<value.upperBound - 1
  }

  // MARK: the conversation

  private mutating func readInput(_ input: Range<Int>, in text: Span<UInt8>) -> Bool {
    if let words = ProviderRequest.content(of: input, in: text) {
      messages = 1
      take(.user, words, in: text)
      conclude(last: .user, words, in: text)
      return true
    }
    return readList(input, in: text)
  }

  private enum Role { case user, assistant, tool, other }

  private mutating func readList(_ list: Range<Int>, in text: Span<UInt8>) -> Bool {
    var last: (role: Role, words: Range<Int>)?
    var wrong = false
    var found = self
    let end = JSONScan.elements(ofArrayAt: list.lowerBound, in: text) { element in
      var role = Role.other
      var words = element
      let isObject =
        JSONScan.members(ofObjectAt: element.lowerBound, in: text) { key, value in
          switch key.count {
          case 4 where text.spells("role", in: key): role = ProviderRequest.role(value, in: text)
          case 4 where text.spells("type", in: key):
            if text.spells("\"function_call_output\"", in: value) { role = .tool }
          case 7 where text.spells("content", in: key): words = value
          default: break
          }
        } != nil
      wrong = wrong || !isObject
      found.messages += 1
      found.take(role, words, in: text)
      last = (role, words)
    }
    guard end != nil, !wrong, let last else { return false }
    self = found
    conclude(last: last.role, last.words, in: text)
    return true
  }

  private static func role(_ value: Range<Int>, in text: Span<UInt8>) -> Role {
    if text.spells("\"user\"", in: value) { return .user }
    if text.spells("\"assistant\"", in: value) { return .assistant }
    return text.spells("\"tool\"", in: value) ? .tool : .other
  }

  private mutating func take(_ role: Role, _ words: Range<Int>, in text: Span<UInt8>) {
    // System prompts have 24 KB and no marks; results of tools may quote anything.
    guard role == .user || role == .assistant else { return }
    let before = marks.count
    PromptMark.collect(from: text.extracting(words), into: &marks)
    guard role == .user else { return }
    asked = marks[before...].last { $0.kind == .prompt }
  }

  private mutating func conclude(last: Role, _ words: Range<Int>, in text: Span<UInt8>) {
    switch last {
    case .tool where asked != nil: purpose = .toolResult
    case .user where asked != nil: purpose = .turn
    case .user where !marks.isEmpty: purpose = .summary
    default: purpose = .unmarked
    }
    if purpose == .summary { asked = marks.last { $0.kind == .prompt } }
    if last == .user { order = PromptOrder(in: text.extracting(words)) }
  }
}
