// Waits for many descriptors at once: epoll, level-triggered, with a token of the caller's for
// each. One poller belongs to one thread. A token that was removed may still be among what is ready
// now, so callers put a generation into it.
public import Basics
internal import CLinux
internal import Glibc

public struct Interest: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let reading = Interest(rawValue: 0x001)
  public static let writing = Interest(rawValue: 0x004)
  /// Reported whether asked for or not: an error, or both sides closed.
  public static let broken = Interest(rawValue: 0x008 | 0x010)
  /// The peer will send no more.
  public static let peerClosed = Interest(rawValue: 0x2000)
}

public struct Ready: Sendable {
  public let token: UInt64
  public let what: Interest
}

@safe public struct Poller: ~Copyable {
  private let epoll: Int32
  private var events: [epoll_event]
  private var readyCount = 0

  /// `batch`: how many may be reported at one go.
  public init(batch: Int = 256) throws(SystemFailure) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else {
      throw SystemFailure(call: "epoll_create1", subject: "the event loop", number: errno)
    }
    unsafe events = Array(repeating: epoll_event(), count: batch)
  }

  deinit { _ = Glibc.close(epoll) }

  public func add(
    _ descriptor: Int32, token: UInt64, for interest: Interest
  ) -> SystemFailure? {
    control(EPOLL_CTL_ADD, descriptor, token, interest)
  }

  public func change(
    _ descriptor: Int32, token: UInt64, for interest: Interest
  ) -> SystemFailure? {
    control(EPOLL_CTL_MOD, descriptor, token, interest)
  }

  /// Before the descriptor is closed, where it may have been duplicated; closing removes it too.
  public func remove(_ descriptor: Int32) {
    _ = control(EPOLL_CTL_DEL, descriptor, 0, [])
  }

  private func control(
    _ operation: Int32, _ descriptor: Int32, _ token: UInt64, _ interest: Interest
  ) -> SystemFailure? {
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = token
    guard unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
      return SystemFailure(
        call: "epoll_ctl", subject: "descriptor \(descriptor)", number: errno)
    }
    return nil
  }

  /// Waits until something is ready or the deadline has come; nil waits for ever. Returns how many
  /// are ready. A signal ends the wait early with none.
  public mutating func wait(until deadline: Instant?, now: Instant) -> Int {
    var pause = timespec()
    if let deadline {
      let rest = max(0, (deadline - now).nanoseconds)
      pause.tv_sec = Int(rest / 1_000_000_000)
      pause.tv_nsec = Int(rest % 1_000_000_000)
    }
    let limit = unsafe Int32(events.count)
    let waits = deadline != nil
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe withUnsafePointer(to: &pause) { pause in
        unsafe seatrial_epoll_wait(epoll, events.baseAddress, limit, waits ? pause : nil)
      }
    }
    precondition(count >= 0 || errno == EINTR, "epoll_wait failed with errno \(errno)")
    readyCount = max(0, Int(count))
    return readyCount
  }

  public subscript(place: Int) -> Ready {
    precondition(place < readyCount, "asked for more than is ready")
    let event = unsafe events[place]
    return unsafe Ready(token: event.data.u64, what: Interest(rawValue: event.events))
  }
}
