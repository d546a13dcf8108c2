// One blocking connection to a Redis, by hiredis: words in, one reply out, failures as values. For
// the thread that keeps the servers, before the first turn and after the last one; shards have
// `RedisStream`, which never waits. After a failure the connection is gone, since a late reply
// would be taken for the next command's; the next command opens a new one.
internal import Basics
internal import CHiredis
internal import Glibc
internal import LinuxIO

@safe struct RedisConnection: ~Copyable {
  private let place: RedisPlace
  private let timeout: timeval
  private var context: UnsafeMutablePointer<redisContext>?

  /// Connects at the first command.
  init(_ place: RedisPlace, timeout: Interval) {
    precondition(timeout > .zero, "a time-out of \(timeout.seconds) s would wait for ever")
    // Writing to a connection that Redis has closed must be a failure, not the end of the process.
    Signals.ignoreBrokenPipes()
    self.place = place
    let microseconds = Int((timeout.nanoseconds + 999) / 1000)
    self.timeout = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
    unsafe context = nil
  }

  deinit { if let context = unsafe context { unsafe redisFree(context) } }

  /// Sends one command and waits for its reply, no longer than the time-out.
  mutating func command(_ words: [String]) -> RedisReply {
    if let failure = connect() { return .failed(failure) }
    return ask(words)
  }

  private mutating func ask(_ words: [String]) -> RedisReply {
    let reply = unsafe withRedisWords(words) { count, addresses, lengths in
      unsafe redisCommandArgv(context, count, &addresses, lengths)?
        .assumingMemoryBound(to: redisReply.self)
    }
    guard let reply = unsafe reply else {
      let failure = contextFailure(otherwise: .closed)
      close()
      return .failed(failure)
    }
    defer { unsafe freeReplyObject(reply) }
    return unsafe RedisReply(reply)
  }

  private mutating func connect() -> RedisFailure? {
    if unsafe context != nil { return nil }
    unsafe context = redisConnectWithTimeout(place.host, Int32(place.port), timeout)
    guard let made = unsafe context else {
      return RedisFailure(kind: .unreachable, text: "out of memory")
    }
    guard unsafe made.pointee.err == 0 && redisSetTimeout(made, timeout) == REDIS_OK else {
      let failure = contextFailure(otherwise: .unreachable)
      close()
      return RedisFailure(kind: .unreachable, text: "\(place.text): \(failure.text)")
    }
    for words in place.greeting {
      if case .failed(let failure) = ask(words) {
        close()
        return failure
      }
    }
    return nil
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
    return unsafe RedisFailure(kind: isTimeout ? .timedOut : kind, text: redisWords(context))
  }
}
