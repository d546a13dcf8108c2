// The fake provider over real sockets: each way to ask, keep-alive and pipelining, what goes wrong
// on purpose, hundreds of streams at once, bad clients, and what it says it saw.
import Basics
import CLIModel
import LinuxIO
import Live
import Metrics
import Testing
import Wire

private let stream = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"

@Suite struct FakeProviderTests {
  @Test("A whole answer carries the mark of its prompt, and the observer is told")
  func whole() throws {
    let mark = promptMark(3, 1)
    let notes = Notes()
    let (answer, seen) = try serving(observing: { notes.take($0) }) { provider in
      let client = try? ProviderClient(provider)
      client?.post("/v1/chat/completions", chat(message("user", "\(mark.text) hello")))
      return client?.next().answer
    }
    let document = try #require(answer?.json)
    #expect(answer?.status == 200 && answer?.keepsAlive == true)
    #expect(document["object"] == "chat.completion" && document["model"] == "gpt-4.1")
    guard case .array(let choices)? = document["choices"] else { throw Missing() }
    let content = try #require(choices[0]["message"]?["content"]?.text(.compact))
    #expect(content.contains(mark.with(.answer).text))
    #expect(document["usage"]?["completion_tokens"] == 64)
    #expect(seen.asked == 1 && seen.count(status: 200) == 1 && seen.count(.answered) == 1)
    let told = try #require(notes.all.first)
    #expect(told.asked == mark && told.marks == [mark] && told.status == 200)
    #expect(told.ending == .answered && told.purpose == .turn && told.attempt == 0)
  }

  @Test("A stream says piece by piece what a whole answer says at once, in both dialects")
  func streamed() throws {
    let words = message("user", "\(promptMark(3, 1).text) hello")
    let (answers, _) = try serving { provider -> [WireAnswer] in
      guard let client = try? ProviderClient(provider) else { return [] }
      client.post("/chat/completions", chat(words))
      client.post("/chat/completions", chat(words, stream))
      client.post("/v1/responses", "{\"model\":\"m\",\"input\":[\(words)]}")
      client.post("/responses", "{\"model\":\"m\",\"stream\":true,\"input\":[\(words)]}")
      return (0..<4).compactMap { _ in client.next().answer }
    }
    try #require(answers.count == 4)
    guard case .array(let choices)? = answers[0].json?["choices"],
      let whole = choices[0]["message"]?["content"]?.plainText
    else { throw Missing() }
    var joined = ""
    for event in answers[1].events {
      if case .array(let choices)? = event["choices"], let first = choices.first {
        joined += first["delta"]?["content"]?.plainText ?? ""
      }
    }
    #expect(answers[1].isStream && joined == whole)
    #expect(answers[1].events.last?["usage"]?["completion_tokens"] == 64)
    #expect(answers[1].body.hasSuffix("data: [DONE]\n\n"))
    guard case .array(let output)? = answers[2].json?["output"],
      case .array(let parts)? = output[0]["content"]
    else { throw Missing() }
    #expect(parts[0]["text"]?.plainText == whole)
    let events = answers[3].events
    let deltas = events.filter { $0["type"] == "response.output_text.delta" }
    #expect(deltas.map { $0["delta"]?.plainText ?? "" }.joined() == whole)
    #expect(events.map { $0["sequence_number"] } == (0..<events.count).map { .integer(Int64($0)) })
    #expect(events.last?["response"]?["usage"]?["output_tokens"] == 64)
  }

  @Test("A prompt orders a call of a tool, in both dialects, streamed or not")
  func tools() throws {
    let words = message("user", "~provider:call=bash:{\"command\":\"ls\"}~")
    let (bodies, _) = try serving { provider -> [String] in
      guard let client = try? ProviderClient(provider) else { return [] }
      client.post("/chat/completions", chat(words))
      client.post("/chat/completions", chat(words, stream))
      client.post("/responses", "{\"model\":\"m\",\"input\":[\(words)]}")
      client.post("/responses", "{\"model\":\"m\",\"stream\":true,\"input\":[\(words)]}")
      return (0..<4).compactMap { _ in client.next().answer?.body }
    }
    try #require(bodies.count == 4)
    for body in bodies { #expect(body.contains(#""arguments":"{\"command\":\"ls\"}""#)) }
    #expect(bodies[0].contains("\"finish_reason\":\"tool_calls\""))
    #expect(bodies[3].contains("response.function_call_arguments.delta"))
  }

  @Test("Each fault is what it says, and is told as that")
  func faults() throws {
    let notes = Notes()
    let words = ["status=503", "reset", "cut", "stall", "garbage"]
    let (outcomes, seen) = try serving(observing: { notes.take($0) }) { provider in
      [false, true].flatMap { isStream in
        words.map { word -> WireOutcome in
          guard let client = try? ProviderClient(provider) else { return .silence(after: -1) }
          client.post(
            "/v1/chat/completions",
            chat(message("user", "~provider:\(word)~"), isStream ? stream : ""))
          return client.next(within: word == "stall" ? .milliseconds(50) : .seconds(20))
        }
      }
    }
    for (place, outcome) in outcomes.enumerated() {
      let word = words[place % 5]
      switch (word, outcome) {
      case ("status=503", .answer(let answer)): #expect(answer.status == 503)
      case ("garbage", .answer(let answer)): #expect(answer.status == 200 && answer.json == nil)
      case ("reset", .cut(after: 0)): break
      case ("cut", .cut(let bytes)), ("stall", .silence(let bytes)): #expect(bytes > 100)
      default: Issue.record("\(word) gave \(outcome)")
      }
    }
    #expect(seen.count(.refused) == 2 && seen.count(.faulted) == 6)
    #expect(seen.count(.abandoned) + seen.count(.stopped) == 2)
    #expect(notes.all.count == 10 && notes.all.allSatisfy { $0.ending != .answered })
  }

  @Test("A running provider is told to fail, and to stop failing")
  func orders() throws {
    let (statuses, _) = try serving { provider -> [Int] in
      guard let client = try? ProviderClient(provider) else { return [] }
      let question = chat(message("user", "hi"))
      client.post("/seatrial/fault", "status=500")
      client.post("/v1/chat/completions", question)
      client.post("/seatrial/clear", "")
      client.post("/v1/chat/completions", question)
      client.post("/seatrial/fault", "nonsense")
      client.get("/seatrial/observed")
      return (0..<6).map { _ in client.next().answer?.status ?? 0 }
    }
    #expect(statuses == [200, 500, 200, 200, 400, 200])
  }

  @Test("The limit of the model says 429 and when to come back")
  func limit() throws {
    let (answers, seen) = try serving {
      $0.model.rateLimit = RateLimit()
      $0.model.rateLimit?.rate = 0.001
    } _: { provider -> [WireAnswer] in
      guard let client = try? ProviderClient(provider) else { return [] }
      for _ in 0..<2 { client.post("/v1/chat/completions", chat(message("user", "hi"))) }
      return (0..<2).compactMap { _ in client.next().answer }
    }
    #expect(answers.map(\.status) == [200, 429])
    let pause = try #require(answers.last?.retryAfter)
    #expect((999...1000).contains(pause) && seen.count(status: 429) == 1)
  }

  @Test("Three hundred streams at once, each whole")
  func many() throws {
    let count = 300
    // Two descriptors for each.
    _ = ResourceLimits.raiseDescriptors()
    let (whole, seen) = try serving {
      // Long enough for all to have asked before the first is answered.
      $0.model.latency = .fixed(3)
      $0.model.tokens = .fixed(20)
    } _: { provider -> Int in
      let clients = (0..<count).compactMap { _ in try? ProviderClient(provider) }
      for (loop, client) in clients.enumerated() {
        client.post(
          "/v1/chat/completions", chat(message("user", promptMark(UInt32(loop), 1).text), stream))
      }
      return clients.enumerated().filter { loop, client in
        guard let answer = client.next().answer else { return false }
        return answer.body.contains(promptMark(UInt32(loop), 1).with(.answer).text)
          && answer.body.hasSuffix("[DONE]\n\n")
      }.count
    }
    #expect(whole == count && seen.count(.answered) == count)
    #expect(seen.askedAtOnce == count && seen.streamed == count && seen.tokensOut == 20 * count)
  }

  @Test("Requests in one write are answered in order, and bytewise ones too")
  func pieces() throws {
    let (bodies, _) = try serving { provider -> [String] in
      guard let client = try? ProviderClient(provider) else { return [] }
      var both = ""
      for turn in 1...2 {
        let body = chat(message("user", promptMark(0, UInt32(turn)).text))
        both +=
          "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
      }
      client.send(both)
      for byte in both.utf8 { client.send([byte]) }
      return (0..<4).compactMap { _ in client.next().answer?.body }
    }
    let turns: [UInt32] = [1, 2, 1, 2]
    try #require(bodies.count == 4)
    for (body, turn) in zip(bodies, turns) {
      #expect(body.contains(promptMark(0, turn).with(.answer).text))
    }
  }

  @Test("Bad clients get an answer or an end, and good ones go on")
  func bad() throws {
    let (statuses, seen) = try serving { provider -> [Int] in
      func ask(_ text: String) -> Int {
        guard let client = try? ProviderClient(provider) else { return -1 }
        client.send(text)
        return client.next().answer?.status ?? 0
      }
      let large = String(repeating: "x", count: 17 << 20)
      return [
        ask("garbage\r\n\r\n"), ask("GET /nothing HTTP/1.1\r\n\r\n"),
        ask("GET /v1/responses HTTP/1.1\r\n\r\n"),
        ask("POST /v1/responses HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"),
        ask("POST /v1/responses HTTP/1.1\r\ncontent-length: \(17 << 20)\r\n\r\n\(large)"),
        ask("GET /v1/models HTTP/1.0\r\n\r\n"), ask("GET /v1/models/gpt-4.1 HTTP/1.1\r\n\r\n"),
      ]
    }
    #expect(statuses == [400, 404, 405, 400, 413, 200, 200])
    #expect(seen.malformed == 2)
  }

  @Test("A client that leaves is noticed while its answer is under way")
  func abandoned() throws {
    let notes = Notes()
    let (noticed, seen) = try serving(
      {
        $0.model.latency = .fixed(3600)
      }, observing: { notes.take($0) }
    ) { provider -> Bool in
      var client = try? ProviderClient(provider)
      client?.post("/v1/chat/completions", chat(message("user", "hi"), stream))
      client = nil
      guard let other = try? ProviderClient(provider) else { return false }
      // Each answer is another turn of the loop.
      for _ in 0..<20_000 {
        other.get("/seatrial/observed")
        guard let answer = other.next().answer?.json else { return false }
        if answer["endings"]?["abandoned"] == 1 { return true }
      }
      return false
    }
    #expect(noticed && seen.count(.abandoned) == 1)
    #expect(notes.all.first?.ending == .abandoned && notes.all.first?.status == 0)
  }

  @Test("The document of what was seen adds up")
  func document() throws {
    let (_, seen) = try serving { provider -> Int in
      guard let client = try? ProviderClient(provider) else { return 0 }
      for turn in 1...5 {
        client.post(
          "/v1/chat/completions", chat(message("user", promptMark(0, UInt32(turn)).text)))
        _ = client.next()
      }
      return 0
    }
    let json = seen.json
    #expect(json["schema"] == "seatrial.provider/1" && json["asked"] == 5)
    #expect(json["statuses"]?["200"] == 5 && json["purposes"]?["turn"] == 5)
    #expect(json["conversation_messages"]?["max"] == 1 && seen.conversation.count == 5)
    #expect(seen.text.hasPrefix("5 questions in "))
  }
}

private struct Missing: Error {}

extension JSONValue {
  fileprivate var plainText: String? { if case .string(let text) = self { text } else { nil } }
}
