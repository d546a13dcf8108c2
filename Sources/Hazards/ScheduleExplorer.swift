// Every order in which the pending answers of a program can come back, depth first. Each schedule
// is replayed from the start, because machines cannot be copied; a few thousand schedules of ten
// steps cost milliseconds. Counts of schedules are no probabilities: load decides how often a race
// is run.

public struct ScheduleExplorer: Sendable {
  /// Schedules after which the search stops and says so. 2^20 of them take some seconds.
  public var limit: Int

  public init(limit: Int = 1 << 20) { self.limit = limit }

  public func explore(_ program: HazardProgram) -> Exploration {
    var result = Exploration(program)
    var path: [Choice] = []
    repeat {
      if result.schedules == limit {
        result.isComplete = false
        return result
      }
      let damage = run(program, &path)
      result.add(damage, path.map(\.task))
    } while ScheduleExplorer.advance(&path)
    return result
  }

  /// One step of a schedule, and those who could have taken it instead.
  private struct Choice {
    var enabled: [Int]
    var place = 0
    var task: Int { enabled[place] }
  }

  /// Repeats the path, then goes on with whoever comes first, to the end.
  private func run(_ program: HazardProgram, _ path: inout [Choice]) -> Damage {
    var race = Race(program, tells: false)
    for choice in path { race.step(choice.task) }
    while true {
      let enabled = race.enabled()
      if enabled.isEmpty { return race.damage }
      path.append(Choice(enabled: enabled))
      race.step(enabled[0])
    }
  }

  /// Turns to the next alternative of the deepest step that has one. False: all have been taken.
  private static func advance(_ path: inout [Choice]) -> Bool {
    while let last = path.last {
      if last.place + 1 < last.enabled.count {
        path[path.count - 1].place += 1
        return true
      }
      path.removeLast()
    }
    return false
  }
}
