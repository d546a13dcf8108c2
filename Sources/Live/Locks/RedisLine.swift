// A connection of a lock client with its life: made, greeted, lost, made again after a pause that
// doubles. It knows no commands, only in which order they were asked. One belongs to one shard.
internal import Basics
internal import LinuxIO

struct RedisLine<Asked> {
  enum State { case away, connecting, ready }

  private let place: RedisPlace
  private let token: UInt64
  private(set) var state = State.away
  private var stream: RedisStream?
  private var wantsWriting = false
  private var pause = RedisLine.firstPause
  private(set) var retryAt = Instant.never
  private var isDirty = false
  /// What was asked may have left; a connection that never stood sends nothing.
  private(set) var hasWritten = false
  /// In the order of sending, with the instants; from `first` on.
  private var asked: [(what: Asked, at: Instant)] = []
  private var first = 0

  private static var firstPause: Interval { .milliseconds(20) }
  private static var longestPause: Interval { .seconds(1) }

  init(_ place: RedisPlace, token: UInt64) {
    self.place = place
    self.token = token
  }

  var canSend: Bool { stream != nil }
  /// When the oldest question was asked.
  var oldest: Instant? { first < asked.count ? asked[first].at : nil }

  /// Nil: it is under way.
  mutating func connect(_ poller: borrowing Poller, at now: Instant) -> RedisFailure? {
    retryAt = .never
    switch RedisStream.open(place) {
    case .failure(let failure):
      tryLater(at: now)
      return failure
    case .success(let stream):
      if let failure = poller.add(stream.descriptor, token: token, for: [.reading, .writing]) {
        tryLater(at: now)
        return RedisFailure(kind: .unreachable, text: "\(failure)")
      }
      self.stream = stream
      state = .connecting
      wantsWriting = true
      hasWritten = false
      return nil
    }
  }

  private mutating func tryLater(at now: Instant) {
    retryAt = now + pause
    pause = min(pause + pause, RedisLine.longestPause)
  }

  /// An answer has come: it stands.
  mutating func stands() {
    state = .ready
    pause = RedisLine.firstPause
  }

  mutating func ask(_ what: Asked, _ words: [String], at now: Instant) {
    stream?.append(words)
    asked.append((what, now))
    isDirty = true
  }

  mutating func answered() -> Asked? {
    guard first < asked.count else { return nil }
    let what = asked[first].what
    first += 1
    if first > 64 && first * 2 > asked.count {
      asked.removeFirst(first)
      first = 0
    }
    return what
  }

  /// Nil: all is well.
  mutating func flush(_ poller: borrowing Poller) -> RedisFailure? {
    guard isDirty, !wantsWriting else { return nil }
    return write(poller)
  }

  mutating func write(_ poller: borrowing Poller) -> RedisFailure? {
    guard let stream else { return nil }
    isDirty = false
    let blocked: Bool
    switch stream.write() {
    case .all: blocked = false
    case .blocked: blocked = true
    case .failed(let failure): return failure
    }
    hasWritten = true
    if blocked != wantsWriting {
      wantsWriting = blocked
      _ = poller.change(
        stream.descriptor, token: token, for: blocked ? [.reading, .writing] : .reading)
    }
    return nil
  }

  func read() -> (replies: [RedisReply], failure: RedisFailure?) { stream?.read() ?? ([], nil) }

  /// Gives the connection up and what was asked on it, in order.
  mutating func drop(_ poller: borrowing Poller, at now: Instant) -> [Asked] {
    if let stream { poller.remove(stream.descriptor) }
    stream = nil
    state = .away
    isDirty = false
    let left = asked[first...].map { $0.what }
    asked = []
    first = 0
    tryLater(at: now)
    return left
  }
}
