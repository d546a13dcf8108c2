// What Redis answers, read out of hiredis' memory, and what it is asked, as hiredis wants it. The
// files named Redis… in this folder are the only ones that touch that memory.
internal import CHiredis

/// Why a command has no answer. Whether Redis carried it out is then not known.
package struct RedisFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// No connection, or none within the time-out: nothing was sent.
    case unreachable
    case timedOut = "timed out"
    /// Redis closed the connection or went away.
    case closed
    /// Redis answered with an error, or with something that the command does not answer.
    case rejected
  }
  package let kind: Kind
  package let text: String

  package var description: String { "redis: \(kind.rawValue): \(text)" }
}

enum RedisReply: Equatable {
  case nothing
  case integer(Int)
  case text(String)
  case list([RedisReply])
  case failed(RedisFailure)

  var number: Int? { if case .integer(let value) = self { value } else { nil } }
  var words: String? { if case .text(let text) = self { text } else { nil } }

  init(_ reply: UnsafeMutablePointer<redisReply>) {
    switch unsafe reply.pointee.type {
    case REDIS_REPLY_NIL: self = .nothing
    case REDIS_REPLY_INTEGER: self = unsafe .integer(Int(reply.pointee.integer))
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .text(unsafe RedisReply.text(of: reply))
    case REDIS_REPLY_ERROR:
      self = .failed(RedisFailure(kind: .rejected, text: unsafe RedisReply.text(of: reply)))
    case REDIS_REPLY_ARRAY:
      var parts: [RedisReply] = []
      for place in unsafe 0..<Int(reply.pointee.elements) {
        guard let part = unsafe reply.pointee.element[place] else { continue }
        parts.append(unsafe RedisReply(part))
      }
      self = .list(parts)
    default:
      self = .failed(RedisFailure(kind: .rejected, text: "an answer of an unexpected kind"))
    }
  }

  private static func text(of reply: UnsafeMutablePointer<redisReply>) -> String {
    guard let start = unsafe reply.pointee.str else { return "" }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(reply.pointee.len))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}

/// Variadic functions are not imported, so words go as a table of addresses and lengths.
func withRedisWords<Result>(
  _ words: [String],
  _ body: (Int32, inout [UnsafePointer<CChar>?], [Int]) -> Result
) -> Result {
  let lengths = words.map(\.utf8.count)
  let bytes = words.flatMap { $0.utf8.map { CChar(bitPattern: $0) } }
  return unsafe bytes.withUnsafeBufferPointer { all in
    var addresses: [UnsafePointer<CChar>?] = unsafe []
    var start = 0
    for length in lengths {
      unsafe addresses.append(all.baseAddress.map { unsafe $0 + start })
      start += length
    }
    return unsafe body(Int32(words.count), &addresses, lengths)
  }
}

/// hiredis' own words for what went wrong.
func redisWords(_ context: UnsafeMutablePointer<redisContext>) -> String {
  unsafe withUnsafeBytes(of: &context.pointee.errstr) {
    unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
  }
}
