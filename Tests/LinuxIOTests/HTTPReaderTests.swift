// Answers of a provider as a network delivers them: cut anywhere, chunked, damaged.
import Basics
import LinuxIO
import Testing

private struct Message: Equatable {
  var status: Int
  var body: [UInt8]
  var isStream: Bool
}

/// Feeds the pieces one by one; every whole message that comes of them, or nil for no HTTP.
private func read(_ pieces: [[UInt8]]) -> [Message]? {
  var reader = HTTPReader(.responses)
  var messages: [Message] = []
  for piece in pieces {
    var rest = piece[...]
    while !rest.isEmpty {
      let next = Array(rest)
      guard case .took(let count) = reader.feed(next.span) else { return nil }
      rest = rest.dropFirst(count)
      if reader.isComplete {
        messages.append(
          Message(status: reader.status, body: reader.body, isStream: reader.isEventStream))
        reader.next()
      } else if count == 0 {
        return nil
      }
    }
  }
  return messages
}

@Suite struct HTTPReaderTests {
  private static let plain = bytes(
    "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 3\r\n"
      + "Content-Length: 2\r\n\r\n{}")
  private static let chunked = bytes(
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "5\r\ndata:\r\nA\r\n {\"a\":1}\n\n\r\n0\r\n\r\n")
  private static let wanted = [
    Message(status: 429, body: bytes("{}"), isStream: false),
    Message(status: 200, body: bytes("data: {\"a\":1}\n\n"), isStream: true),
  ]

  @Test("Two messages on one connection read the same wherever they are cut")
  func everySplit() {
    let stream = HTTPReaderTests.plain + HTTPReaderTests.chunked
    #expect(read([stream]) == HTTPReaderTests.wanted)
    #expect(read(stream.map { [$0] }) == HTTPReaderTests.wanted)
    for cut in 0...stream.count {
      let got = read([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(got == HTTPReaderTests.wanted, "cut at \(cut)")
    }
  }

  @Test("What a header says is heard before the body is there")
  func headers() {
    var reader = HTTPReader(.responses)
    let head = Array(HTTPReaderTests.plain.dropLast(2))
    let fed = reader.feed(head.span)
    #expect(fed == .took(head.count))
    let (hasHeaders, isComplete) = (reader.hasHeaders, reader.isComplete)
    #expect(hasHeaders && !isComplete)
    let (status, pause) = (reader.status, reader.retryAfter)
    #expect(status == 429 && pause == 3)
    let isWhole = reader.end()
    #expect(!isWhole)
  }

  @Test("No bytes change nothing, in the middle of a message too")
  func nothing() {
    var reader = HTTPReader(.responses)
    let text = HTTPReaderTests.chunked
    for byte in text {
      let fed = reader.feed([byte].span)
      #expect(fed == .took(1))
      var empty = ByteBuffer(capacity: 8)
      empty.append(UInt8(0))
      empty.removeFirst(1)
      let none = empty.withSpan { reader.feed($0) }
      #expect(none == .took(0))
    }
    let isComplete = reader.isComplete
    #expect(isComplete)
  }

  @Test("A request says that it waits to be encouraged; a body above the bound, that it is")
  func requests() {
    var reader = HTTPReader(.requests)
    let head = bytes("POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 17000000\r\n\r\n")
    let fed = reader.feed(head.span)
    let (expects, isPost) = (reader.expectsContinue, reader.isPost)
    #expect(fed == .took(head.count) && expects && isPost)
    let body = [UInt8](repeating: 120, count: 17_000_000)
    let refused = reader.feed(body.span)
    let isTooLarge = reader.isTooLarge
    #expect(refused == .notHTTP && isTooLarge)
  }

  @Test("An answer without a length ends with its connection")
  func untilEnd() {
    var reader = HTTPReader(.responses)
    let text = bytes("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
    let fed = reader.feed(text.span)
    #expect(fed == .took(text.count))
    let isComplete = reader.isComplete
    let isWhole = reader.end()
    #expect(!isComplete && isWhole)
    let body = reader.body
    #expect(body == bytes("abc"))
  }

  @Test(
    "What is no HTTP is said to be none",
    arguments: [
      "garbage\r\n\r\n", "\u{0}\u{1}\u{2}", "GET / HTTP/1.1\r\n\r\n", "HTTP/x 200\r\n\r\n",
    ])
  func garbage(text: String) {
    var reader = HTTPReader(.responses)
    let text = bytes(text)
    let fed = reader.feed(text.span)
    #expect(fed == .notHTTP)
  }

  @Test("Damaged messages are read, waited for or refused, and nothing else", arguments: 1...40)
  func mutation(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("http"))
    for _ in 0..<50 {
      var stream = HTTPReaderTests.chunked
      stream[random.index(below: stream.count)] = UInt8(random.index(below: 256))
      let cut = random.index(below: stream.count)
      let whole = read([stream])
      let pieces = read([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(whole == pieces, "seed \(seed), cut at \(cut)")
    }
  }
}
