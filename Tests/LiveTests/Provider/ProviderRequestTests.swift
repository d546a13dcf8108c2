// What is read out of requests: dialects, whose turn it is, orders in prompts, refusals.
import Basics
import CLIModel
import Live
import Testing
import Wire

func chat(_ messages: String, _ more: String = "") -> String {
  "{\"model\":\"gpt-4.1\",\"messages\":[\(messages)]\(more)}"
}

func message(_ role: String, _ text: String) -> String {
  "{\"role\":\"\(role)\",\"content\":\(JSONValue.string(text).text(.compact))}"
}

func promptMark(_ loop: UInt32, _ turn: UInt32) -> PromptMark {
  PromptMark(run: 9, loop: loop, turn: turn, session: loop)
}

private func read(
  _ text: String, as dialect: ProviderRequest.Dialect = .chat
) -> Result<ProviderRequest, ProviderRequest.Refusal> {
  ProviderRequest.read(Array(text.utf8).span, as: dialect)
}

@Suite struct ProviderRequestTests {
  @Test("The newest prompt is what is asked; the history comes in order")
  func turn() throws {
    let one = promptMark(4, 1)
    let two = promptMark(4, 2)
    let text = chat(
      [
        message("system", "no mark counts here: \(promptMark(8, 8).text)"),
        message("user", "<now>\n\n\(one.text) hello"),
        message("assistant", one.with(.answer).text), message("user", "\(two.text) again"),
      ].joined(separator: ","), ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
    let request = try read(text).get()
    #expect(request.asked == two && request.purpose == .turn && request.messages == 4)
    #expect(request.marks == [one, one.with(.answer), two])
    #expect(request.streams && request.includesUsage && request.order == nil)
    #expect(request.model == Array("gpt-4.1".utf8) && request.bytes == text.utf8.count)
  }

  @Test("Content may be a list of parts, and a result of a tool belongs to the turn before it")
  func parts() throws {
    let mark = promptMark(1, 5)
    let user = "{\"content\":[{\"type\":\"text\",\"text\":\"\(mark.text)\"}],\"role\":\"user\"}"
    let tool = "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"~provider:reset~\"}"
    let request = try read(chat("\(user),\(tool)")).get()
    #expect(request.asked == mark && request.purpose == .toolResult && request.order == nil)
  }

  @Test("A request for a summary has marks, and none in its last message")
  func summary() throws {
    let mark = promptMark(2, 3)
    let request = try read(
      chat([message("user", mark.text), message("user", "Sum it up.")].joined(separator: ","))
    ).get()
    #expect(request.purpose == .summary && request.asked == mark)
    #expect(try read(chat(message("user", "hi"))).get().purpose == .unmarked)
  }

  @Test("The responses dialect has a text or items")
  func responses() throws {
    let mark = promptMark(6, 1)
    let plain = try read(
      "{\"model\":\"m\",\"input\":\"\(mark.text) hi\"}", as: .responses
    ).get()
    #expect(plain.asked == mark && plain.purpose == .turn && plain.messages == 1)
    let items = try read(
      "{\"model\":\"m\",\"previous_response_id\":null,\"input\":[\(message("user", mark.text)),"
        + "{\"type\":\"function_call\",\"name\":\"f\",\"call_id\":\"c\",\"arguments\":\"{}\"},"
        + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"3\"}]}",
      as: .responses
    ).get()
    #expect(items.purpose == .toolResult && items.asked == mark && items.messages == 3)
    #expect(
      read("{\"model\":\"m\",\"input\":\"x\",\"previous_response_id\":\"r\"}", as: .responses)
        == .failure(.unkept))
  }

  @Test(
    "What cannot be answered is refused with its reason",
    arguments: [
      ("", ProviderRequest.Refusal.notJSON), ("[]", .notJSON), ("{} x", .notJSON),
      ("{\"messages\":[]}", .missing("model")), ("{\"model\":3}", .missing("model")),
      ("{\"model\":\"m\"}", .missing("messages")),
      ("{\"model\":\"m\",\"messages\":[]}", .missing("messages")),
      ("{\"model\":\"m\",\"messages\":[3]}", .missing("messages")),
      ("{\"model\":\"m\",\"messages\":\"hi\"}", .missing("messages")),
    ])
  func refused(text: String, refusal: ProviderRequest.Refusal) {
    #expect(read(text) == .failure(refusal))
  }

  @Test("Orders are read out of the newest prompt alone")
  func orders() throws {
    func order(_ words: String) throws -> PromptOrder? {
      try read(
        chat([message("user", "~provider:reset~"), message("user", words)].joined(separator: ","))
      ).get().order
    }
    #expect(try order("please") == nil)
    #expect(try order("a ~provider:status=503~ b")?.kind == .fault(.status(503)))
    #expect(try order("~provider:stall:times=2~")?.times == 2)
    #expect(try order("~provider:status=99~ ~provider:cut~")?.kind == .fault(.cut))
    #expect(try order("~provider:nonsense~ ~provider:") == nil)
    let call = try order("~provider:call=bash:{\"command\":\"ls\"}~")
    #expect(
      call?.kind
        == .call(name: Array("bash".utf8), arguments: Array(#"{\"command\":\"ls\"}"#.utf8)))
  }

  @Test("Damaged requests are read or refused, and nothing else", arguments: 1...20)
  func mutation(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("requests"))
    let whole = Array(
      chat([message("user", promptMark(1, 1).text), message("tool", "x")].joined(separator: ","))
        .utf8)
    for _ in 0..<200 {
      var text = whole
      for _ in 0...random.index(below: 3) {
        text[random.index(below: text.count)] = UInt8(random.index(below: 256))
      }
      if case .success(let request) = ProviderRequest.read(text.span, as: .chat) {
        #expect(request.marks.allSatisfy { $0 == promptMark(1, 1) }, "seed \(seed)")
      }
    }
  }
}

extension Result where Success == ProviderRequest, Failure == ProviderRequest.Refusal {
  fileprivate static func == (one: Self, other: Self) -> Bool {
    switch (one, other) {
    case (.failure(let a), .failure(let b)): a == b
    default: false
    }
  }
}
