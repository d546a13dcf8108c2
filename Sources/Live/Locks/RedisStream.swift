// One connection to a Redis that never waits, by hiredis' non-blocking context: the shard's poller
// says when to write and when to read. Commands go out in order and replies come in that order; who
// asked what is the client's to remember.
internal import CHiredis
internal import Glibc

@safe final class RedisStream {
  /// For a poller; hiredis closes it.
  let descriptor: Int32
  private let context: UnsafeMutablePointer<redisContext>

  enum Written { case all, blocked, failed(RedisFailure) }

  /// Begins to connect; the poller reports it writable when it stands or has failed.
  static func open(_ place: RedisPlace) -> Result<RedisStream, RedisFailure> {
    guard let made = unsafe redisConnectNonBlock(place.host, Int32(place.port)) else {
      return .failure(RedisFailure(kind: .unreachable, text: "out of memory"))
    }
    guard unsafe made.pointee.err == 0 else {
      let text = unsafe redisWords(made)
      unsafe redisFree(made)
      return .failure(RedisFailure(kind: .unreachable, text: text))
    }
    return .success(unsafe RedisStream(made))
  }

  private init(_ made: UnsafeMutablePointer<redisContext>) {
    unsafe context = made
    descriptor = unsafe made.pointee.fd
    // hiredis leaves it open for programs that are started from here.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { unsafe redisFree(context) }

  func append(_ words: [String]) {
    _ = unsafe withRedisWords(words) { count, addresses, lengths in
      unsafe redisAppendCommandArgv(context, count, &addresses, lengths)
    }
  }

  func write() -> Written {
    var isDone: Int32 = 0
    while isDone == 0 {
      let before = waiting
      guard unsafe redisBufferWrite(context, &isDone) == REDIS_OK else { return .failed(failure) }
      if isDone == 0 && waiting == before { return .blocked }
    }
    return .all
  }

  /// Bytes not sent yet.
  private var waiting: Int { unsafe context.pointee.obuf.map { unsafe sdslen($0) } ?? 0 }

  /// What has come; a failure comes after the replies before it.
  func read() -> (replies: [RedisReply], failure: RedisFailure?) {
    let isOpen = unsafe redisBufferRead(context) == REDIS_OK
    var failure = isOpen ? nil : self.failure
    var replies: [RedisReply] = []
    while true {
      var reply: UnsafeMutableRawPointer?
      // An error of reading sticks to the context, and its reader goes on all the same.
      guard unsafe redisReaderGetReply(context.pointee.reader, &reply) == REDIS_OK else {
        failure = failure ?? RedisFailure(kind: .closed, text: "sent what is not the protocol")
        break
      }
      guard let found = unsafe reply else { break }
      unsafe replies.append(RedisReply(found.assumingMemoryBound(to: redisReply.self)))
      unsafe freeReplyObject(found)
    }
    return (replies, failure)
  }

  private var failure: RedisFailure {
    unsafe RedisFailure(kind: .closed, text: redisWords(context))
  }
}
