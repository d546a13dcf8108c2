// One blocking connection to a Redis, by hiredis: words in, one reply out, failures as values. The
// only file that touches hiredis' memory. It belongs to one thread. After a failure the connection
// is gone, since a late reply would be taken for the next command's; the next command opens a new
// one.
internal import Basics
internal import CHiredis
internal import Glibc
internal import LinuxIO

/// Why a command has no answer. Whether Redis carried it out is then not known.
public struct RedisFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// No connection, or none within the time-out.
    case unreachable
    case timedOut = "timed out"
    /// Redis closed the connection or went away.
    case closed
    /// Redis answered with an error, or with something that the command does not answer.
    case rejected
  }
  public let kind: Kind
  public let text: String

  public var description: String { "redis: \(kind.rawValue): \(text)" }
}

enum RedisReply: Equatable {
  case nothing
  case integer(Int)
  case text(String)
  case failed(RedisFailure)
}

@safe struct RedisConnection: ~Copyable {
  private let host: String
  private let port: Int
  private let timeout: timeval
  private var context: UnsafeMutablePointer<redisContext>?

  /// Connects at the first command.
  init(host: String, port: Int, timeout: Interval) {
    precondition(timeout > .zero, "a time-out of \(timeout.seconds) s would wait for ever")
    // Writing to a connection that Redis has closed must be a failure, not the end of the process.
    Signals.ignoreBrokenPipes()
    self.host = host
    self.port = port
    let microseconds = Int((timeout.nanoseconds + 999) / 1000)
    self.timeout = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
    unsafe context = nil
  }

  deinit { if let context = unsafe context { unsafe redisFree(context) } }

  /// Sends one command and waits for its reply, no longer than the time-out.
  mutating func command(_ words: [String]) -> RedisReply {
    if let failure = connect() { return .failed(failure) }
    guard let reply = unsafe send(words) else {
      let failure = contextFailure(otherwise: .closed)
      close()
      return .failed(failure)
    }
    defer { unsafe freeReplyObject(reply) }
    return unsafe RedisConnection.read(reply)
  }

  private mutating func connect() -> RedisFailure? {
    if unsafe context != nil { return nil }
    unsafe context = redisConnectWithTimeout(host, Int32(port), timeout)
    guard let made = unsafe context else {
      return RedisFailure(kind: .unreachable, text: "out of memory")
    }
    if unsafe made.pointee.err == 0 && redisSetTimeout(made, timeout) == REDIS_OK { return nil }
    let failure = contextFailure(otherwise: .unreachable)
    close()
    return RedisFailure(kind: .unreachable, text: "\(host):\(port): \(failure.text)")
  }

  private mutating func close() {
    if let context = unsafe context { unsafe redisFree(context) }
    unsafe context = nil
  }

  private func contextFailure(otherwise kind: RedisFailure.Kind) -> RedisFailure {
    guard let context = unsafe context else { return RedisFailure(kind: kind, text: "closed") }
    let number = errno
    let isTimeout =
      unsafe context.pointee.err == REDIS_ERR_IO && (number == EAGAIN || number == ETIMEDOUT)
    let text = unsafe withUnsafeBytes(of: &context.pointee.errstr) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return RedisFailure(kind: isTimeout ? .timedOut : kind, text: text)
  }

  /// Variadic functions are not imported, so the words go as a table of addresses and lengths.
  private func send(_ words: [String]) -> UnsafeMutablePointer<redisReply>? {
    let lengths = words.map(\.utf8.count)
    let bytes = words.flatMap { $0.utf8.map { CChar(bitPattern: $0) } }
    let reply = unsafe bytes.withUnsafeBufferPointer { all in
      var addresses: [UnsafePointer<CChar>?] = unsafe []
      var start = 0
      for length in lengths {
        unsafe addresses.append(all.baseAddress.map { unsafe $0 + start })
        start += length
      }
      return unsafe redisCommandArgv(context, Int32(words.count), &addresses, lengths)
    }
    return unsafe reply?.assumingMemoryBound(to: redisReply.self)
  }

  private static func read(_ reply: UnsafeMutablePointer<redisReply>) -> RedisReply {
    switch unsafe reply.pointee.type {
    case REDIS_REPLY_NIL: return .nothing
    case REDIS_REPLY_INTEGER: return unsafe .integer(Int(reply.pointee.integer))
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .text(unsafe text(of: reply))
    case REDIS_REPLY_ERROR:
      return .failed(RedisFailure(kind: .rejected, text: unsafe text(of: reply)))
    default:
      return .failed(RedisFailure(kind: .rejected, text: "an answer of an unexpected kind"))
    }
  }

  private static func text(of reply: UnsafeMutablePointer<redisReply>) -> String {
    guard let start = unsafe reply.pointee.str else { return "" }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(reply.pointee.len))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
