// Reads HTTP/1.1 messages from bytes, one after another, with Debian's http-parser (docs/decisions
// say why that one). It owns no socket and knows no meaning: status, target and body come out.

internal import CHTTP

@safe public struct HTTPReader: ~Copyable {
  public enum Kind: Sendable { case requests, responses }

  public enum Feeding: Hashable, Sendable {
    /// So many bytes were taken; fewer than given only where a message has ended.
    case took(Int)
    case notHTTP
  }

  private let reader: OpaquePointer

  public init(_ kind: Kind) {
    guard let reader = unsafe seatrial_http_new(kind == .requests ? 1 : 0) else {
      preconditionFailure("no memory for an HTTP reader")
    }
    unsafe self.reader = reader
  }

  deinit { unsafe seatrial_http_free(reader) }

  public mutating func feed(_ bytes: Span<UInt8>) -> Feeding {
    let taken = unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe seatrial_http_feed(
        reader, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return taken < 0 ? .notHTTP : .took(taken)
  }

  /// The peer has closed; false where that cuts a message.
  public mutating func end() -> Bool { unsafe seatrial_http_end(reader) == 0 }

  public var hasHeaders: Bool { unsafe seatrial_http_has_headers(reader) != 0 }
  public var isComplete: Bool { unsafe seatrial_http_is_complete(reader) != 0 }
  public var status: Int { unsafe Int(seatrial_http_status(reader)) }
  public var keepsAlive: Bool { unsafe seatrial_http_keeps_alive(reader) != 0 }
  public var isEventStream: Bool { unsafe seatrial_http_is_stream(reader) != 0 }
  public var isPost: Bool { unsafe seatrial_http_method(reader) == 3 }
  public var isGet: Bool { unsafe seatrial_http_method(reader) == 1 }

  /// A client waits for `100 Continue` before it sends the body.
  public var expectsContinue: Bool { unsafe seatrial_http_expects_continue(reader) != 0 }
  /// What was no HTTP was so because its body is above 16 MiB.
  public var isTooLarge: Bool { unsafe seatrial_http_is_too_large(reader) != 0 }

  /// Whole seconds, where the header names them.
  public var retryAfter: Int? {
    let seconds = unsafe seatrial_http_retry_after(reader)
    return seconds < 0 ? nil : seconds
  }

  public var target: String {
    var count = 0
    guard let start = unsafe seatrial_http_target(reader, &count) else { return "" }
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// What has come of the body and was not taken.
  public var body: [UInt8] {
    var count = 0
    guard let start = unsafe seatrial_http_body(reader, &count) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The same without a copy.
  public func withBody<Result>(_ look: (Span<UInt8>) -> Result) -> Result {
    var count = 0
    let start = unsafe seatrial_http_body(reader, &count)
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    return unsafe look(bytes.assumingMemoryBound(to: UInt8.self).span)
  }

  public mutating func takeBody(_ count: Int) { unsafe seatrial_http_take_body(reader, count) }

  /// Ready for the next message of the connection.
  public mutating func next() { unsafe seatrial_http_next(reader) }
}
