// Stopping, each case in a process of its own: a signal belongs to the whole process.
import Basics
internal import Glibc
import LinuxIO
import Testing

@Suite struct SignalsTests {
  @Test("The first Ctrl-C only sets the flag, the second ends with 130")
  func interrupt() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let stop = Signals.listen()
      if stop.isRequested { exit(1) }
      _ = raise(SIGINT)
      if !stop.isRequested || stop.signal != .interrupt { exit(2) }
      // The echo of the first is not a second.
      _ = raise(SIGINT)
      _ = usleep(300_000)
      _ = raise(SIGINT)
      exit(3)
    }
  }

  @Test(
    "SIGTERM is a first Ctrl-C, and a second signal of either kind ends the process with its code")
  func terminate() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let stop = Signals.listen()
      _ = raise(SIGTERM)
      if stop.signal != .terminate { exit(2) }
      _ = usleep(300_000)
      _ = raise(SIGINT)
    }
    await #expect(processExitsWith: .exitCode(143)) {
      _ = Signals.listen()
      _ = raise(SIGTERM)
      _ = usleep(300_000)
      _ = raise(SIGTERM)
    }
  }

  @Test("Workers see the request and can end by themselves")
  func workersSeeIt() async {
    await #expect(processExitsWith: .exitCode(StopSignal.interrupt.exitCode)) {
      let stop = Signals.listen()
      let stopped = try WorkerThreads.run(
        3, every: .milliseconds(1), meanwhile: { if !stop.isRequested { _ = raise(SIGINT) } }
      ) { _ in
        while !stop.isRequested { _ = sched_yield() }
        return true
      }
      // Not `exit`: under a sanitizer that would report XCTest's own leaks by another code.
      _exit(stopped == [true, true, true] ? stop.signal?.exitCode ?? 1 : 2)
    }
  }
}
