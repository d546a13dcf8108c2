// Wakes an event loop from another thread: a counter of the kernel's that a poller can wait for.
// Ringing is safe from anywhere and any number of times; the loop finds out what for by looking at
// what the threads share.
internal import CLinux
internal import Glibc

public struct WakeUp: ~Copyable, Sendable {
  public let descriptor: Descriptor

  public init() throws(SystemFailure) {
    let number = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard number >= 0 else {
      throw SystemFailure(call: "eventfd", subject: "a wake-up", number: errno)
    }
    descriptor = Descriptor(owning: number)
  }

  /// A full counter is a bell that rings already.
  public func ring() { _ = eventfd_write(descriptor.number, 1) }

  /// Silence until the next ring; whether it had rung.
  @discardableResult public func answer() -> Bool {
    var count: eventfd_t = 0
    return unsafe eventfd_read(descriptor.number, &count) == 0
  }
}
