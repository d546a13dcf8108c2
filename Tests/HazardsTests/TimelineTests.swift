// Timelines as a reader sees them: the shortest way to break a promise, step by step.
import Hazards
import Policies
import Testing

@Suite struct TimelineTests {
  @Test("The shortest leak of the pool is told in four steps")
  func leak() {
    let found = ScheduleExplorer().explore(.pool(callers: 2, spawn: .guide))
    #expect(
      found.timeline(breaking: .oneProcessPerPerson) == """
         1  caller 1  asks, spawns a process
         2  caller 2  asks, spawns a process
         3  caller 2  process is up, opens session 0
         4  caller 1  process is up, opens session 0  ← breaks: one process per person
        """)
  }

  @Test("The wrong release happens between GET and DEL")
  func wrongRelease() {
    let found = ScheduleExplorer().explore(.lock(release: .getThenDelete))
    #expect(
      found.timeline(breaking: .onlyOwnRelease) == """
         1  caller 1  asks, SET NX, granted with token 1, sends its turn
         2  caller 1  turn ends, writes
         3  caller 1  GET reaches Redis
         4  clock     is armed
         5  clock     the lock's time is over
         6  caller 2  asks, SET NX, granted with token 2, sends its turn
         7  caller 1  the key is its own, DEL, released, completed  \
        ← breaks: nobody releases another's lock
         8  caller 2  turn ends, writes
         9  caller 2  GET reaches Redis
        10  caller 2  the key is not its own, completed
        """)
  }

  @Test("The limit is exceeded by one slot that two callers saw free")
  func overLimit() {
    let found = ScheduleExplorer().explore(.sessions([0, 1], overflow: .guide))
    #expect(
      found.timeline(breaking: .limitKept) == """
         1  caller 1  asks, disconnects session 0
         2  caller 1  disconnect done, opens session 2
         3  caller 2  asks, opens session 3
         4  caller 2  session open, sends its turn
         5  caller 1  session open, sends its turn  ← breaks: no more sessions than the limit
        """)
  }

  @Test("Columns have an actor each, wrap, and mark the step that breaks")
  func columns() {
    let text = Timeline.columns(
      of: [0, 1, 1, 0], in: .pool(callers: 2, spawn: .guide), width: 62)
    #expect(
      text == """
        step  time  caller 1                 caller 2
          1  0s     asks,
                    spawns a process
          2  0s                              asks,
                                             spawns a process
          3  0s                              process is up,
                                             opens session 0
          4  0s     process is up,
                    opens session 0
                    ! breaks: one process per person
        """)
  }

  @Test("A schedule that is none of the program's is refused with who could go on")
  func misfit() {
    let program = HazardProgram.pool(callers: 2, spawn: .guide)
    guard case .failure(let misfit) = Timeline.steps(of: [0, 0, 0], in: program) else {
      Issue.record("three steps of one caller that has two")
      return
    }
    #expect(misfit.step == 3 && misfit.enabled == [1])
    guard case .failure(let early) = Timeline.steps(of: [0, 1], in: program) else {
      Issue.record("a schedule that ends too early")
      return
    }
    #expect(early.step == 3 && early.enabled == [0, 1])
  }
}
