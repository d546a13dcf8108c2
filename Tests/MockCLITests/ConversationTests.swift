// What a provider is told, and how a conversation is made short.
import Basics
import MockCLI
import Testing

private func talk(_ roles: [(Conversation.Role, Int)]) -> Conversation {
  var talk = Conversation()
  for (role, size) in roles { talk.add(role, Array(repeating: 97, count: size)) }
  return talk
}

@Suite struct ConversationTests {
  @Test("Counts and tokens are the same with and without the texts")
  func counted() {
    var with = Conversation()
    var without = Conversation()
    without.keepsText = false
    for size in [273, 23, 188, 23] {
      with.add(.user, Array(repeating: 97, count: size))
      without.add(.user, Array(repeating: 97, count: size))
    }
    #expect(with.count == without.count && with.tokens == without.tokens)
    #expect(without.entries.isEmpty)
  }

  @Test("What does not fit loses its answers first, then what is oldest, and keeps the last")
  func fitting() {
    let talk = talk([
      (.summary, 4900), (.assistant, 49), (.user, 490), (.assistant, 49), (.user, 490),
    ])
    #expect(talk.fitting(talk.tokens).count == 5)
    #expect(talk.fitting(talk.tokens - 1).entries.map(\.role) == [.summary, .user, .user])
    #expect(talk.fitting(1200).entries.count == 3 && talk.fitting(1199).entries.count == 2)
    #expect(talk.fitting(250).entries.map(\.role) == [.user, .user])
    #expect(talk.fitting(0).entries.map(\.role) == [.user])
  }

  @Test("A summary stands for what it is of, and for nothing that came later")
  func summary() {
    var talk = talk([(.user, 100), (.assistant, 10), (.user, 100), (.assistant, 10)])
    talk.replace(first: 3, by: bytes("short"))
    #expect(talk.entries.map(\.role) == [.summary, .assistant])
    #expect(talk.count == 2)
    #expect(talk.tokens == talk.entries.reduce(0) { $0 + $1.tokens })
  }

  @Test("Tool calls and what came of them are messages of their own")
  func tools() throws {
    var talk = Conversation()
    talk.note(
      "assistant.message",
      [
        "content": "", "toolRequests": [["toolCallId": "t", "name": "f", "arguments": ["a": 1]]],
      ])
    talk.note(
      "tool.execution_complete", ["toolCallId": "t", "result": ["content": "rain"]])
    var body = ByteBuffer()
    body.append("[0")
    talk.append(to: &body)
    body.append("]")
    let wanted: JSONValue = [
      0,
      [
        "role": "assistant", "content": nil,
        "tool_calls": [
          ["id": "t", "type": "function", "function": ["name": "f", "arguments": "{\"a\":1}"]]
        ],
      ],
      ["role": "tool", "tool_call_id": "t", "content": "rain"],
    ]
    #expect(try JSONValue(parsing: body.array) == wanted)
  }
}
