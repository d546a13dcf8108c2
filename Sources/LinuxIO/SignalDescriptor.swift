// Signals as something to read, for programs that live in an event loop: no handler, no race
// between a look at a flag and the wait after it. Made before any thread starts, because it blocks
// the signals for the calling thread and those it starts.
internal import CLinux
internal import Glibc

public struct SignalDescriptor: ~Copyable, Sendable {
  public let descriptor: Descriptor

  /// SIGINT, SIGTERM and SIGHUP; broken pipes become outcomes of writes.
  public init() throws(SystemFailure) {
    Signals.ignoreBrokenPipes()
    var mask = sigset_t()
    _ = unsafe sigemptyset(&mask)
    _ = unsafe sigaddset(&mask, SIGINT)
    _ = unsafe sigaddset(&mask, SIGTERM)
    _ = unsafe sigaddset(&mask, SIGHUP)
    _ = unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
    let number = unsafe signalfd(-1, &mask, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    guard number >= 0 else {
      throw SystemFailure(call: "signalfd", subject: "signals", number: errno)
    }
    descriptor = Descriptor(owning: number)
  }

  /// The next signal that has come; nil when there is none.
  public func next() -> StopSignal? {
    var record = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    let count = uninterrupted { unsafe read(descriptor.number, &record, size) }
    return count == size ? StopSignal(rawValue: Int32(record.ssi_signo)) : nil
  }
}
