// Workers run, all at once, and each hands back its own result.
import Basics
import LinuxIO
import Synchronization
import Testing

private final class Meeting: Sendable {
  let present = Atomic<Int>(0)
}

@Suite struct WorkerThreadsTests {
  @Test("Results come back in the order of the workers", arguments: [0, 1, 2, 7, 64])
  func order(count: Int) throws {
    let results = try WorkerThreads.run(count) { index in "worker \(index)" }
    #expect(results == (0..<count).map { "worker \($0)" })
  }

  @Test("All workers run at the same time")
  func together() throws {
    let meeting = Meeting()
    let count = 8
    // Each waits for all the others: with fewer threads than workers this would never end.
    let seen = try WorkerThreads.run(count) { _ -> Bool in
      meeting.present.wrappingAdd(1, ordering: .relaxed)
      while meeting.present.load(ordering: .relaxed) < count {}
      return true
    }
    #expect(seen == Array(repeating: true, count: count))
  }

  @Test("The caller is called meanwhile, and no longer once the workers are done")
  func meanwhile() throws {
    let meeting = Meeting()
    var calls = 0
    let results = try WorkerThreads.run(
      2, every: .milliseconds(1),
      meanwhile: {
        calls += 1
        meeting.present.store(calls, ordering: .relaxed)
      }
    ) { _ in
      // Ends only because the caller is being called.
      while meeting.present.load(ordering: .relaxed) < 5 {}
      return 1
    }
    #expect(results == [1, 1])
    #expect(calls >= 5)
  }

  @Test("The last worker to end wakes the caller at once")
  func wakeUp() throws {
    // A pause of ten minutes: without the bell this test would take as long.
    #expect(try WorkerThreads.run(3, every: .seconds(600)) { $0 } == [0, 1, 2])
  }

  @Test("What workers publish adds up, and the fraction stays between 0 and 1")
  func counter() throws {
    let counter = ProgressCounter(total: 4000)
    _ = try WorkerThreads.run(4) { _ in
      for _ in 0..<1000 { counter.advance(steps: 1, count: 3) }
    }
    #expect(counter.fraction == 1 && counter.count == 12_000)
    counter.advance(steps: 1000)
    #expect(counter.fraction == 1)
    #expect(ProgressCounter(total: 5).fraction == 0)
  }
}
