// Schedules by chance, for programs too large to be searched whole: each task gets a random
// priority, the highest goes on, and at a few random steps the one that would go on falls behind
// all others. A bug that needs d orderings is met with a chance of at least 1 / (n k^(d-1)) a run,
// for n tasks and k steps (probabilistic concurrency testing, Burckhardt et al. 2010).
public import Basics

public struct RandomExplorer: Sendable {
  public var runs: Int
  public var seed: Seed
  /// Orderings that a bug needs; 2 or 3 find most.
  public var depth: Int

  public init(runs: Int, seed: Seed, depth: Int = 3) {
    self.runs = runs
    self.seed = seed
    self.depth = depth
  }

  public func explore(_ program: HazardProgram) -> Exploration {
    program.sketch == nil
      ? explore(program, Race.self) : explore(program, SketchRace.self)
  }

  private func explore<Run: Schedulable & ~Copyable>(
    _ program: HazardProgram, _: Run.Type
  ) -> Exploration {
    var result = Exploration(program)
    result.isComplete = false
    let stream = seed.stream("schedules of \(program.name)")
    // The longest run so far: steps among which the changes are spread.
    var steps = 2 * program.taskCount
    var priorities = Array(repeating: 0, count: program.taskCount)
    var schedule: [Int] = []
    for run in 0..<runs {
      var draw = stream.draw(entity: run, count: 0)
      RandomExplorer.mixUp(&priorities, &draw)
      let changes = (1..<max(1, depth)).map { (at: draw.index(below: steps), to: $0) }
      schedule.removeAll(keepingCapacity: true)
      var race = Run(program, tells: false)
      while true {
        let enabled = race.enabled()
        if enabled == 0 { break }
        for change in changes where change.at == schedule.count {
          priorities[RandomExplorer.highest(enabled, priorities)] = change.to - depth
        }
        let task = RandomExplorer.highest(enabled, priorities)
        schedule.append(task)
        race.step(task)
      }
      steps = max(steps, schedule.count)
      result.add(race.damage, weight: 1, length: schedule.count) { schedule }
    }
    return result
  }

  /// Those of changes are negative, so below all of these.
  private static func mixUp(_ priorities: inout [Int], _ draw: inout Draw) {
    for place in priorities.indices {
      priorities[place] = place
      priorities.swapAt(place, draw.index(below: place + 1))
    }
  }

  private static func highest(_ enabled: UInt32, _ priorities: [Int]) -> Int {
    var best = enabled.trailingZeroBitCount
    for task in priorities.indices where enabled & (1 << UInt32(task)) != 0 {
      if priorities[task] > priorities[best] { best = task }
    }
    return best
  }
}
