// Runs a campaign to its end or to a stop: batch after batch on worker threads, with progress on
// standard error, and now and then a partial result to whoever keeps it. Decides nothing about the
// campaign itself.
internal import Basics
internal import LinuxIO
internal import Simulation

struct CampaignRun {
  private(set) var campaign: Campaign
  let jobs: Int
  let showsProgress: Bool
  let stop: StopRequest

  init(_ campaign: Campaign, jobs: Int, showsProgress: Bool, stop: StopRequest) {
    self.campaign = campaign
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.stop = stop
  }

  /// A part of the result is worth keeping this often, unless keeping it takes long.
  private static let pause = Interval.seconds(5)

  /// `keep` is given the campaign as far as it has come.
  mutating func run(keep: (Campaign) -> Void) throws(SystemFailure) {
    var nextKeep = MonotonicClock.now() + CampaignRun.pause
    var tasks = campaign.nextBatch()
    while !tasks.isEmpty {
      // Before each batch, so also before the first: a run killed at any time leaves something.
      keep(campaign)
      try run(tasks, nextKeep: &nextKeep, keep)
      tasks = campaign.nextBatch()
    }
  }

  private mutating func run(
    _ tasks: [Campaign.Task], nextKeep: inout Instant, _ keep: (Campaign) -> Void
  ) throws(SystemFailure) {
    let board = TaskBoard(tasks)
    let stop = self.stop
    var campaign = self.campaign
    var taken = 0
    var progress = Progress(
      ProgressLine(label: "simulate", unit: "events"), of: board.counter, shown: showsProgress)
    _ = try WorkerThreads.run(
      min(jobs, tasks.count),
      meanwhile: {
        progress.tick()
        let start = MonotonicClock.now()
        guard start >= nextKeep else { return }
        let finished = board.finished(from: taken)
        taken += finished.count
        campaign.take(finished)
        if !finished.isEmpty { keep(campaign) }
        // At most a twentieth of the time goes into keeping.
        let end = MonotonicClock.now()
        nextKeep = end + max(CampaignRun.pause, (end - start) * 20)
      },
      { _ in board.work(until: stop) })
    progress.finish()
    campaign.take(board.finished(from: taken))
    self.campaign = campaign
  }
}
