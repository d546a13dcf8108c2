// How one loop tells another something: a list under a lock and a descriptor that the other one
// polls. Nobody waits for anybody; letters arrive in the order in which they were posted.
internal import CLinux
internal import Glibc
internal import Synchronization

public final class Mailbox<Letter: Sendable>: Sendable {
  private let letters = Mutex<[Letter]>([])
  private let bell: Int32

  /// For the receiver's poller.
  public var descriptor: Int32 { bell }

  public init() throws(SystemFailure) {
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard bell >= 0 else {
      throw SystemFailure(call: "eventfd", subject: "a mailbox", number: errno)
    }
  }

  deinit { _ = close(bell) }

  public func post(_ letter: Letter) {
    let wasEmpty = letters.withLock { letters in
      letters.append(letter)
      return letters.count == 1
    }
    // Who finds letters takes all of them, so one ring is enough for many.
    if wasEmpty { _ = eventfd_write(bell, 1) }
  }

  /// All that has come since the last call.
  public func take() -> [Letter] {
    var count = eventfd_t()
    _ = unsafe eventfd_read(bell, &count)
    return letters.withLock { letters in
      if letters.isEmpty { return [] }
      let taken = letters
      letters.removeAll(keepingCapacity: taken.count <= 4096)
      return taken
    }
  }
}
