// Ctrl-C and SIGTERM. The first sets a flag that workers poll, so that a run drains and still
// writes its report; the second ends the process at once. The handler does nothing that is not
// async-signal-safe: a look at the clock, an atomic exchange and, the second time, `_exit`. Call
// `listen()` once, before any thread starts.
internal import CLinux
internal import Glibc
internal import Synchronization

public enum StopSignal: Int32, Hashable, Sendable {
  /// The terminal is gone; only programs that read a `SignalDescriptor` hear of it.
  case hangUp = 1
  case interrupt = 2
  case terminate = 15

  /// What shells expect of a process ended by this signal: 130 and 143.
  public var exitCode: Int32 { 128 + rawValue }
}

/// Readable from every thread; costs one relaxed load.
public struct StopRequest: Sendable {
  public var signal: StopSignal? { StopSignal(rawValue: firstSignal.load(ordering: .relaxed)) }
  public var isRequested: Bool { firstSignal.load(ordering: .relaxed) != 0 }
}

/// The first signal that came, 0 before. A global, because a signal handler can carry nothing with
/// it.
private let firstSignal = Atomic<Int32>(0)
/// When it came, in monotonic nanoseconds.
private let firstSignalAt = Atomic<Int64>(0)
/// `timeout` and some shells signal a process and then its group: one wish, two signals.
private let echo: Int64 = 250_000_000

public enum Signals {
  public static func listen() -> StopRequest {
    // Touched before a handler is installed: a lazy initializer takes a lock, which a handler must
    // not.
    firstSignal.store(0, ordering: .relaxed)
    firstSignalAt.store(0, ordering: .relaxed)
    _ = echo
    ignoreBrokenPipes()
    install(for: SIGINT)
    install(for: SIGTERM)
    return StopRequest()
  }

  /// A closed pipe or socket then shows as EPIPE where it was written to.
  public static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// For a process that has to see something through: Ctrl-C in the terminal is not meant for it.
  public static func ignoreStops() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { _ = signal(number, SIG_IGN) }
    ignoreBrokenPipes()
  }

  private static func install(for number: Int32) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      var clock = timespec()
      _ = unsafe clock_gettime(CLOCK_MONOTONIC, &clock)
      let now = Int64(clock.tv_sec) * 1_000_000_000 + Int64(clock.tv_nsec)
      // One exchange says which came first and when: another signal may come at any point here.
      let (isFirst, first) = firstSignalAt.compareExchange(
        expected: 0, desired: now, ordering: .relaxed)
      if isFirst {
        firstSignal.store(number, ordering: .relaxed)
      } else if now - first > echo {
        _exit(128 + number)
      }
    }
    // Calls under way are restarted: the flag is polled, nothing waits for EINTR.
    action.sa_flags = Int32(SA_RESTART)
    let result = unsafe sigaction(number, &action, nil)
    precondition(result == 0, "sigaction refused signal \(number)")
    // A mask is inherited: a parent that blocked the signal would have made us deaf.
    var mask = sigset_t()
    _ = unsafe sigemptyset(&mask)
    _ = unsafe sigaddset(&mask, number)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }
}
