// What is on disk of one session, and what is still on its way there. The real CLI appends events
// 100 ms after the first of them, so other processes see a turn late and a crash takes it along.
// The record knows instants only as it is told them.
public import Basics

/// A session's directory as one server sees it: 16 bytes, four to a cache line.
public struct StoredSession: BitwiseCopyable, Sendable {
  /// Turns written, those included that wait for the process to flush them.
  public var turns: UInt32 = 0
  /// When the last append lands in the file, in ticks.
  @usableFromInline var flushed: UInt32 = 0
  /// Where the process that loaded it first keeps it: a hint, to be confirmed there.
  @usableFromInline var place: UInt32 = 0
  /// Processes that hold it in memory now.
  public var live: UInt16 = 0
  /// Turns at the end that only that append brings, 255 at most.
  @usableFromInline var waiting: UInt8 = 0
  @usableFromInline var file = File.absent

  @usableFromInline enum File: UInt8, BitwiseCopyable, Sendable {
    /// A session without a turn has no events.jsonl and cannot be resumed.
    case absent
    /// Its first turn has begun; the append under way makes the file.
    case coming
    case there
  }

  @inlinable public init() {}

  /// Whether there is an events.jsonl, or will be in a moment.
  @inlinable public var used: Bool {
    get { file != .absent }
    set { file = newValue ? .there : .absent }
  }

  /// 8.4 ms, so that 32 bits count more than the year that a run may last.
  @inlinable static func tick(_ now: Instant) -> UInt32 {
    UInt32(truncatingIfNeeded: now.nanoseconds &>> 23)
  }
  /// The first tick that begins at this instant or after it.
  @inlinable static func tick(from instant: Instant) -> UInt32 {
    UInt32(truncatingIfNeeded: (instant.nanoseconds &+ 0x7F_FFFF) &>> 23)
  }

  @inlinable func isFlushed(at now: Instant) -> Bool { StoredSession.tick(now) >= flushed }

  /// What another process would find: nil, or so many turns.
  @inlinable public func onDisk(at now: Instant) -> UInt32? {
    switch file {
    case .absent: nil
    case .coming: isFlushed(at: now) ? turns : nil
    case .there: isFlushed(at: now) ? turns : turns &- UInt32(waiting)
    }
  }

  /// A turn has ended; its events land at `landing`, or with an append that is under way already.
  /// Where nobody asks when that is, `landing` is zero.
  @inlinable @inline(__always) mutating func append(landing: Instant, at now: Instant) {
    turns &+= 1
    if isFlushed(at: now) {
      flushed = landing <= now ? 0 : StoredSession.tick(from: landing)
      waiting = 1
      file = file == .absent ? .coming : .there
    } else if waiting < .max {
      waiting &+= 1
    }
  }

  /// Everything is in the file now: a process that lets go of a session writes first.
  @inlinable mutating func flush() {
    flushed = 0
    waiting = 0
    if file == .coming { file = .there }
  }

  /// What was on its way is lost with its process; how many turns that were.
  mutating func lose(at now: Instant) -> Int {
    if isFlushed(at: now) { return 0 }
    let lost = min(UInt32(waiting), turns)
    turns -= lost
    if file == .coming { file = .absent }
    flushed = 0
    waiting = 0
    return Int(lost)
  }
}

extension UInt32 {
  /// A session that was told more than 4 GB stays at that.
  @inlinable func addingOrFull(_ more: UInt32) -> UInt32 {
    let (sum, isFull) = addingReportingOverflow(more)
    return isFull ? .max : sum
  }
}
