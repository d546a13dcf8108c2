// What a server answers to the look at the end, in the real CLI's words: what it says of the
// history and what it leaves open.
import Basics
import Live
import Testing
import Wire

@Suite struct HistoryAnswerTests {
  private func read(_ text: String) -> HistoryAnswer { HistoryAnswer(Array(text.utf8).span) }

  private func error(_ words: String) -> HistoryAnswer.Outcome {
    let answer = read(
      #"{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"\#(words)"}}"#)
    #expect(answer.id == 7, "\(words)")
    return answer.outcome
  }

  @Test("A session that is not there and one that is corrupted are known; any other error is not")
  func errors() {
    let request = "Request session.resume failed with message: "
    #expect(error(request + "Session not found: nope-1") == .notFound)
    for words in [
      "Session file is corrupted (line 6: SyntaxError: Unexpected end of JSON input)",
      "Session file is corrupted (line 3: data.content: Required)",
      "Session file is corrupted or incompatible",
    ] {
      #expect(error(request + words) == .corrupted, "\(words)")
    }
    for words in ["Unhandled method session.resume", "Connection got disposed.", "EMFILE"] {
      #expect(error(words) == .failed(words))
    }
    let bare = read(#"{"jsonrpc":"2.0","id":7,"error":{"code":-1}}"#)
    #expect(bare.outcome == .failed(#"{"code":-1}"#))
    let none = read(#"{"jsonrpc":"2.0","id":7}"#)
    #expect(none.id == 7 && none.outcome != .done)
  }

  @Test("A history without prompts is one, compacted or not, and what is no history is a failure")
  func histories() {
    func events(_ text: String) -> HistoryAnswer.Outcome {
      read(#"{"jsonrpc":"2.0","id":8,"result":{"events":\#(text)}}"#).outcome
    }
    #expect(events("[]") == .history([]))
    #expect(
      events(#"[{"type":"user.message","data":{"content":"hello"}}]"#)
        == .history([]))
    #expect(events(#"[{"type":"session.compaction_complete","data":{}}]"#) == .history([]))
    #expect(read(#"{"jsonrpc":"2.0","id":8,"result":{}}"#).outcome == .done)
    #expect(read(#"{"jsonrpc":"2.0","method":"session.event","params":{}}"#).id == nil)
    #expect(read("nonsense").id == nil)
  }

  @Test("A prompt that nobody answered is no turn, whatever stands between prompt and answer")
  func unanswered() throws {
    let marks = (0..<3).map { PromptMark(run: 7, loop: 1, turn: $0, session: 4) }
    func prompt(_ turn: Int) -> String {
      var text = ByteBuffer()
      marks[turn].append(to: &text)
      let words = String(decoding: text.array, as: UTF8.self)
      let data = #"{"content":"\#(words)","interactionId":"i\#(turn)"}"#
      return #"{"type":"user.message","data":\#(data)}"#
    }
    func answer(_ turn: Int) -> String {
      #"{"type":"assistant.message","data":{"content":"yes","interactionId":"i\#(turn)"}}"#
    }
    func read(_ events: String...) -> HistoryAnswer.Outcome {
      let list = events.joined(separator: ",")
      return self.read(#"{"jsonrpc":"2.0","id":8,"result":{"events":[\#(list)]}}"#).outcome
    }
    #expect(read(prompt(0), answer(0), prompt(1)) == .history([marks[0]]))
    #expect(
      read(prompt(0), prompt(1), answer(1), prompt(2), answer(2))
        == .history([marks[1], marks[2]]))
    // Two servers wrote at once.
    #expect(
      read(prompt(0), prompt(1), answer(1), answer(0))
        == .history([marks[0], marks[1]]))
    // A server that does not say what belongs together is believed.
    let silent = prompt(0).replacing(#","interactionId":"i0""#, with: "")
    #expect(read(silent) == .history([marks[0]]))
  }
}
