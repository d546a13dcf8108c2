// Schedules explored per second on one core.
internal import Basics
internal import Hazards
internal import LinuxIO

enum HazardSpeed {
  static func run() {
    for program in HazardProgram.all {
      let start = ProcessUsage.threadTime()
      let found = ScheduleExplorer().explore(program)
      let seconds = (ProcessUsage.threadTime() - start).seconds
      BenchCommand.say("\(program.name): \(found.schedules) in \(Column.fixed(seconds, 4)) s")
    }
  }
}
