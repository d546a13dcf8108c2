// Runs a planner to its end or to a stop: stage after stage on worker threads, with progress on
// standard error. Tasks are large, so when fewer are left than there are threads, a task's own
// trials are spread over the rest. Decides nothing about the plan.
internal import Basics
internal import LinuxIO
internal import Planning
internal import Simulation
internal import Synchronization

struct PlanRun {
  private(set) var planner: Planner
  let jobs: Int
  let showsProgress: Bool
  let stop: StopRequest

  init(_ planner: Planner, jobs: Int, showsProgress: Bool, stop: StopRequest) {
    self.planner = planner
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.stop = stop
  }

  /// `keep` is given the plan as far as it has come.
  mutating func run(keep: (Planner) -> Void) throws(SystemFailure) {
    // Each stage gets its share of what is left of the line.
    let counter = ProgressCounter(total: PlanRun.steps)
    var progress = Progress(
      ProgressLine(label: "plan", unit: "events"), of: counter, shown: showsProgress)
    var done = 0.0
    var tasks = planner.nextStage()
    // The formulas' answers: a run killed at any time leaves something.
    keep(planner)
    while !tasks.isEmpty {
      let work = tasks.reduce(0) { $0 + $1.events }
      let share = (1 - done) * work / max(1, work + planner.eventsAhead)
      let board = PlanBoard(
        tasks, jobs: jobs, counter: counter, steps: share * Double(PlanRun.steps), work: work,
        stop: stop)
      _ = try WorkerThreads.run(
        min(jobs, tasks.count), meanwhile: { progress.tick() }, { _ in board.work() })
      planner.take(board.outcomes)
      done += share
      keep(planner)
      tasks = planner.nextStage()
    }
    progress.finish()
  }

  /// Fine enough for a smooth line.
  private static let steps = 1_000_000
}

/// The tasks of a stage, worked off by several threads.
private final class PlanBoard: Sendable {
  private let tasks: [PlanTask]
  private let jobs: Int
  private let taken = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let found: Mutex<[PlanTask.Outcome?]>
  private let counter: ProgressCounter
  /// Steps of the line for an event.
  private let pace: Double
  private let stop: StopRequest

  init(
    _ tasks: [PlanTask], jobs: Int, counter: ProgressCounter, steps: Double, work: Double,
    stop: StopRequest
  ) {
    self.tasks = tasks
    self.jobs = jobs
    self.counter = counter
    self.stop = stop
    pace = steps / max(1, work)
    found = Mutex(Array(repeating: nil, count: tasks.count))
  }

  var outcomes: [(PlanTask, PlanTask.Outcome)] {
    found.withLock { found in
      zip(tasks, found).map { ($0, $1 ?? .stopped) }
    }
  }

  func work() {
    running.wrappingAdd(1, ordering: .relaxed)
    defer { running.wrappingSubtract(1, ordering: .relaxed) }
    while true {
      let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
      guard place < tasks.count, !stop.isRequested else { return }
      let task = tasks[place]
      // What a task was thought to need is what the line gives it, no more.
      let budget = Mutex(task.events * pace)
      let outcome = task.run { trials in
        self.run(trials) { events in
          let steps = budget.withLock { left -> Double in
            let used = min(left, Double(events) * self.pace)
            left -= used
            return used
          }
          self.counter.advance(steps: Int(steps), count: events)
          return !self.stop.isRequested
        }
      }
      counter.advance(steps: Int(budget.withLock { $0 }))
      found.withLock { $0[place] = outcome }
    }
  }

  /// In order; on several threads where tasks leave some idle.
  private func run(
    _ trials: [Trial], _ report: @escaping @Sendable (Int) -> Bool
  ) -> [Replication]? {
    let idle = jobs - running.load(ordering: .relaxed)
    let threads = min(trials.count, 1 + max(0, idle))
    if threads > 1 {
      let shared = SharedTrials(trials: trials, report: report)
      // Without a thread the trials are run here, which is only slower.
      if (try? WorkerThreads.run(threads, { _ in shared.work() })) != nil {
        return shared.replications
      }
    }
    var runs: [Replication] = []
    for trial in trials {
      guard let run = trial.run(report) else { return nil }
      runs.append(run)
    }
    return runs
  }
}

/// Trials of one task on several threads.
private final class SharedTrials: Sendable {
  private let trials: [Trial]
  private let report: @Sendable (Int) -> Bool
  private let taken = Atomic<Int>(0)
  private let results: Mutex<[Replication?]>

  init(trials: [Trial], report: @escaping @Sendable (Int) -> Bool) {
    self.trials = trials
    self.report = report
    results = Mutex(Array(repeating: nil, count: trials.count))
  }

  func work() {
    while true {
      let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
      guard place < trials.count, let run = trials[place].run(report) else { return }
      results.withLock { $0[place] = run }
    }
  }

  /// nil: one of them was stopped.
  var replications: [Replication]? {
    results.withLock { results in
      results.contains { $0 == nil } ? nil : results.compactMap { $0 }
    }
  }
}
