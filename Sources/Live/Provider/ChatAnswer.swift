// Answers to `POST /chat/completions` as OpenAI writes them: whole, or as chunks of a stream. Pure:
// text into a buffer; when and over which socket is decided elsewhere.
internal import Basics
internal import Wire

enum ChatAnswer {
  static func whole(_ reply: Reply, _ text: AnswerText, into body: inout ByteBuffer) {
    begin(reply, "chat.completion", into: &body)
    body.append("\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":")
    if reply.call != nil {
      body.append("null,\"tool_calls\":[{")
      appendCall(reply, into: &body)
      body.append("}]")
    } else {
      body.append("\"")
      for piece in 0..<reply.pieces { text.append(piece, answering: reply.mark, to: &body) }
      body.append("\"")
    }
    body.append(",\"refusal\":null},\"logprobs\":null,\"finish_reason\":")
    body.append(reply.call == nil ? "\"stop\"}]," : "\"tool_calls\"}],")
    appendUsage(reply, into: &body)
    body.append("}")
  }

  /// The event of one piece of a stream.
  static func piece(
    _ piece: Int, _ reply: Reply, _ text: AnswerText, into body: inout ByteBuffer
  ) {
    beginEvent(reply, into: &body)
    body.append("\"choices\":[{\"index\":0,\"delta\":{")
    if piece == 0 { body.append("\"role\":\"assistant\",") }
    if reply.call != nil {
      body.append("\"content\":null,\"tool_calls\":[{\"index\":0,")
      appendCall(reply, into: &body)
      body.append("}]")
    } else {
      body.append("\"content\":\"")
      text.append(piece, answering: reply.mark, to: &body)
      body.append("\"")
    }
    body.append("},\"logprobs\":null,\"finish_reason\":null}]}\n\n")
  }

  /// What follows the last piece.
  static func end(_ reply: Reply, into body: inout ByteBuffer) {
    beginEvent(reply, into: &body)
    body.append("\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":")
    body.append(reply.call == nil ? "\"stop\"}]}\n\n" : "\"tool_calls\"}]}\n\n")
    if reply.request.includesUsage {
      beginEvent(reply, into: &body)
      body.append("\"choices\":[],")
      appendUsage(reply, into: &body)
      body.append("}\n\n")
    }
    body.append("data: [DONE]\n\n")
  }

  private static func beginEvent(_ reply: Reply, into body: inout ByteBuffer) {
    body.append("data: ")
    begin(reply, "chat.completion.chunk", into: &body)
  }

  private static func begin(
    _ reply: Reply, _ kind: StaticString, into body: inout ByteBuffer
  ) {
    body.append("{\"id\":\"chatcmpl-")
    body.append(decimal: reply.number)
    body.append("\",\"object\":\"")
    body.append(kind)
    body.append("\",\"created\":")
    body.append(decimal: reply.created)
    body.append(",\"model\":\"")
    body.append(reply.request.model)
    body.append("\",\"system_fingerprint\":\"seatrial\",")
  }

  private static func appendCall(_ reply: Reply, into body: inout ByteBuffer) {
    guard let call = reply.call else { return }
    body.append("\"id\":\"call_")
    body.append(decimal: reply.number)
    body.append("\",\"type\":\"function\",\"function\":{\"name\":\"")
    body.append(call.name)
    body.append("\",\"arguments\":\"")
    body.append(call.arguments)
    body.append("\"}")
  }

  private static func appendUsage(_ reply: Reply, into body: inout ByteBuffer) {
    body.append("\"usage\":{\"prompt_tokens\":")
    body.append(decimal: reply.inputTokens)
    body.append(",\"completion_tokens\":")
    body.append(decimal: reply.outputTokens)
    body.append(",\"total_tokens\":")
    body.append(decimal: reply.inputTokens + reply.outputTokens)
    body.append(",\"prompt_tokens_details\":{\"cached_tokens\":0}")
    body.append(",\"completion_tokens_details\":{\"reasoning_tokens\":0}}")
  }
}
