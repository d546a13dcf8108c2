// What an OpenAI-compatible provider says, taken apart: completions, tool calls in pieces, errors.
import Basics
import MockCLI
import Testing

@Suite struct ProviderAnswerTests {
  @Test("A completion gives its text, its tokens and its id")
  func whole() throws {
    let body = bytes(
      #"{"id":"c1","choices":[{"message":{"role":"assistant","content":"a \"b\"\n"}}],"#
        + #""usage":{"prompt_tokens":100,"completion_tokens":5}}"#)
    let answer = try #require(ProviderAnswer.whole(body, after: 7))
    #expect(text(answer.text) == #"a \"b\"\n"#)
    #expect(answer.inputTokens == 100 && answer.outputTokens == 5 && answer.milliseconds == 7)
    #expect(text(answer.callID) == "c1" && answer.calls.isEmpty)
  }

  @Test("Tools may be asked for instead of a text")
  func tools() throws {
    let body = bytes(
      #"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"t","function":{"name":"bash","#
        + #""arguments":"{\"command\": \"echo hi\"}"}}]}}]}"#)
    let answer = try #require(ProviderAnswer.whole(body, after: 0))
    #expect(answer.text.isEmpty)
    #expect(
      answer.calls == [ToolCall(id: "t", name: "bash", arguments: #"{"command": "echo hi"}"#)])
    #expect(answer.calls[0].argument("command") == "echo hi")
  }

  @Test("The pieces of a streamed tool call are put together")
  func pieces() {
    var calls: [ToolCall] = []
    func feed(_ delta: String) -> Int? {
      ProviderAnswer.readCalls(
        of: bytes("{\"choices\":[{\"delta\":\(delta)}]}"), into: &calls)
    }
    #expect(feed(#"{"content":"x"}"#) == nil)
    #expect(
      feed(#"{"tool_calls":[{"index":0,"id":"t","function":{"name":"get","arguments":"{\"a\""}}]}"#)
        == 7)
    #expect(feed(#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#) == 3)
    #expect(feed(#"{"tool_calls":[{"index":1000000,"function":{"arguments":"x"}}]}"#) == 1)
    #expect(calls.first == ToolCall(id: "t", name: "get", arguments: #"{"a":1}"#))
    #expect(calls.count <= 2)
  }

  @Test("Errors are in the provider's words where they are where they should be")
  func problems() {
    #expect(ProviderAnswer.problem(bytes(#"{"error":{"message":"no"}}"#)) == "no")
    #expect(ProviderAnswer.problem(bytes("<html>")) == "<html>")
    #expect(ProviderAnswer.problem([]) == "")
    #expect(ProviderAnswer.problem(bytes(String(repeating: "x", count: 999))).count == 200)
  }

  @Test("No cut and no change of a completion makes it fall over", arguments: 1...20)
  func mutation(seed: UInt64) {
    let body = bytes(
      #"{"id":"c","choices":[{"message":{"content":"x","tool_calls":[{"id":"t","function":{}}]}}]}"#
    )
    for cut in body.indices { _ = ProviderAnswer.whole(Array(body[..<cut]), after: 0) }
    var random = random(seed, "answer")
    for _ in 0..<100 {
      var changed = body
      changed[random.index(below: body.count)] = UInt8(random.index(below: 256))
      var calls: [ToolCall] = []
      var usage = (input: 0, output: 0)
      _ = ProviderAnswer.whole(changed, after: 0)
      _ = ProviderAnswer.readCalls(of: changed, into: &calls)
      ProviderAnswer.readUsage(of: changed, into: &usage)
      #expect(calls.count <= 128, "seed \(seed)")
    }
  }
}
