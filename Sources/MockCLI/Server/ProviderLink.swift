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
  case pieces([StreamPiece])
  case answered(ModelAnswer, pieces: [StreamPiece])
  case failed(status: Int, text: String, retryAfter: Int?)
}

/// A piece of a streamed answer.
enum StreamPiece: Equatable {
  /// Escaped as JSON.
  case text([UInt8])
  /// So many bytes of a tool's name and arguments.
  case call(bytes: Int)
}

/// Whom a call is for.
enum ProviderPurpose {
  case turn(ProviderCall)
  case summary(SessionID)
}

final class ProviderLink {
  let settings: ProviderSettings
  let descriptor: Descriptor
  let epoch: UInt32
  private(set) var purpose: ProviderPurpose?
  private var output = ByteBuffer()
  private var input = ByteBuffer()
  private var reader = HTTPReader(.responses)
  private var isConnected = false
  private var began: Int64 = 0
  /// Of a stream: the text so far and what its chunks said beside it.
  private var text: [UInt8] = []
  private var identity: [UInt8] = []
  private var calls: [ToolCall] = []
  private var usage = (input: 0, output: 0)

  init(settings: ProviderSettings, descriptor: consuming Descriptor, epoch: UInt32) {
    self.settings = settings
    self.descriptor = descriptor
    self.epoch = epoch
    TCP.sendAtOnce(self.descriptor)
  }

  var isIdle: Bool { purpose == nil }
  var wantsWriting: Bool { !isConnected || !output.isEmpty }

  func begin(_ purpose: ProviderPurpose, body: [UInt8], at milliseconds: Int64) {
    self.purpose = purpose
    calls = []
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
  func abandon() { purpose = nil }

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
    var pieces: [StreamPiece] = []
    var start = 0
    while let end = body[start...].firstIndex(of: 0x0A) {
      note(body[start..<end], &pieces)
      start = end + 1
    }
    reader.takeBody(start)
    guard reader.isComplete else { return pieces.isEmpty ? .waiting : .pieces(pieces) }
    let answer = ModelAnswer(
      text: text, inputTokens: usage.input, outputTokens: usage.output, callID: identity,
      milliseconds: milliseconds - began, calls: calls)
    return .answered(answer, pieces: pieces)
  }

  /// A line of the stream: `data: {…}` or nothing of interest.
  private func note(_ line: ArraySlice<UInt8>, _ pieces: inout [StreamPiece]) {
    guard line.starts(with: Array("data:".utf8)) else { return }
    let data = Array(line.dropFirst(5).drop { $0 == 32 }.prefix { $0 != 0x0D })
    guard data.first == UInt8(ascii: "{") else { return }
    if let id = JSONText.member("id", of: data).flatMap(JSONText.content) { identity = id }
    ProviderAnswer.readUsage(of: data, into: &usage)
    if let bytes = ProviderAnswer.readCalls(of: data, into: &calls) {
      pieces.append(.call(bytes: bytes))
    }
    guard let piece = ProviderAnswer.content(of: data, in: "delta"), !piece.isEmpty else { return }
    text += piece
    pieces.append(.text(piece))
  }
}
