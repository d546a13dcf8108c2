// What a late driver and a full machine do to a verdict: each doubt beyond its bound, none below.
import LinuxIO
import Live
import Testing

@Suite struct LoadDoubtTests {
  private func driver(_ change: (inout DriverLoad) -> Void) -> [LiveFigures.Doubt] {
    var load = DriverLoad()
    load.lag = 0.0001
    load.response = 0.1
    load.planned = 1000
    load.lateBound = 0.1
    load.threads = [0.3, 0.5]
    load.instances = 4
    change(&load)
    return load.doubts
  }

  @Test("A driver in time casts no doubt, nor does one that had nothing to do")
  func well() {
    #expect(driver { _ in }.isEmpty)
    #expect(DriverLoad().doubts.isEmpty)
    // A twentieth of the median response.
    #expect(driver { $0.lag = 0.0049 }.isEmpty)
    // A millisecond is in time, however quick the servers are.
    #expect(driver { ($0.lag, $0.response) = (0.001, 0.0005) }.isEmpty)
    #expect(driver { $0.late = 10 }.isEmpty)
    #expect(driver { $0.threads = [0.9] }.isEmpty)
  }

  @Test("A late driver is in doubt above a twentieth of the response, and void above all of it")
  func late() {
    let some = driver { $0.lag = 0.0051 }
    #expect(some == [LiveFigures.Doubt("the driver was late: lag p99 5.1 ms")])
    let much = driver { $0.lag = 0.0999 }
    #expect(much.count == 1 && !much[0].invalid)
    #expect(much[0].text.hasSuffix("lag p99 99.9 ms against a median response of 100.0 ms"))
    let void = driver { $0.lag = 0.11 }
    #expect(void.count == 1 && void[0].invalid, "\(void)")
    #expect(driver { ($0.lag, $0.response) = (0.0011, 0.0005) }.map(\.invalid) == [true])
  }

  @Test("More than one turn in a hundred that came late is said")
  func turns() {
    let doubts = driver { $0.late = 11 }
    #expect(doubts.map(\.invalid) == [false])
    #expect(doubts[0].text.hasPrefix("11 of 1000 turns were planned more than 0.1 s before"))
  }

  @Test("A busy thread is named, with what helps: threads while there are instances for them")
  func threads() {
    let one = driver { $0.threads = [0.3, 0.91] }
    #expect(one.count == 1 && !one[0].invalid)
    #expect(one[0].text.hasPrefix("driver thread 2 was busy for 91 % of the time"))
    #expect(one[0].text.contains("use more run.threads, or fewer people"))
    let all = driver { ($0.threads, $0.instances) = ([0.95, 0.99], 2) }
    #expect(all.count == 2 && all[1].text.contains("more app.instances (and run.threads)"))
  }

  private func machine(_ change: (inout MachineLoad) -> Void) throws -> [String] {
    var load = try #require(MachineLoad(stat: "cpu 0 0 0 0 0 0 0 0 0 0\n"))
    (load.busy, load.idle) = (500, 500)
    change(&load)
    return load.doubts(in: 10).map(\.text)
  }

  @Test("A machine that was full, lent, held back or swapping is named as what may be the limit")
  func machines() throws {
    #expect(try machine { _ in }.isEmpty)
    #expect(try machine { ($0.busy, $0.idle) = (950, 50) }.isEmpty)
    #expect(try machine { ($0.busy, $0.idle) = (960, 40) }[0].contains("busy for 96 % of the"))
    #expect(try machine { $0.stolen = 50 }.isEmpty)
    #expect(try machine { $0.stolen = 100 }[0].contains("took 9 % of the processors' time"))
    #expect(try machine { $0.throttledTime = 100_000 }.isEmpty)
    let held = try machine { $0.throttledTime = 150_000 }
    #expect(held.count == 1 && held[0].contains("held processes back for 150.0 ms in 10.0 s"))
    #expect(try machine { $0.swapped = 3 } == ["the machine moved 3 pages to and from swap"])
  }
}
