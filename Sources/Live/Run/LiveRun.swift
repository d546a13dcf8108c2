// One variant driven for real: servers up, shards on their threads, phases, and everything down
// again whatever happened. It runs on the main thread, which owns the servers; shards hold the
// users. It keeps the clock of the run and decides nothing about turns.
internal import Basics
internal import CLIModel
public import LinuxIO
internal import Metrics
internal import Policies
internal import Scenarios
internal import Statistics
internal import Truth
internal import Wire
internal import Workload

public struct LiveRun: ~Copyable {
  public enum Outcome: Sendable {
    case finished(LiveFigures)
    /// A server did not start or could not be reached.
    case notStarted([String])
    /// The system refused what the driver itself needs.
    case fault(String)
  }

  let order: LiveOrder
  let scenario: Scenario
  let folder: RunFolder
  let mailbox: Mailbox<KeeperLetter>
  let shards: [Mailbox<ShardLetter>]
  var poller: Poller
  var fleet: Fleet
  /// Behind the real CLI, which has no model of its own.
  let provider: FakeProvider?
  var observations: Observations?
  var looked = 0
  let reaper: Descriptor?
  var redis: RedisService?
  /// It was ended on purpose.
  var redisIsOver = false
  let witness: LockWitness
  let watch: (LiveProgress) -> Void
  /// Told every few seconds what has been measured so far.
  let keep: (LiveFigures) -> Void
  let stop: StopRequest

  var problems: [String] = []
  var ready = 0
  var done = 0
  var progress = LiveProgress()
  var recent = RecentFigures()
  var observed = BatchedSeries()
  var epoch: Instant = .never
  var measureFrom: Instant?
  var measureEnd: Instant?
  var isDraining = false
  var isMeasuring = false
  var warmUpNotFound = false
  var wasWarming = false
  var nextChange = 0
  var returning: [(at: Instant, ServerID)] = []
  var crashes = 0
  /// At the beginning of the measured time and at its end.
  var before: Standing?
  var after: Standing?
  var soFar: [Int: ShardReport] = [:]
  var failures = [Int](repeating: 0, count: TurnOutcome.allCases.count)
  /// Of servers that were removed: how many shards need it no more.
  var unused: [Int: Int] = [:]
  var lastLens = Instant.zero
  var notes = RunNotes()
  /// Processes for people that did not come; after so many and none that did, nobody waits on.
  var notSpawned = 0
  static let triesToSpawn = 3
  var locksBefore = LockTally()
  var locksAfter: LockTally?

  /// - watch: told where the run stands, some four times a second.
  /// - keep: told every five seconds of measured time, or every window, what there is, for a run
  ///   that is killed.
  public static func run(
    _ order: LiveOrder, stop: StopRequest, watch: @escaping (LiveProgress) -> Void,
    keep: @escaping (LiveFigures) -> Void = { _ in }
  ) -> Outcome {
    // A connection for each person is a descriptor for each.
    ThisProcess.allowDescriptors()
    do throws(SystemFailure) {
      let mailbox = try Mailbox<KeeperLetter>()
      var shards: [Mailbox<ShardLetter>] = []
      for _ in 0..<max(1, min(order.threads, order.scenario.app.instances)) {
        shards.append(try Mailbox())
      }
      let poller = try Poller()
      var provider: FakeProvider?
      if order.scenario.cli == .real
        || (order.scenario.cli == .mock && order.scenario.live.provider == .fake)
      {
        var settings = ProviderSettings()
        settings.model = order.scenario.model
        settings.seed = order.scenario.seed.replication(0)
        provider = try FakeProvider(settings)
      }
      let folder = RunFolder.named()
      var order = order
      if let source = order.source { order.mockArguments += folder.words(for: source) }
      var run = LiveRun(
        order, folder: folder, provider: provider, mailbox: mailbox, shards: shards, poller: poller,
        stop: stop, watch: watch, keep: keep)
      // After the reaper, which would not know of it otherwise.
      if let failure = folder.make() { throw failure }
      if let failure = order.source.flatMap({ folder.keep($0) }) { throw failure }
      return run.run()
    } catch {
      return .fault("\(error)")
    }
  }

  init(
    _ order: LiveOrder, folder: RunFolder, provider: FakeProvider?,
    mailbox: Mailbox<KeeperLetter>,
    shards: [Mailbox<ShardLetter>], poller: consuming Poller, stop: StopRequest,
    watch: @escaping (LiveProgress) -> Void, keep: @escaping (LiveFigures) -> Void
  ) {
    self.order = order
    self.folder = folder
    self.mailbox = mailbox
    self.shards = shards
    self.poller = poller
    self.stop = stop
    self.watch = watch
    self.keep = keep
    scenario = order.scenario
    witness = LockWitness(order.scenario.app.lock)
    // Before the first server, so that nothing is ever without it.
    reaper = Reaper.start(folder, order.scenario.live, order.scenario.app.lock)
    ChildProcess.adoptOrphans()
    self.provider = provider
    fleet = Fleet(LiveRun.launch(order, providerURL: provider?.url), folder)
    progress.variant = order.scenario.variant
    progress.users = order.scenario.workload.users
  }

  deinit { folder.remove() }

  // MARK: the whole

  private mutating func run() -> Outcome {
    _ = poller.add(mailbox.descriptor, token: 0, for: .reading)
    if reaper == nil {
      notes.add("no reaper could be started: a killed driver may leave children of servers")
    }
    let seed = scenario.seed.replication(0)
    let desk = Desk(MachineFactory(scenario), recording: order.recording)
    let truth = TruthDesk()
    let run = UInt32(truncatingIfNeeded: LiveRun.number(of: folder))
    let isolated = scenario.app.pattern == .isolated
    var providing = startProvider(truth, run: run)
    if scenario.app.lock.backend == .redis { startRedis() }
    var plan = ShardPlan(
      scenario, seed: seed, run: LiveRun.number(of: folder), token: fleet.plan.token,
      providerURL: provider?.url,
      firstServers: isolated ? 0 : isBehindBalancer ? 1 : firstServers)
    plan.locks = lockPlan
    var workers = startShards(plan, desk, truth)
    if !isolated && problems.isEmpty { openFleet() }
    let hasStarted = problems.isEmpty && start(isolated: isolated)
    if hasStarted {
      truth.begin(at: MonotonicClock.now() + LiveRun.headStart)
      conduct(desk, plan)
    } else {
      for box in shards { box.post(.drain(until: .zero)) }
    }
    while done < workers.count { turn(atMost: .milliseconds(50)) }
    var reports: [ShardReport] = []
    while workers.count > 0 {
      switch workers.removeLast().join() {
      case .success(let report): reports.append(report)
      case .failure(let failure): problems.append("\(failure)")
      }
    }
    desk.endRecording()
    endRedis()
    if hasStarted && problems.isEmpty { audit(truth, plan) }
    let checked = truth.finish()
    tell(.stopping)
    fleet.stopAll()
    provider?.stop()
    while providing.count > 0 {
      switch providing.removeLast().join() {
      case .success(let seen): observations = seen
      case .failure(let failure): note("the fake provider did not serve: \(failure)")
      }
    }
    guard hasStarted, problems.isEmpty else { return .notStarted(problems) }
    return .finished(figures(reports, desk: desk, truth: checked, plan: plan))
  }

  private mutating func startProvider(_ truth: TruthDesk, run: UInt32) -> Table<
    Worker<Result<Observations, SystemFailure>>
  > {
    var workers = Table<Worker<Result<Observations, SystemFailure>>>()
    guard let provider else { return workers }
    let serve: @Sendable () -> Result<Observations, SystemFailure> = {
      do throws(SystemFailure) {
        return .success(
          try provider.run { seen in
            guard let asked = seen.asked, asked.run == run, seen.ending == .answered else { return }
            truth.saw(seen.marks, askedBy: asked, at: truth.clock(MonotonicClock.now()))
          })
      } catch {
        return .failure(error)
      }
    }
    switch Worker<Result<Observations, SystemFailure>>.start("the fake provider", serve) {
    case .success(let worker): workers.append(worker)
    case .failure(let failure): problems.append("\(failure)")
    }
    return workers
  }

  private mutating func startShards(
    _ plan: ShardPlan, _ desk: Desk, _ truth: TruthDesk
  ) -> Table<Worker<Result<ShardReport, SystemFailure>>> {
    var workers = Table<Worker<Result<ShardReport, SystemFailure>>>()
    let (boxes, keeper) = (shards, mailbox)
    for index in boxes.indices {
      let started = Worker<Result<ShardReport, SystemFailure>>.start("a shard of users") {
        do throws(SystemFailure) {
          let shard = try Shard(
            index: index, plan: plan, desk: desk, truth: truth, mailboxes: boxes, keeper: keeper)
          return .success(shard.run())
        } catch {
          keeper.post(.done(shard: index))
          return .failure(error)
        }
      }
      switch consume started {
      case .success(let worker): workers.append(worker)
      case .failure(let failure): problems.append("\(failure)")
      }
    }
    return workers
  }

  static func number(of folder: RunFolder) -> UInt64 {
    UInt64(folder.mark.suffix(6), radix: 16) ?? 0
  }

  var firstServers: Int {
    scenario.cli == .external ? scenario.live.targets.count : scenario.fleet.servers
  }

  static let headStart = Interval.milliseconds(20)
}
