// Plain threads, one for each worker, joined before the call returns. A worker owns everything it
// touches and hands back one value; results meet only after the join. No pool, no queue, no lock on
// the path of a turn: the only lock here is the starting gate, which a worker passes once.
public import Basics
internal import CLinux
internal import Glibc
internal import Synchronization

public enum WorkerThreads {
  /// Runs `body(0)` to `body(count - 1)`, each on its own thread, and returns their results in that
  /// order. Fails without running any of them when the system has no thread left for one.
  ///
  /// Until they are done the calling thread runs `meanwhile` every `pause`: that is where progress
  /// is painted.
  public static func run<Value: Sendable>(
    _ count: Int, every pause: Interval = .milliseconds(100), meanwhile: () -> Void = {},
    _ body: @escaping @Sendable (Int) -> Value
  ) throws(SystemFailure) -> [Value] {
    precondition(count >= 0, "there cannot be fewer than no workers")
    let crew = Crew(size: count)
    let jobs = (0..<count).map { index in Job { body(index) } }
    var threads: [pthread_t] = []
    // The gate is held until every thread exists, so a half-started crew never begins.
    let failure = crew.gate.withLock { abandoned -> SystemFailure? in
      for job in jobs {
        var thread = pthread_t()
        let number = launch(&thread) { crew.run { job.run() } }
        if number != 0 {
          abandoned = true
          return SystemFailure(
            call: "pthread_create", subject: "worker \(threads.count)", number: number)
        }
        threads.append(thread)
      }
      return nil
    }
    if failure == nil {
      while !crew.wait(atMost: pause) { meanwhile() }
    }
    for thread in threads {
      precondition(pthread_join(thread, nil) == 0, "a worker was not joined")
    }
    if let failure { throw failure }
    return jobs.map { job in
      guard let value = job.value else { preconditionFailure("a worker ended without a result") }
      return value
    }
  }
}

/// What the threads of one call share: the gate they start at and the bell the last one rings.
private final class Crew: Sendable {
  /// True when the crew is sent home before it starts.
  let gate = Mutex(false)
  private let running: Atomic<Int>
  private let bell: Int32

  init(size: Int) {
    running = Atomic(size)
    bell = eventfd(0, Int32(EFD_CLOEXEC))
  }

  deinit { if bell >= 0 { _ = close(bell) } }

  func run(_ work: () -> Void) {
    if gate.withLock({ $0 }) { return }
    work()
    if running.wrappingSubtract(1, ordering: .releasing).newValue == 0 && bell >= 0 {
      _ = eventfd_write(bell, 1)
    }
  }

  /// True once every worker is done. Without a bell (no descriptor left) it only waits out the
  /// pause.
  func wait(atMost pause: Interval) -> Bool {
    if running.load(ordering: .acquiring) == 0 { return true }
    var entry = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&entry, 1, Int32(clamping: max(1, pause.nanoseconds / 1_000_000)))
    return running.load(ordering: .acquiring) == 0
  }
}
