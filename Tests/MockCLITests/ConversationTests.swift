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

  @Test("What is forgotten for good is what no request would carry")
  func forgetting() {
    var talk = talk([
      (.summary, 4900), (.assistant, 49), (.user, 490), (.assistant, 49), (.user, 490),
    ])
    #expect(talk.forget(beyond: talk.tokens, countingFirst: 3) == 3 && talk.count == 5)
    let shown = talk.fitting(250).entries.map(\.text)
    // Of the first three, under way to be summed up, the summary and the answer have gone.
    #expect(talk.forget(beyond: 250, countingFirst: 3) == 1)
    #expect(talk.entries.map(\.text) == shown && talk.count == 2 && talk.tokens == 200)
    talk.sumUp(first: 1, as: bytes("short"))
    #expect(talk.entries.map(\.role) == [.summary, .user])
  }

  @Test("A bounded conversation stays bounded, and its summaries with it")
  func bounded() {
    var talk = Conversation()
    var most = 0
    for turn in 0..<500 {
      talk.add(.user, Array(repeating: 97, count: 490))
      talk.hear(Array(repeating: 97, count: 480))
      talk.add(.assistant, Array(repeating: 98, count: 49))
      _ = talk.forget(beyond: 2_000, countingFirst: 0)
      if turn % 50 == 49 { talk.sumUp(first: talk.count - 1, as: bytes("short")) }
      most = max(most, talk.tokens)
    }
    #expect(most < 3_400, "it grew to \(most) tokens")
  }

  @Test("A summary stands for what it is of, and for nothing that came later")
  func summary() {
    var talk = talk([(.user, 100), (.assistant, 10), (.user, 100), (.assistant, 10)])
    talk.sumUp(first: 3, as: bytes("short"))
    #expect(talk.entries.map(\.role) == [.summary, .assistant])
    #expect(talk.count == 2)
    #expect(talk.tokens == talk.entries.reduce(0) { $0 + $1.tokens })
  }

  @Test("A history with a summary reads as the session that made it had it in mind")
  func fromLog() throws {
    var lived = Conversation()
    for (user, framed) in [("one", "[one]"), ("two", "[two]")] {
      lived.add(.user, bytes(framed))
      lived.hear(bytes(user))
      if user == "one" { lived.add(.assistant, bytes("yes")) }
    }
    lived.add(.assistant, bytes("while it was made"))
    lived.sumUp(first: 3, as: bytes("short"))
    var read = Conversation()
    read.note("user.message", ["content": "one", "transformedContent": "[one]"])
    read.note("assistant.message", ["content": "yes"])
    read.note("user.message", ["content": "two", "transformedContent": "[two]"])
    read.note("session.compaction_start", [:])
    read.note("assistant.message", ["content": "while it was made"])
    read.note("session.compaction_complete", ["success": true, "summaryContent": "short"])
    #expect(read.entries.map(\.role) == [.summary, .assistant])
    #expect(read.entries.map(\.text) == lived.entries.map(\.text))
    #expect(read.tokens == lived.tokens && read.count == lived.count)
    let text = String(decoding: try #require(read.entries.first).text, as: UTF8.self)
    #expect(text.contains("one\\n</user_message>\\n<user_message>\\ntwo"))
    // Both users' words and marks, the summary, 241 bytes of ours; a line feed counts once.
    let lineFeeds = text.utf8.count(where: { $0 == UInt8(ascii: "\\") })
    #expect(text.utf8.count - lineFeeds == 2 * (3 + 32) + 5 + 241)
  }

  @Test("A summary that failed leaves a history as it was")
  func failedSummary() {
    var read = Conversation()
    read.note("user.message", ["content": "one"])
    read.note("session.compaction_start", [:])
    read.note("session.compaction_complete", ["success": false, "error": "Error: no"])
    #expect(read.entries.map(\.role) == [.user])
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
