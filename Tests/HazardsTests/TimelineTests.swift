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
         5  clock     the lock expires
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
}
