// Every order in which the pending answers of a program can come back, depth first. Each schedule
// is replayed from the start, because machines cannot be copied. Callers that ask for the same
// thing are interchangeable until they begin: only the first of them is let go, and the schedule
// stands for all that differ in their names. Counts of schedules are no probabilities: load decides
// how often a race is run.

public struct ScheduleExplorer: Sendable {
  /// Runs after which the search stops and says so. 2^20 of them take a second or two.
  public var limit: Int
  /// False: every schedule is run, interchangeable or not.
  public var mergesLikeCallers: Bool

  public init(limit: Int = 1 << 20, mergesLikeCallers: Bool = true) {
    self.limit = limit
    self.mergesLikeCallers = mergesLikeCallers
  }

  public func explore(_ program: HazardProgram) -> Exploration {
    program.sketch == nil
      ? explore(program, Race.self) : explore(program, SketchRace.self)
  }

  private func explore<Run: Schedulable & ~Copyable>(
    _ program: HazardProgram, _: Run.Type
  ) -> Exploration {
    var result = Exploration(program)
    var path: [Choice] = []
    path.reserveCapacity(32)
    let likes = mergesLikeCallers ? Likeness(program) : Likeness()
    repeat {
      if result.runs == limit {
        result.isComplete = false
        return result
      }
      var run = Run(program, tells: false)
      for choice in path { run.step(choice.task) }
      var weight = path.last?.weight ?? 1
      var waiting = path.last?.waiting ?? likes.all
      while true {
        let enabled = likes.firsts(of: run.enabled(), waiting)
        if enabled == 0 { break }
        let choice = Choice(enabled, weight, waiting, likes)
        path.append(choice)
        weight = choice.weight
        waiting = choice.waiting
        run.step(choice.task)
      }
      result.add(run.damage, weight: weight, length: path.count) { path.map(\.task) }
    } while ScheduleExplorer.advance(&path, likes)
    return result
  }

  /// Turns to the next alternative of the deepest step that has one. False: all have been taken.
  private static func advance(_ path: inout [Choice], _ likes: Likeness) -> Bool {
    while var last = path.popLast() {
      if last.advance(likes) {
        path.append(last)
        return true
      }
    }
    return false
  }
}

/// One step of a schedule, and those who could have taken it instead.
private struct Choice {
  /// Not yet taken at this step, a bit each; the lowest is the one that is being taken.
  private var rest: UInt32
  /// Before this step.
  private let weightBefore: Int
  private let waitingBefore: UInt32
  /// Schedules that the path to here, with this step, stands for.
  private(set) var weight = 1
  /// Tasks that have not begun after this step.
  private(set) var waiting: UInt32 = 0
  private(set) var task = 0

  init(_ enabled: UInt32, _ weight: Int, _ waiting: UInt32, _ likes: Likeness) {
    rest = enabled
    weightBefore = weight
    waitingBefore = waiting
    choose(likes)
  }

  mutating func advance(_ likes: Likeness) -> Bool {
    rest &= rest &- 1
    if rest == 0 { return false }
    choose(likes)
    return true
  }

  private mutating func choose(_ likes: Likeness) {
    task = rest.trailingZeroBitCount
    let bit: UInt32 = 1 &<< UInt32(task)
    if waitingBefore & bit != 0 {
      weight = weightBefore &* likes.count(likeTask: task, waitingBefore)
      waiting = waitingBefore & ~bit
    } else {
      weight = weightBefore
      waiting = waitingBefore
    }
  }
}

/// Which callers ask for the same thing, as masks.
private struct Likeness {
  /// By task: those like it, itself among them. Empty: nobody is like anybody.
  private var groups: [UInt32] = []
  /// Tasks that are like others, before any has begun.
  private(set) var all: UInt32 = 0

  init() {}

  init(_ program: HazardProgram) {
    precondition(program.taskCount <= 32, "more than 32 tasks in \(program.name)")
    let classes = program.likeness
    groups = classes.map { wanted in
      classes.indices.reduce(0) { classes[$1] == wanted ? $0 | 1 << UInt32($1) : $0 }
    }
    for task in groups.indices where groups[task].nonzeroBitCount > 1 { all |= 1 << UInt32(task) }
    if all == 0 { groups = [] }
  }

  /// Of those who wait and are alike, the first alone.
  func firsts(of enabled: UInt32, _ waiting: UInt32) -> UInt32 {
    if groups.isEmpty { return enabled }
    var rest = enabled & waiting
    var kept = enabled
    while rest != 0 {
      let task = rest.trailingZeroBitCount
      let others = groups[task] & waiting & ~(1 << UInt32(task))
      kept &= ~others
      rest &= ~groups[task]
    }
    return kept
  }

  func count(likeTask task: Int, _ waiting: UInt32) -> Int {
    groups.isEmpty ? 1 : (groups[task] & waiting).nonzeroBitCount
  }
}
