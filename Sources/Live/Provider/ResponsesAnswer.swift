// Answers to `POST /responses` as OpenAI writes them: one object, or the events that lead to it. An
// answer has one item, a message or a call of a tool. Pure: text into a buffer.
internal import Basics
internal import Wire

enum ResponsesAnswer {
  static func whole(_ reply: Reply, _ text: AnswerText, into body: inout ByteBuffer) {
    appendResponse(reply, text, isDone: true, into: &body)
  }

  // MARK: a stream

  /// The events before the first piece.
  static func begin(_ reply: inout Reply, _ text: AnswerText, into body: inout ByteBuffer) {
    for name in ["response.created", "response.in_progress"] as [StaticString] {
      event(name, &reply, into: &body)
      body.append(",\"response\":")
      appendResponse(reply, text, isDone: false, into: &body)
      body.append("}\n\n")
    }
    event("response.output_item.added", &reply, into: &body)
    body.append(",\"output_index\":0,\"item\":")
    appendItem(reply, text, isDone: false, into: &body)
    body.append("}\n\n")
    if reply.call != nil { return }
    event("response.content_part.added", &reply, into: &body)
    appendPlace(reply, into: &body)
    body.append(",\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}}\n\n")
  }

  static func piece(
    _ piece: Int, _ reply: inout Reply, _ text: AnswerText, into body: inout ByteBuffer
  ) {
    if let call = reply.call {
      event("response.function_call_arguments.delta", &reply, into: &body)
      appendPlace(reply, into: &body)
      body.append(",\"delta\":\"")
      body.append(call.arguments)
    } else {
      event("response.output_text.delta", &reply, into: &body)
      appendPlace(reply, into: &body)
      body.append(",\"delta\":\"")
      text.append(piece, answering: reply.mark, to: &body)
    }
    body.append("\"}\n\n")
  }

  static func end(_ reply: inout Reply, _ text: AnswerText, into body: inout ByteBuffer) {
    if let call = reply.call {
      event("response.function_call_arguments.done", &reply, into: &body)
      appendPlace(reply, into: &body)
      body.append(",\"arguments\":\"")
      body.append(call.arguments)
      body.append("\"}\n\n")
    } else {
      event("response.output_text.done", &reply, into: &body)
      appendPlace(reply, into: &body)
      body.append(",\"text\":\"")
      appendText(reply, text, into: &body)
      body.append("\"}\n\n")
      event("response.content_part.done", &reply, into: &body)
      appendPlace(reply, into: &body)
      body.append(",\"part\":")
      appendPart(reply, text, into: &body)
      body.append("}\n\n")
    }
    event("response.output_item.done", &reply, into: &body)
    body.append(",\"output_index\":0,\"item\":")
    appendItem(reply, text, isDone: true, into: &body)
    body.append("}\n\n")
    event("response.completed", &reply, into: &body)
    body.append(",\"response\":")
    appendResponse(reply, text, isDone: true, into: &body)
    body.append("}\n\n")
  }

  private static func event(
    _ name: StaticString, _ reply: inout Reply, into body: inout ByteBuffer
  ) {
    body.append("event: ")
    body.append(name)
    body.append("\ndata: {\"type\":\"")
    body.append(name)
    body.append("\",\"sequence_number\":")
    body.append(decimal: reply.events)
    reply.events += 1
  }

  private static func appendPlace(_ reply: Reply, into body: inout ByteBuffer) {
    body.append(",\"item_id\":\"")
    appendItemID(reply, into: &body)
    body.append("\",\"output_index\":0")
    if reply.call == nil { body.append(",\"content_index\":0") }
  }

  // MARK: the object

  private static func appendResponse(
    _ reply: Reply, _ text: AnswerText, isDone: Bool, into body: inout ByteBuffer
  ) {
    body.append("{\"id\":\"resp_")
    body.append(decimal: reply.number)
    body.append("\",\"object\":\"response\",\"created_at\":")
    body.append(decimal: reply.created)
    body.append(",\"status\":")
    body.append(isDone ? "\"completed\"" : "\"in_progress\"")
    body.append(",\"error\":null,\"incomplete_details\":null,\"instructions\":null,")
    body.append("\"max_output_tokens\":null,\"metadata\":{},\"model\":\"")
    body.append(reply.request.model)
    body.append("\",\"output\":[")
    if isDone { appendItem(reply, text, isDone: true, into: &body) }
    body.append("],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"store\":false,")
    body.append("\"temperature\":1,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1,")
    body.append("\"truncation\":\"disabled\",\"usage\":")
    if isDone {
      body.append("{\"input_tokens\":")
      body.append(decimal: reply.inputTokens)
      body.append(",\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":")
      body.append(decimal: reply.outputTokens)
      body.append(",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":")
      body.append(decimal: reply.inputTokens + reply.outputTokens)
      body.append("}}")
    } else {
      body.append("null}")
    }
  }

  private static func appendItem(
    _ reply: Reply, _ text: AnswerText, isDone: Bool, into body: inout ByteBuffer
  ) {
    body.append("{\"id\":\"")
    appendItemID(reply, into: &body)
    body.append("\",\"status\":")
    body.append(isDone ? "\"completed\"" : "\"in_progress\"")
    if let call = reply.call {
      body.append(",\"type\":\"function_call\",\"call_id\":\"call_")
      body.append(decimal: reply.number)
      body.append("\",\"name\":\"")
      body.append(call.name)
      body.append("\",\"arguments\":\"")
      if isDone { body.append(call.arguments) }
      body.append("\"}")
      return
    }
    body.append(",\"type\":\"message\",\"role\":\"assistant\",\"content\":[")
    if isDone { appendPart(reply, text, into: &body) }
    body.append("]}")
  }

  private static func appendItemID(_ reply: Reply, into body: inout ByteBuffer) {
    body.append(reply.call == nil ? "msg_" : "fc_")
    body.append(decimal: reply.number)
  }

  private static func appendPart(
    _ reply: Reply, _ text: AnswerText, into body: inout ByteBuffer
  ) {
    body.append("{\"type\":\"output_text\",\"text\":\"")
    appendText(reply, text, into: &body)
    body.append("\",\"annotations\":[]}")
  }

  private static func appendText(
    _ reply: Reply, _ text: AnswerText, into body: inout ByteBuffer
  ) {
    for piece in 0..<reply.pieces { text.append(piece, answering: reply.mark, to: &body) }
  }
}
