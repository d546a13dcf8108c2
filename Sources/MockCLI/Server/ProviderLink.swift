// One connection to a model provider and the call on it: the request goes out, the answer comes in,
// whole or as a stream of pieces. Kept alive between calls. It acts when the server's loop says
// that something is ready, and hands out what happened.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

/// What a ready connection has brought.
enum ProviderOutcome {
  case waiting
  /// Pieces of a streamed answer, escaped as JSON.
  case pieces([[UInt8]])
  case answered(ModelAnswer, pieces: [[UInt8]])
  case failed(status: Int, text: String, retryAfter: Int?)
}

final class ProviderLink {
  let settings: ProviderSettings
  let descriptor: Descriptor
  let epoch: UInt32
  private(set) var call: ProviderCall?
  private var output = ByteBuffer()
  private var input = ByteBuffer()
  private var reader = HTTPReader(.responses)
  private var isConnected = false
  private var began: Int64 = 0
  /// Of a stream: the text so far and what its chunks said beside it.
  private var text: [UInt8] = []
  private var identity: [UInt8] = []
  private var usage = (input: 0, output: 0)

  init(settings: ProviderSettings, descriptor: consuming Descriptor, epoch: UInt32) {
    self.settings = settings
    self.descriptor = descriptor
    self.epoch = epoch
    TCP.sendAtOnce(self.descriptor)
  }

  var isIdle: Bool { call == nil }
  var wantsWriting: Bool { !isConnected || !output.isEmpty }

  func begin(_ call: ProviderCall, body: [UInt8], at milliseconds: Int64) {
    self.call = call
    began = milliseconds
    text = []
    identity = []
    usage = (0, 0)
    reader.next()
    output.append("POST \(settings.path)/chat/completions HTTP/1.1\r\nhost: \(settings.host):")
    output.append(decimal: Int(settings.port))
    output.append("\r\nconnection: keep-alive\r\naccept: application/json\r\n")
    output.append("content-type: application/json\r\nauthorization: Bearer \(settings.key)\r\n")
    output.append("content-length: ")
    output.append(decimal: body.count)
    output.append("\r\n\r\n")
    output.append(body)
  }

  /// Lets go of the call: its turn is over before its answer.
  func abandon() { call = nil }

  /// Nil while all is well.
  func write() -> ProviderOutcome? {
    if !isConnected {
      guard TCP.pendingError(of: descriptor) == 0 else { return refused }
      isConnected = true
    }
    while !output.isEmpty {
      switch descriptor.write(from: &output) {
      case .moved: continue
      case .wouldBlock: return nil
      case .closed, .failed: return refused
      }
    }
    return nil
  }

  private var refused: ProviderOutcome {
    .failed(status: 0, text: "Connection error.", retryAfter: nil)
  }

  func read(at milliseconds: Int64) -> ProviderOutcome {
    switch descriptor.read(into: &input, limit: 64 << 10) {
    case .wouldBlock: return .waiting
    case .failed: return refused
    case .closed:
      guard reader.hasHeaders, reader.end() else { return refused }
      return outcome(at: milliseconds)
    case .moved:
      var taken = 0
      input.withSpan { bytes in
        if case .took(let count) = reader.feed(bytes) { taken = count } else { taken = -1 }
      }
      guard taken >= 0 else { return refused }
      input.removeFirst(taken)
      return outcome(at: milliseconds)
    }
  }

  private func outcome(at milliseconds: Int64) -> ProviderOutcome {
    guard reader.hasHeaders else { return .waiting }
    let status = reader.status
    if status >= 400 {
      guard reader.isComplete else { return .waiting }
      return .failed(
        status: status, text: ProviderAnswer.problem(reader.body),
        retryAfter: reader.retryAfter)
    }
    if reader.isEventStream { return streamed(at: milliseconds) }
    guard reader.isComplete else { return .waiting }
    guard let answer = ProviderAnswer.whole(reader.body, after: milliseconds - began) else {
      return refused
    }
    return .answered(answer, pieces: [])
  }

  private func streamed(at milliseconds: Int64) -> ProviderOutcome {
    let body = reader.body
    var pieces: [[UInt8]] = []
    var start = 0
    while let end = body[start...].firstIndex(of: 0x0A) {
      note(body[start..<end], &pieces)
      start = end + 1
    }
    reader.takeBody(start)
    guard reader.isComplete else { return pieces.isEmpty ? .waiting : .pieces(pieces) }
    let answer = ModelAnswer(
      text: text, inputTokens: usage.input, outputTokens: usage.output, callID: identity,
      milliseconds: milliseconds - began)
    return .answered(answer, pieces: pieces)
  }

  /// A line of the stream: `data: {…}` or nothing of interest.
  private func note(_ line: ArraySlice<UInt8>, _ pieces: inout [[UInt8]]) {
    guard line.starts(with: Array("data:".utf8)) else { return }
    let data = Array(line.dropFirst(5).drop { $0 == 32 }.prefix { $0 != 0x0D })
    guard data.first == UInt8(ascii: "{") else { return }
    if let id = JSONText.member("id", of: data).flatMap(JSONText.content) { identity = id }
    ProviderAnswer.readUsage(of: data, into: &usage)
    guard let piece = ProviderAnswer.content(of: data, in: "delta"), !piece.isEmpty else { return }
    text += piece
    pieces.append(piece)
  }
}

/// Takes apart what an OpenAI-compatible provider says.
enum ProviderAnswer {
  static func whole(_ body: [UInt8], after milliseconds: Int64) -> ModelAnswer? {
    guard let text = content(of: body, in: "message") else { return nil }
    var usage = (input: 0, output: 0)
    readUsage(of: body, into: &usage)
    return ModelAnswer(
      text: text, inputTokens: usage.input, outputTokens: usage.output,
      callID: JSONText.member("id", of: body).flatMap(JSONText.content) ?? [],
      milliseconds: milliseconds)
  }

  /// The text of the first choice, escaped; empty where it is null.
  static func content(of body: [UInt8], in member: StaticString) -> [UInt8]? {
    guard let choices = JSONText.member("choices", of: body),
      let first = firstElement(of: choices),
      let message = JSONText.member(member, of: first)
    else { return nil }
    return JSONText.member("content", of: message).flatMap(JSONText.content) ?? []
  }

  static func readUsage(of body: [UInt8], into usage: inout (input: Int, output: Int)) {
    guard let object = JSONText.member("usage", of: body) else { return }
    func number(_ name: StaticString) -> Int? {
      guard let value = JSONText.member(name, of: object) else { return nil }
      return Int(String(decoding: value, as: UTF8.self))
    }
    usage.input = number("prompt_tokens") ?? usage.input
    usage.output = number("completion_tokens") ?? usage.output
  }

  /// The provider's own words for an error; its whole body where they are not where they should be.
  static func problem(_ body: [UInt8]) -> String {
    guard let error = JSONText.member("error", of: body),
      let message = JSONText.member("message", of: error).flatMap(JSONText.string)
    else { return String(decoding: body.prefix(200), as: UTF8.self) }
    return message
  }

  private static func firstElement(of list: [UInt8]) -> [UInt8]? {
    guard list.first == UInt8(ascii: "[") else { return nil }
    let text = list.span
    let start = JSONScan.skipSpace(text, from: 1)
    guard let end = JSONScan.end(ofValueAt: start, in: text) else { return nil }
    return Array(list[start..<end])
  }
}
