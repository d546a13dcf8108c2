// Takes apart what an OpenAI-compatible provider says: whole completions, chunks of a stream,
// errors. Texts stay escaped as they came.
internal import Basics
internal import Wire

package enum ProviderAnswer {
  package static func whole(_ body: [UInt8], after milliseconds: Int64) -> ModelAnswer? {
    guard let text = content(of: body, in: "message") else { return nil }
    var usage = (input: 0, output: 0)
    readUsage(of: body, into: &usage)
    return ModelAnswer(
      text: text, inputTokens: usage.input, outputTokens: usage.output,
      callID: JSONText.member("id", of: body).flatMap(JSONText.content) ?? [],
      milliseconds: milliseconds,
      calls: ToolCall.read(message(of: body, in: "message")?["tool_calls"]))
  }

  /// The text of the first choice, escaped; empty where it is null.
  static func content(of body: [UInt8], in member: StaticString) -> [UInt8]? {
    guard let choices = JSONText.member("choices", of: body),
      let first = firstElement(of: choices),
      let message = JSONText.member(member, of: first)
    else { return nil }
    return JSONText.member("content", of: message).flatMap(JSONText.content) ?? []
  }

  private static func message(of body: [UInt8], in member: StaticString) -> JSONValue? {
    JSONText.member("choices", of: body).flatMap(firstElement)
      .flatMap { JSONText.member(member, of: $0) }.flatMap(JSONText.parse)
  }

  /// Adds the pieces of tool calls in a chunk of a stream; how many bytes of names and arguments
  /// there were, nil without any.
  package static func readCalls(of data: [UInt8], into calls: inout [ToolCall]) -> Int? {
    guard case .array(let pieces)? = message(of: data, in: "delta")?["tool_calls"] else {
      return nil
    }
    var bytes = 0
    for piece in pieces {
      var place = calls.count
      if case .integer(let index)? = piece["index"], index >= 0, index < mostCalls {
        place = Int(index)
      }
      guard place < mostCalls else { continue }
      while calls.count <= place { calls.append(ToolCall(id: "", name: "", arguments: "")) }
      let name = piece["function"]?["name"]?.plain ?? ""
      let arguments = piece["function"]?["arguments"]?.plain ?? ""
      calls[place].id += piece["id"]?.plain ?? ""
      calls[place].name += name
      calls[place].arguments += arguments
      bytes += name.utf8.count + arguments.utf8.count
    }
    return bytes
  }

  package static func readUsage(of body: [UInt8], into usage: inout (input: Int, output: Int)) {
    guard let object = JSONText.member("usage", of: body) else { return }
    func number(_ name: StaticString) -> Int? {
      guard let value = JSONText.member(name, of: object) else { return nil }
      // Sums of them must not overflow, whatever a provider says.
      return Int(String(decoding: value, as: UTF8.self)).map { max(0, min($0, mostTokens)) }
    }
    usage.input = number("prompt_tokens") ?? usage.input
    usage.output = number("completion_tokens") ?? usage.output
  }

  /// The provider's own words for an error; its whole body where they are not where they should be.
  package static func problem(_ body: [UInt8]) -> String {
    guard let error = JSONText.member("error", of: body),
      let message = JSONText.member("message", of: error).flatMap(JSONText.string)
    else { return String(decoding: body.prefix(200), as: UTF8.self) }
    return message
  }

  private static func firstElement(of list: [UInt8]) -> [UInt8]? {
    guard list.first == UInt8(ascii: "[") else { return nil }
    let text = list.span
    let start = JSONScan.skipSpace(text, from: 1)
    guard let end = JSONScan.end(ofValueAt: start, in: text) else { return nil }
    return Array(list[start..<end])
  }
}

/// Tools that one answer may ask for.
private let mostCalls = 128
/// Above what any model reads; a billion such turns still add up.
private let mostTokens = 1_000_000_000
