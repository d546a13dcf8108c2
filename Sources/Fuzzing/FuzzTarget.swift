// What is fed with damaged input: everything that takes apart bytes of a stranger. Each target says
// what must hold for any input whatever, and stops with a sentence where it does not. libFuzzer
// looks for such inputs (make fuzz); those worth keeping are tests of their own (FuzzingTests).
internal import Basics
internal import LinuxIO
internal import MockCLI
internal import Wire

public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The framing of JSON-RPC messages.
  case frames
  /// The scanner that finds its way in a message, and the message's envelope.
  case json
  /// events.jsonl, as a resume reads it.
  case sessions
  /// HTTP, as providers answer and as clients of ours ask, and what providers say in it.
  case http

  public func check(_ input: [UInt8]) {
    switch self {
    case .frames: FrameChecks.check(input)
    case .json: JSONChecks.check(input)
    case .sessions: SessionChecks.check(input)
    case .http: HTTPChecks.check(input)
    }
  }
}

enum FrameChecks {
  /// Larger than any input: the limit itself strikes later where more comes at once.
  private static let ample = 1 << 20
  private static let tight = 64

  /// The first byte says where the rest is cut.
  static func check(_ input: [UInt8]) {
    let stream = Array(input.dropFirst())
    let cut = min(Int(input.first ?? 0), stream.count)
    let bytes = stream.map { [$0] }
    let halves = [Array(stream[..<cut]), Array(stream[cut...])]
    let whole = decode([stream], ample)
    precondition(
      whole == decode(bytes, ample), "frames read byte by byte differ from those at once")
    precondition(whole == decode(halves, ample), "a cut changes the frames")
    _ = decode(bytes, tight)
    _ = decode(halves, tight)
  }

  private struct Decoded: Equatable {
    var frames: [[UInt8]] = []
    var malformed = 0
  }

  private static func decode(_ pieces: [[UInt8]], _ limit: Int) -> Decoded {
    var decoder = FrameDecoder(limit: limit)
    var decoded = Decoded()
    for piece in pieces {
      decoder.feed(piece)
      while let frame = decoder.nextFrame() {
        precondition(frame.count <= limit, "a frame over the limit")
        decoded.frames.append(frame)
      }
      precondition(
        decoder.pending <= limit + piece.count, "\(decoder.pending) bytes held, limit \(limit)")
    }
    decoded.malformed = decoder.malformed
    return decoded
  }
}

enum JSONChecks {
  static func check(_ input: [UInt8]) {
    let text = input.span
    let start = JSONScan.skipSpace(text, from: 0)
    let end = JSONScan.end(ofValueAt: start, in: text)
    let isWhole = end.map { JSONScan.skipSpace(text, from: $0) == text.count } ?? false
    // Each has its own bound for depth; below all of them they must agree.
    let brackets = input.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
    if brackets < JSONScan.depthLimit - 1 {
      let complaint = JSONComplaint.about(input)
      precondition(
        isWhole == (complaint == nil), "whole by the scan: \(isWhole), but \(complaint ?? "fine")")
    }
    // Doubled keys, huge numbers and broken characters are refused by the reader alone.
    if (try? JSONValue(parsing: input)) != nil {
      precondition(isWhole, "the reader takes what the scan refuses")
    }
    guard let head = MessageHead(text) else { return }
    precondition(isWhole, "an envelope around what is no JSON")
    for range in [head.id, head.params, head.result, head.error] {
      guard let range else { continue }
      precondition(
        JSONScan.end(ofValueAt: range.lowerBound, in: text) == range.upperBound,
        "\(range) is no value")
    }
    if let id = head.id { _ = JavaScriptText.identifier(Array(input[id])) }
    if let params = head.params.map({ Array(input[$0]) }) {
      for method in Method.allCases { _ = OptionCheck.problem(with: params, of: method) }
      checkNames(params)
    }
  }

  /// Every name that is let through to the file system is one part of a path and nothing else.
  private static func checkNames(_ params: [UInt8]) {
    var value: [UInt8]?
    let text = params.span
    let start = JSONScan.skipSpace(text, from: 0)
    _ = JSONScan.members(ofObjectAt: start, in: text) { key, range in
      if JSONScan.matches(text, key, "sessionId") { value = Array(params[range]) }
    }
    let verdicts = [
      SessionName.check(value, for: .create), SessionName.check(value, for: .resume),
      SessionName.checkForDeletion(value),
    ]
    for case .name(let name) in verdicts {
      precondition(
        !name.isEmpty && name.utf8.allSatisfy(harmless.contains), "\(name) reaches the disk")
    }
  }

  private static let harmless = Set(
    "0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
}

enum SessionChecks {
  static func check(_ input: [UInt8]) {
    let withTexts = EventLog.parse(input, withConversation: true)
    let without = EventLog.parse(input, withConversation: false)
    switch (withTexts, without) {
    case (.missing, .missing): break
    case (.corrupted(let one), .corrupted(let other)):
      precondition(one == other && one.first == " ", "two complaints about one file")
    case (.events(let one), .events(let other)):
      precondition(one.bytes == input.count && one.events > 0, "a history without events")
      precondition(
        one.events == other.events && one.turns == other.turns
          && one.talk.count == other.talk.count, "the texts change the counts")
      precondition(one.talk.entries.count == one.talk.count, "an entry without its text")
      var body = ByteBuffer()
      body.append("[0")
      one.talk.append(to: &body)
      body.append("]")
      let text = body.array
      precondition(
        JSONScan.end(ofValueAt: 0, in: text.span) == text.count,
        "what a provider would be told is no JSON")
    default: preconditionFailure("whether a file can be read hangs on what is wanted of it")
    }
  }
}

enum HTTPChecks {
  private struct Message: Equatable {
    var status: Int
    var target: String
    var body: [UInt8]
    var keepsAlive: Bool
  }

  static func check(_ input: [UInt8]) {
    for kind in [HTTPReader.Kind.requests, .responses] {
      precondition(
        read([input], kind) == read(input.map { [$0] }, kind),
        "HTTP read byte by byte differs from that at once")
    }
    // What providers say comes in bodies, but any bytes must do.
    _ = ProviderAnswer.whole(input, after: 0)
    _ = ProviderAnswer.problem(input)
    var calls: [ToolCall] = []
    _ = ProviderAnswer.readCalls(of: input, into: &calls)
  }

  /// The whole messages up to where it is no HTTP any more.
  private static func read(_ pieces: [[UInt8]], _ kind: HTTPReader.Kind) -> [Message] {
    var reader = HTTPReader(kind)
    var messages: [Message] = []
    for piece in pieces {
      var rest = piece[...]
      while !rest.isEmpty {
        guard case .took(let count) = reader.feed(Array(rest).span) else { return messages }
        precondition(count <= rest.count, "took more than there was")
        rest = rest.dropFirst(count)
        if reader.isComplete {
          messages.append(
            Message(
              status: reader.status, target: reader.target, body: reader.body,
              keepsAlive: reader.keepsAlive))
          reader.next()
        } else if count == 0 {
          return messages
        }
      }
    }
    return messages
  }
}
