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

  private let order: LiveOrder
  private let scenario: Scenario
  private let folder: RunFolder
  private let mailbox: Mailbox<KeeperLetter>
  private let shards: [Mailbox<ShardLetter>]
  private var poller: Poller
  private var fleet: Fleet
  /// Behind the real CLI, which has no model of its own.
  private let provider: FakeProvider?
  private var observations: Observations?
  private var looked = 0
  private let reaper: Descriptor?
  private var redis: RedisService?
  private let witness: LockWitness
  private let watch: (LiveProgress) -> Void
  private let stop: StopRequest

  private var problems: [String] = []
  private var ready = 0
  private var done = 0
  private var progress = LiveProgress()
  private var recent = RecentFigures()
  private var observed = BatchedSeries()
  private var epoch: Instant = .never
  private var measureFrom: Instant?
  private var measureEnd: Instant?
  private var isDraining = false
  private var isMeasuring = false
  private var warmUpNotFound = false
  private var wasWarming = false
  private var nextChange = 0
  private var returning: [(at: Instant, ServerID)] = []
  private var crashes = 0
  private var failures = [Int](repeating: 0, count: TurnOutcome.allCases.count)
  /// Of servers that were removed: how many shards need it no more.
  private var unused: [Int: Int] = [:]
  private var lastLens = Instant.zero
  private var notes: [String] = []
  private var locksBefore = LockTally()
  private var locksAfter: LockTally?

  /// - watch: told where the run stands, some four times a second.
  public static func run(
    _ order: LiveOrder, stop: StopRequest, watch: @escaping (LiveProgress) -> Void
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
      var run = LiveRun(
        order, folder: folder, provider: provider, mailbox: mailbox, shards: shards, poller: poller,
        stop: stop,
        watch: watch)
      // After the reaper, which would not know of it otherwise.
      if let failure = folder.make() { throw failure }
      return run.run()
    } catch {
      return .fault("\(error)")
    }
  }

  private init(
    _ order: LiveOrder, folder: RunFolder, provider: FakeProvider?,
    mailbox: Mailbox<KeeperLetter>,
    shards: [Mailbox<ShardLetter>], poller: consuming Poller, stop: StopRequest,
    watch: @escaping (LiveProgress) -> Void
  ) {
    self.order = order
    self.folder = folder
    self.mailbox = mailbox
    self.shards = shards
    self.poller = poller
    self.stop = stop
    self.watch = watch
    scenario = order.scenario
    witness = LockWitness(order.scenario.app.lock)
    // Before the first server, so that nothing is ever without it.
    reaper = Reaper.start(folder)
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
      notes.append("no reaper could be started: a killed driver may leave children of servers")
    }
    let seed = scenario.seed.replication(0)
    let desk = Desk(MachineFactory(scenario), recording: order.recording)
    let truth = TruthDesk()
    let run = UInt32(truncatingIfNeeded: LiveRun.number(of: folder))
    let isolated = scenario.app.pattern == .isolated
    var providing = Table<Worker<Observations>>()
    if let provider {
      let serve: @Sendable () -> Observations = {
        let observed = try? provider.run { seen in
          guard let asked = seen.asked, asked.run == run, seen.ending == .answered else { return }
          truth.saw(seen.marks, askedBy: asked, at: truth.clock(MonotonicClock.now()))
        }
        return observed ?? Observations()
      }
      switch Worker<Observations>.start("the fake provider", serve) {
      case .success(let worker): providing.append(worker)
      case .failure(let failure): problems.append("\(failure)")
      }
    }
    if scenario.app.lock.backend == .redis { startRedis() }
    var plan = ShardPlan(
      scenario, seed: seed, run: LiveRun.number(of: folder), token: fleet.plan.token,
      providerURL: provider?.url,
      firstServers: isolated ? 0 : isBehindBalancer ? 1 : firstServers)
    plan.locks = lockPlan
    let shardPlan = plan
    var workers = Table<Worker<Result<ShardReport, SystemFailure>>>()
    let (boxes, keeper) = (shards, mailbox)
    for index in boxes.indices {
      let started = Worker<Result<ShardReport, SystemFailure>>.start("a shard of users") {
        do throws(SystemFailure) {
          let shard = try Shard(
            index: index, plan: shardPlan, desk: desk, truth: truth, mailboxes: boxes,
            keeper: keeper)
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
    let began = ProcessUsage.current().processorTime
    if !isolated && problems.isEmpty { openFleet() }
    let hasStarted = problems.isEmpty && start(isolated: isolated)
    if hasStarted {
      truth.begin(at: MonotonicClock.now() + LiveRun.headStart)
      conduct(desk)
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
    if let problem = redis?.end() { note(problem) }
    fleet.noteDisk()
    if hasStarted && problems.isEmpty { audit(truth, plan) }
    let checked = truth.finish()
    tell(.stopping)
    fleet.stopAll()
    provider?.stop()
    while providing.count > 0 { observations = providing.removeLast().join() }
    guard hasStarted, problems.isEmpty else { return .notStarted(problems) }
    return .finished(
      figures(
        reports, desk: desk, truth: checked, plan: plan,
        driverCPU: ProcessUsage.current().processorTime - began))
  }

  private static func number(of folder: RunFolder) -> UInt64 {
    UInt64(folder.mark.suffix(6), radix: 16) ?? 0
  }

  private var firstServers: Int {
    scenario.cli == .external ? scenario.live.targets.count : scenario.fleet.servers
  }

  private static let headStart = Interval.milliseconds(20)

  // MARK: the start

  private mutating func openFleet() {
    if scenario.cli == .external {
      for target in scenario.live.targets {
        guard let address = ServerAddress(target) else {
          problems.append("\(target): no host:port")
          continue
        }
        let id = fleet.add(external: address)
        for box in shards { box.post(.serverUp(id, address)) }
      }
      return
    }
    if isBehindBalancer && Balancer.program == nil { return problems.append(Balancer.advice) }
    for _ in 0..<scenario.fleet.servers { fleet.add() }
  }

  /// Servers of our own that shards do not see: they know the balancer in front.
  private var isBehindBalancer: Bool {
    scenario.app.routing == .external && scenario.cli != .external
      && scenario.app.pattern != .isolated
  }

  private mutating func isUp(_ server: ServerID) {
    guard isBehindBalancer else {
      for box in shards { box.post(.serverUp(server, address(server))) }
      return
    }
    guard fleet.servers.count(where: { $0.state == .up }) == scenario.fleet.servers,
      let program = Balancer.program
    else { return }
    switch fleet.addBalancer(program, people: scenario.workload.users) {
    case .failure(let failure): problems.append("the balancer: \(failure)")
    case .success(let id): for box in shards { box.post(.serverUp(id, address(id))) }
    }
  }

  /// True: everything stands.
  private mutating func start(isolated: Bool) -> Bool {
    progress.serversWanted = isolated ? 0 : firstServers
    var nextWord = MonotonicClock.now()
    // A shard that is over before the start could not be made; its reason comes with its end.
    while problems.isEmpty && !stop.isRequested && done == 0 {
      if isolated || ready == shards.count { return true }
      turn(atMost: .milliseconds(20))
      fleet.checkStarts(at: clock)
      if MonotonicClock.now() >= nextWord {
        tell(.starting)
        nextWord = MonotonicClock.now() + .milliseconds(250)
      }
    }
    if stop.isRequested && problems.isEmpty { problems.append("stopped before the servers stood") }
    return false
  }

  private var clock: Instant {
    let now = MonotonicClock.now()
    return epoch == .never ? Instant.zero + (now - .zero) : Instant.zero + (now - epoch)
  }

  // MARK: phases

  private mutating func conduct(_ desk: Desk) {
    // A little ahead, so that every shard hears of it before it comes.
    epoch = MonotonicClock.now() + LiveRun.headStart
    for box in shards { box.post(.begin(epoch)) }
    if case .fixed(let length) = scenario.phases.warmUp { measure(from: .zero + length) }
    var nextWord = clock
    while done < shards.count {
      turn(atMost: .milliseconds(25))
      let now = clock
      if let from = measureFrom, now >= from, !isMeasuring {
        isMeasuring = true
        locksBefore = lockTally(desk)
        fleet.measure(at: now, withProportional: fleet.servers.count <= 64)
        fleet.beginMeasuring()
      }
      if now >= nextWord {
        tell(phase(at: now))
        nextWord = now + .milliseconds(250)
      }
      fleet.checkStarts(at: now)
      fleetChanges(at: now)
      retire()
      if !isDraining {
        lookForTheEnd(at: now)
        if isDraining {
          locksAfter = lockTally(desk)
          fleet.measure(at: now, withProportional: fleet.servers.count <= 64)
        }
      }
      if !isDraining && now - lastLens >= lensPause {
        lastLens = now
        fleet.measure(at: now, withProportional: fleet.servers.count <= 64)
      }
    }
  }

  /// Reading /proc of many servers takes longer.
  private var lensPause: Interval { .milliseconds(fleet.servers.count > 100 ? 5000 : 1000) }

  private mutating func lookForTheEnd(at now: Instant) {
    if stop.isRequested { return drain(at: now) }
    if let end = measureEnd {
      if now >= end { drain(at: end) }
      return
    }
    // Warm-up until the responses say that it is over, as in a simulation's pilots; a run may not
    // take for ever to begin.
    let limit = max(scenario.phases.measure, .seconds(10))
    if case .ends(let truncation) = observed.warmUp(), truncation.time < now,
      now >= .zero + .seconds(3)
    {
      measure(from: now + .milliseconds(100))
    } else if now >= .zero + limit {
      warmUpNotFound = true
      measure(from: now + .milliseconds(100))
    }
  }

  private mutating func measure(from: Instant) {
    measureFrom = from
    measureEnd = from + scenario.phases.measure
    for box in shards { box.post(.measure(from: from, length: scenario.phases.measure)) }
  }

  private mutating func drain(at now: Instant) {
    isDraining = true
    // Stopped in the warm-up: then the warm-up is what there is.
    if measureFrom.map({ now <= $0 }) ?? true {
      measureFrom = .zero
      wasWarming = true
    }
    if measureEnd.map({ now < $0 }) ?? true { measureEnd = now }
    let end = now + scenario.live.drain
    for box in shards { box.post(.drain(until: end)) }
  }

  private func phase(at now: Instant) -> LiveProgress.Phase {
    if isDraining { return .draining }
    if let from = measureFrom, now >= from { return .measuring }
    return .warmUp
  }

  private mutating func tell(_ phase: LiveProgress.Phase) {
    progress.phase = phase
    progress.elapsed = epoch == .never ? .zero : max(.zero, clock - .zero)
    progress.left = measureEnd.map { max(.zero, $0 - clock) }
    progress.serversUp = fleet.servers.count { $0.state == .up }
    progress.failures = TurnOutcome.allCases.map { ($0, failures[Int($0.rawValue)]) }
      .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
      .map { LiveProgress.Failure(words: $0.0.words, count: $0.1) }
    recent.fill(&progress, at: MonotonicClock.now())
    progress.serverLoads = fleet.servers.prefix(64).map(\.lens.recentLoad)
    watch(progress)
  }

  // MARK: one turn of the loop

  private mutating func turn(atMost pause: Interval) {
    fleet.startQueued(&poller, at: clock)
    let now = MonotonicClock.now()
    let count = poller.wait(until: now + pause, now: now)
    for place in 0..<count {
      let event = poller[place]
      if event.token == 0 { continue }
      fleet.hear(event.token, &poller, at: clock)
    }
    fleet.collect(at: clock)
    for (process, ending) in fleet.strangers where process == redis?.process {
      note("the run's redis-server \(ending.text)")
    }
    fleet.strangers = []
    for letter in mailbox.take() { hear(letter) }
    let news = fleet.news
    fleet.news = []
    for item in news { hear(item) }
    fleet.startQueued(&poller, at: clock)
  }

  private mutating func hear(_ letter: KeeperLetter) {
    switch letter {
    case .ready: ready += 1
    case .failed(_, let server, let reason):
      if epoch == .never {
        complain("\(name(server)): \(reason)")
      } else {
        note("\(name(server)): \(reason)")
      }
    case .spawn(let turn):
      if isDraining {
        shards[turn.instance % shards.count].post(.notSpawned(turn))
      } else {
        fleet.add(for: turn)
      }
    case .kill(let server): fleet.kill(server)
    case .unused(let server): unused[server.place, default: 0] += 1
    case .figures(let shard, let figures):
      recent.add(figures, of: shard, at: MonotonicClock.now())
      progress.completed += figures.completed
      progress.failed += figures.failed
      for place in figures.failures.indices { failures[place] += figures.failures[place] }
    case .observed(let list):
      for (at, response) in list { observed.append(response.seconds, at: at) }
    case .done: done += 1
    }
  }

  private mutating func hear(_ news: Fleet.News) {
    switch news {
    case .up(let server): isUp(server)
    case .back(let server):
      // The balancer finds it by itself.
      if isBehindBalancer { return }
      for box in shards { box.post(.serverBack(server, address(server))) }
    case .spawned(let turn, let server):
      shards[turn.instance % shards.count].post(.spawned(turn, server, address(server)))
    case .notSpawned(let turn, let reason):
      note("a process for a person could not be started: \(reason)")
      shards[turn.instance % shards.count].post(.notSpawned(turn))
    case .crashed(let server, let reason):
      if epoch == .never { return complain("\(name(server)): \(reason)") }
      crashes += 1
      note("\(name(server)) \(reason)")
      for box in shards { box.post(.serverLost(server)) }
    case .notStarted(let server, let reason):
      if epoch == .never { return complain("\(name(server)): \(reason)") }
      note("\(name(server)) was not started: \(reason)")
    }
  }

  /// Before the start. Each app instance meets the same trouble; it is told once.
  private mutating func complain(_ text: String) {
    if !problems.contains(text) { problems.append(text) }
  }

  private mutating func note(_ text: String) {
    if notes.count < 20 { notes.append(text) }
  }

  private func address(_ server: ServerID) -> ServerAddress { fleet.servers[server.place].address }

  private func name(_ server: ServerID) -> String {
    let address = address(server)
    if fleet.servers[server.place].isBalancer { return "the balancer (\(address.text))" }
    return address.port == 0
      ? "cli-\(server.place + 1)" : "cli-\(server.place + 1) (\(address.text))"
  }

  // MARK: the look at the end

  /// What is left of every session, by the servers that still stand.
  private mutating func audit(_ truth: TruthDesk, _ plan: ShardPlan) {
    guard scenario.live.audit > .zero, scenario.live.disk == .files || scenario.cli != .mock,
      !stop.isRequested,
      // Who has a session is known to nobody there.
      !(scenario.app.routing == .external && scenario.fleet.storage.kind == .local)
    else { return }
    tell(.checking)
    let targets = fleet.servers.filter { $0.state == .up && !$0.isBalancer }
      .map { Auditor.Target(server: $0.id, address: $0.address) }
    let signal = stop
    do throws(SystemFailure) {
      var auditor = try Auditor(truth, plan: plan, writer: plan.writer())
      auditor.look(
        at: targets, anywhere: scenario.fleet.storage.kind == .shared, began: epoch,
        until: clock + scenario.live.audit
      ) { signal.isRequested }
      looked = auditor.looked
    } catch {
      note("nobody could look at the sessions: \(error)")
    }
  }

  // MARK: locks

  private mutating func startRedis() {
    let clients = 2 * scenario.app.instances
    switch RedisService.start(scenario.live, clients: clients, folder) {
    case .success(let service): redis = service
    case .failure(let problem): problems.append(problem.text)
    }
  }

  private var lockPlan: LockPlan? {
    redis.map {
      LockPlan(
        place: $0.place, prefix: $0.prefix, policy: scenario.app.lock,
        limit: scenario.live.lockTimeout, witness: witness)
    }
  }

  private func lockTally(_ desk: Desk) -> LockTally {
    redis == nil ? desk.lockTally : witness.tally
  }

  // MARK: changes of the fleet

  private mutating func fleetChanges(at now: Instant) {
    while nextChange < scenario.fleet.changes.count,
      .zero + scenario.fleet.changes[nextChange].at <= now, !isDraining
    {
      apply(scenario.fleet.changes[nextChange].kind, at: now)
      nextChange += 1
    }
    for (at, server) in returning where at <= now { fleet.restart(server) }
    returning.removeAll { $0.at <= now }
  }

  private mutating func apply(_ change: FleetChange.Kind, at now: Instant) {
    if scenario.cli == .external {
      return note("servers that somebody else runs cannot be added, drained or lost")
    }
    switch change {
    case .add(let count): for _ in 0..<count { fleet.add() }
    case .remove(let count):
      for server in fleet.lastUp(count) {
        fleet.markLeaving(server)
        for box in shards { box.post(.serverRemoved(server)) }
      }
    case .lose(let count, let backAfter):
      for server in fleet.lastUp(count) {
        crashes += 1
        fleet.kill(server)
        for box in shards { box.post(.serverLost(server)) }
        if let backAfter { returning.append((now + backAfter, server)) }
      }
    }
  }

  /// A server that was removed stops when nobody has a turn there any more.
  private mutating func retire() {
    for place in unused.keys.sorted() where unused[place] == shards.count {
      unused[place] = nil
      let server = ServerID(place)
      for box in shards { box.post(.serverRetired(server)) }
      fleet.terminate(server)
    }
  }

  // MARK: figures

  private func figures(
    _ reports: [ShardReport], desk: Desk, truth: TruthReport, plan: ShardPlan, driverCPU: Interval
  ) -> LiveFigures {
    LiveFigures(
      scenario: scenario, reports: reports, servers: fleet.servers.map(\.lens),
      names: fleet.servers.map { $0.isBalancer ? "balancer" : "cli-\($0.id.place + 1)" },
      restarts: fleet.servers.map(\.restarts), startTimes: fleet.servers.map(\.startTook),
      upAfter: fleet.upAfter,
      locks: locksAfter ?? lockTally(desk), locksBefore: locksBefore,
      measured: (measureEnd ?? .zero) - (measureFrom ?? .zero),
      measuredFrom: measureFrom ?? .zero, crashes: crashes, notes: notes, truth: truth,
      sessionsLooked: looked,
      observations: observations, warmUpNotFound: warmUpNotFound, wasWarming: wasWarming,
      wasStopped: stop.isRequested, lag: plan.lagTolerance)
  }
}
