// Schedules explored per second on one core: the counted races again and again, and one that is
// larger. One run stands for several schedules where callers are alike in all but name; both rates
// are given.
internal import Basics
internal import Hazards
internal import LinuxIO
internal import Policies

enum HazardSpeed {
  static func run() {
    BenchCommand.say(" schedules       runs  seconds  M schedules/s  M runs/s")
    for program in HazardProgram.counted { measure(program) }
    measure(.pool(callers: 5, spawn: .guide))
    measure(.sessions([0, 1, 2, 3], overflow: .guide))
    measure(.lock(callers: 3, release: .getThenDelete))
    BenchCommand.say("the same, every run by itself")
    let each = ScheduleExplorer(limit: .max, mergesLikeCallers: false)
    measure(.pool(callers: 4, spawn: .guide), each)
    measure(.sessions([0, 1, 2], overflow: .guide), each)
    measure(.lock(release: .getThenDelete), each)
  }

  private static func measure(
    _ program: HazardProgram, _ explorer: ScheduleExplorer = ScheduleExplorer(limit: .max)
  ) {
    var schedules = 0
    var runs = 0
    let start = ProcessUsage.threadTime()
    var seconds = 0.0
    // A third of a second: long against the clock, short for three dozen programs. A look at the
    // clock costs as much as two runs.
    while seconds < 0.33 {
      let enough = runs + 1000
      while runs < enough {
        let found = explorer.explore(program)
        schedules += found.schedules
        runs += found.runs
      }
      seconds =
        Interval(
          nanoseconds: ProcessUsage.threadTime().nanoseconds - start.nanoseconds
        ).seconds
    }
    BenchCommand.say(
      Column.right("\(schedules)", 10) + Column.right("\(runs)", 11)
        + Column.right(Column.fixed(seconds, 2), 9)
        + Column.right(Column.fixed(Double(schedules) / seconds / 1e6, 2), 15)
        + Column.right(Column.fixed(Double(runs) / seconds / 1e6, 2), 10) + "  \(program.name)")
  }
}
