// One batch of a campaign, worked off by several threads: a shared index says which task is next,
// and outcomes wait here until the main thread collects them in the order of the tasks. What comes
// out therefore does not depend on the number of threads. Workers touch the board once a task, not
// on the path of a turn.
internal import Basics
internal import LinuxIO
internal import Simulation
internal import Synchronization

final class TaskBoard: Sendable {
  private let tasks: [Campaign.Task]
  private let taken = Atomic<Int>(0)
  private let outcomes: Mutex<[Campaign.Outcome?]>
  let counter: ProgressCounter

  init(_ tasks: [Campaign.Task]) {
    self.tasks = tasks
    outcomes = Mutex(Array(repeating: nil, count: tasks.count))
    let way = tasks.reduce(0) { $0 + TaskBoard.steps(of: $1.length.nanoseconds) }
    counter = ProgressCounter(total: max(1, way))
  }

  /// Progress is counted in simulated microseconds: a million users' batch of events may last less
  /// than a millisecond.
  private static func steps(of nanoseconds: Int64) -> Int { Int(nanoseconds / 1000) }

  /// What one thread does: tasks until there are none. After a stop the rest is marked as stopped.
  func work(until stop: StopRequest) {
    while true {
      let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
      guard place < tasks.count else { return }
      let outcome =
        stop.isRequested
        ? .stopped(nil, warmedUp: false)
        : tasks[place].run { time, events in
          counter.advance(steps: TaskBoard.steps(of: time.nanoseconds), count: events)
          return !stop.isRequested
        }
      outcomes.withLock { $0[place] = outcome }
    }
  }

  /// The outcomes from `place` on, up to the first that is not there yet.
  func finished(from place: Int) -> [(Campaign.Task, Campaign.Outcome)] {
    outcomes.withLock { outcomes in
      var found: [(Campaign.Task, Campaign.Outcome)] = []
      for index in place..<tasks.count {
        guard let outcome = outcomes[index] else { break }
        found.append((tasks[index], outcome))
      }
      return found
    }
  }
}
