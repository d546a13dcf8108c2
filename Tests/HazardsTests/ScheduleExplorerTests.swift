// The number of schedules and of broken ones for each race of the guide's code, against the counts
// that a separate interleaving model of the guide's TypeScript gives.
import Hazards
import Policies
import Testing

@Suite struct ScheduleExplorerTests {
  /// With like callers merged, and without: the counts must not depend on it.
  private func explore(_ program: HazardProgram) -> Exploration {
    let found = ScheduleExplorer().explore(program)
    let each = ScheduleExplorer(mergesLikeCallers: false).explore(program)
    #expect(each.runs == each.schedules, "\(program.name)")
    #expect(found.runs <= each.runs, "\(program.name)")
    #expect(found.schedules == each.schedules && found.broken == each.broken, "\(program.name)")
    for promise in Promise.allCases {
      #expect(found.broken(promise) == each.broken(promise), "\(program.name): \(promise)")
      for times in 0...3 {
        #expect(
          found.schedules(breaking: promise, times: times)
            == each.schedules(breaking: promise, times: times), "\(program.name): \(promise)")
      }
    }
    return found
  }

  @Test(
    "Callers of one person leak processes in all but the serial schedules",
    arguments: [
      (callers: 2, schedules: 6, leaking: 4, all: 4),
      (callers: 3, schedules: 66, leaking: 60, all: 36),
      (callers: 4, schedules: 1176, leaking: 1152, all: 576),
    ])
  func pool(callers: Int, schedules: Int, leaking: Int, all: Int) {
    let found = explore(.pool(callers: callers, spawn: .guide))
    #expect(found.schedules == schedules)
    #expect(found.broken == leaking)
    #expect(found.schedules(breaking: .oneProcessPerPerson, times: callers - 1) == all)
    #expect(found.schedules(breaking: .oneProcessPerPerson, times: 0) == schedules - leaking)
  }

  @Test("Single flight leaks in none of 30 schedules")
  func singleFlight() {
    let found = explore(.pool(callers: 3, spawn: .singleFlight))
    #expect(found.schedules == 30)
    #expect(found.broken == 0)
    #expect(found.timeline(breaking: .oneProcessPerPerson) == nil)
  }

  @Test("Two new sessions exceed a limit of two in 16 of 18 schedules")
  func twoSessions() {
    let found = explore(.sessions([0, 1], overflow: .guide))
    #expect(found.schedules == 18)
    #expect(found.broken(.limitKept) == 16)
    #expect(found.broken(.oneDisconnect) == 12)
    #expect(found.broken(.oneCreation) == 0)
  }

  @Test("One new session asked for twice is created twice in 16 of 18 schedules")
  func sameSession() {
    let found = explore(.sessions([0, 0], overflow: .guide))
    #expect(found.schedules == 18)
    #expect(found.broken(.oneCreation) == 16)
    #expect(found.broken(.limitKept) == 0)
    #expect(found.broken(.oneDisconnect) == 12)
  }

  @Test("Three new sessions exceed the limit in 1104 of 1110 schedules, in 792 by two")
  func threeSessions() {
    let found = explore(.sessions([0, 1, 2], overflow: .guide))
    #expect(found.schedules == 1110)
    #expect(found.broken(.limitKept) == 1104)
    #expect(found.schedules(breaking: .limitKept, times: 2) == 792)
    #expect(found.broken(.oneDisconnect) == 252 + 216 + 540)
  }

  // The reference model does not wait for the victim's disconnect, which is `.open` alone. The
  // Gateway waits for it, one step more for each caller: 20 = 6!/(3! 3!) orders instead of 6.
  @Test("Reserving the slot first keeps every promise, however the disconnect is awaited")
  func reserve() {
    check(.sessions([0, 1], overflow: .reserve, awaits: .open), schedules: 6)
    check(.sessions([0, 0], overflow: .reserve, awaits: .open), schedules: 4)
    check(.sessions([0, 1], overflow: .reserve), schedules: 20)
    check(.sessions([0, 0], overflow: .reserve), schedules: 6)
  }

  private func check(_ program: HazardProgram, schedules: Int) {
    let found = explore(program)
    #expect(found.schedules == schedules, "\(program.name)")
    #expect(found.broken == 0, "\(program.name)")
  }

  @Test("A lock that may expire breaks as often as its release and its fence allow")
  func lock() {
    check(.lock(release: .getThenDelete), 418, holders: 80, stale: 40, wrong: 24)
    check(.lock(release: .compareAndDelete), 142, holders: 24, stale: 12, wrong: 0)
    check(.lock(release: .compareAndDelete, fencing: true), 142, holders: 24, stale: 0, wrong: 0)
    check(.lock(release: .getThenDelete, expires: false), 8, holders: 0, stale: 0, wrong: 0)
  }

  private func check(
    _ program: HazardProgram, _ schedules: Int, holders: Int, stale: Int, wrong: Int
  ) {
    let found = explore(program)
    #expect(found.schedules == schedules, "\(program.name)")
    #expect(found.broken(.oneHolder) == holders, "\(program.name)")
    #expect(found.broken(.noStaleWrite) == stale, "\(program.name)")
    #expect(found.broken(.onlyOwnRelease) == wrong, "\(program.name)")
  }

  @Test("A release beside a request hands out a stopping client in one of three schedules")
  func release() {
    let found = explore(.release(stop: .disconnect, spawn: .guide))
    #expect(found.schedules == 3)
    #expect(found.broken(.noStaleClient) == 1)
    // Where the request comes first, the process is in use and is not released.
    #expect(found.broken(.releaseEndsProcess) == 2)
  }

  @Test("Two releases beside a request drop the new process in 4 of 34 schedules")
  func twoReleases() {
    let found = explore(.twoReleases())
    #expect(found.schedules == 34)
    #expect(found.broken(.oneProcessPerPerson) == 4)
  }

  @Test("Servers that share a session see all of its turns only one after the other")
  func sharedHistory() {
    let two = explore(.sharedHistory(callers: 2, .roundRobin))
    #expect(two.schedules == 6 && two.broken(.wholeHistory) == 4)
    let three = explore(.sharedHistory(callers: 3, .roundRobin))
    #expect(three.schedules == 90 && three.broken(.wholeHistory) == 84)
    #expect(explore(.sharedHistory(callers: 3, .rendezvous)).broken == 0)
  }

  @Test(
    "A storage written as a whole loses turns as the lost update does, and compare-and-write none")
  func wholeFile() {
    let two = explore(.wholeFile(writers: 2))
    #expect(two.schedules == 6 && two.broken(.noLostTurn) == 4)
    let three = explore(.wholeFile(writers: 3))
    #expect(three.schedules == 90 && three.broken(.noLostTurn) == 84)
    #expect(three.schedules(breaking: .noLostTurn, times: 2) == 48)
    let compared = explore(.wholeFile(writers: 2, compares: true))
    #expect(compared.schedules == 6 && compared.broken == 0)
  }

  @Test("A kill takes the turn whose events were not in the file, in 3 of 11 schedules")
  func crash() {
    let found = explore(.crash(drained: false))
    // Two steps of the turn, the kill, and the time that the disk needs: 4!/2! orders. A turn that
    // is cut off has no second step, which makes one of four that differed in it alone.
    #expect(found.schedules == 11)
    #expect(found.broken(.noLostTurn) == 3)
  }

  @Test("Ids of the millisecond collide unless the millisecond passes in between")
  func naming() {
    let found = explore(.naming(.dateNow))
    #expect(found.schedules == 6)
    #expect(found.broken(.uniqueIDs) == 4)
  }

  @Test("A search that reaches its limit says so")
  func limited() {
    let program = HazardProgram.pool(callers: 2, spawn: .guide)
    let found = ScheduleExplorer(limit: 5, mergesLikeCallers: false).explore(program)
    #expect(found.schedules == 5)
    #expect(!found.isComplete)
    #expect(ScheduleExplorer(limit: 6, mergesLikeCallers: false).explore(program).isComplete)
  }

  @Test("Every program of the catalogue is searched to its end")
  func catalogue() {
    for program in HazardProgram.counted {
      let found = explore(program)
      #expect(found.isComplete, "\(program.name)")
      #expect(found.broken <= found.schedules, "\(program.name)")
    }
  }
}
