// How full a session's context is, by the mock's own estimate. The parts that do not grow are as
// 1.0.57 reported them for its own system prompt and tools.
internal import Basics

struct ContextTokens {
  var limit: Int
  var system: Int
  var tools: Int

  /// With a workspace the prompt and the tools speak of it, and are longer.
  init(limit: Int, hasWorkspace: Bool, hasSummary: Bool) {
    self.limit = limit
    system = (hasWorkspace ? 5181 : 4210) + (hasSummary && hasWorkspace ? 58 : 0)
    tools = hasWorkspace ? 6465 : 5031
  }

  /// What is left for the conversation.
  var room: Int { max(0, limit - system - tools) }

  /// The object of `session.usage_info`, without its closing brace.
  func appendUsage(to output: inout ByteBuffer, conversation: Int, messages: Int) {
    output.append("{\"tokenLimit\":")
    output.append(decimal: limit)
    output.append(",\"currentTokens\":")
    output.append(decimal: system + tools + conversation)
    output.append(",\"messagesLength\":")
    output.append(decimal: messages)
    appendParts(to: &output, conversation: conversation)
  }

  /// Three members, a comma before each.
  func appendParts(to output: inout ByteBuffer, conversation: Int) {
    output.append(",\"systemTokens\":")
    output.append(decimal: system)
    output.append(",\"conversationTokens\":")
    output.append(decimal: conversation)
    output.append(",\"toolDefinitionsTokens\":")
    output.append(decimal: tools)
  }
}
