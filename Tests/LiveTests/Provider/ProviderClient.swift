// A provider on a thread of its own and a client of it, over loopback: what an answer looks like on
// the wire. Waits by polling its socket, for at most twenty seconds, and never sleeps.
import Basics
import LinuxIO
import Live
import Synchronization
import Testing

/// Runs a provider beside `body` and stops it when that is done.
func serving<Value: Sendable>(
  _ change: (inout ProviderSettings) -> Void = { _ in },
  observing observe: (@Sendable (Observed) -> Void)? = nil,
  _ body: @escaping @Sendable (FakeProvider) -> Value
) throws -> (value: Value, seen: Observations) {
  var settings = ProviderSettings()
  settings.seed = Seed(1)
  change(&settings)
  let provider = try FakeProvider(settings)
  let ends = try WorkerThreads.run(2) { index -> (Value?, Observations?) in
    if index == 0 {
      let seen = try? provider.run(observing: observe)
      return (nil, seen)
    }
    defer { provider.stop() }
    return (body(provider), nil)
  }
  return (try #require(ends[1].0), try #require(ends[0].1))
}

struct WireAnswer: Sendable {
  var status: Int
  var body: String
  var isStream: Bool
  var keepsAlive: Bool
  var retryAfter: Int?

  /// The documents of an event stream, in order; `[DONE]` is not among them.
  var events: [JSONValue] {
    body.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("data: {") else { return nil }
      return try? JSONValue(parsing: Array(line.dropFirst(6).utf8))
    }
  }

  var json: JSONValue? { try? JSONValue(parsing: Array(body.utf8)) }
}

enum WireOutcome: Sendable {
  case answer(WireAnswer)
  /// The connection ended in the middle, after so many bytes.
  case cut(after: Int)
  case silence(after: Int)
}

/// One connection to a provider.
final class ProviderClient {
  private let descriptor: Descriptor
  private var poller: Poller
  private var reader = HTTPReader(.responses)
  private var input = ByteBuffer()

  init(_ provider: FakeProvider) throws {
    descriptor = try TCP.connect(host: "127.0.0.1", port: provider.port).get()
    poller = try Poller()
    _ = poller.add(descriptor.number, token: 0, for: [.reading, .writing])
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var output = ByteBuffer()
    output.append(bytes)
    _ = poller.change(descriptor.number, token: 0, for: [.reading, .writing])
    while !output.isEmpty {
      switch descriptor.write(from: &output) {
      case .moved: continue
      case .wouldBlock: _ = poller.wait(until: deadline(.seconds(20)), now: MonotonicClock.now())
      case .closed, .failed: return
      }
    }
    _ = poller.change(descriptor.number, token: 0, for: .reading)
  }

  func post(_ path: String, _ body: String, _ headers: String = "") {
    send(
      "POST \(path) HTTP/1.1\r\nhost: x\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n"
        + body)
  }

  func get(_ path: String) { send("GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n") }

  /// The next answer; when it has begun, for at most so long.
  func next(within patience: Interval = .seconds(20)) -> WireOutcome {
    var end = deadline(.seconds(20))
    var received = 0
    while true {
      if let answer = taken() { return .answer(answer) }
      switch descriptor.read(into: &input, limit: 1 << 16) {
      case .moved(let count):
        if received == 0 { end = min(end, deadline(patience)) }
        received += count
      case .wouldBlock:
        guard MonotonicClock.now() < end else { return .silence(after: received) }
        _ = poller.wait(until: end, now: MonotonicClock.now())
      case .closed, .failed:
        if reader.hasHeaders, reader.end() { return .answer(answer()) }
        return .cut(after: received)
      }
    }
  }

  private func taken() -> WireAnswer? {
    if input.isEmpty { return nil }
    let bytes = input.array
    guard case .took(let count) = reader.feed(bytes.span) else { return nil }
    input.removeFirst(count)
    guard reader.isComplete else { return nil }
    defer { reader.next() }
    return answer()
  }

  private func answer() -> WireAnswer {
    WireAnswer(
      status: reader.status, body: String(decoding: reader.body, as: UTF8.self),
      isStream: reader.isEventStream, keepsAlive: reader.keepsAlive, retryAfter: reader.retryAfter)
  }

  private func deadline(_ patience: Interval) -> Instant { MonotonicClock.now() + patience }
}

extension WireOutcome {
  var answer: WireAnswer? { if case .answer(let answer) = self { answer } else { nil } }
}

/// What an observer was told, for a test to look at.
final class Notes: Sendable {
  private let list = Mutex<[Observed]>([])
  func take(_ observed: Observed) { list.withLock { $0.append(observed) } }
  var all: [Observed] { list.withLock { $0 } }
}
