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
  private var nextChange = 0
  private var returning: [(at: Instant, ServerID)] = []
  private var crashes = 0
  private var lastLens = Instant.zero
  private var notes: [String] = []
  private var locksBefore = LockTally()
  private var locksAfter: LockTally?

  /// - watch: told where the run stands, some four times a second.
  public static func run(
    _ order: LiveOrder, stop: StopRequest, watch: @escaping (LiveProgress) -> Void
  ) -> Outcome {
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
      let folder = try RunFolder.make().get()
      var run = LiveRun(
        order, folder: folder, provider: provider, mailbox: mailbox, shards: shards, poller: poller,
        stop: stop,
        watch: watch)
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
    let desk = Desk(scenario, seed: seed)
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
      providerURL: provider?.url, firstServers: isolated ? 0 : firstServers)
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
    for _ in 0..<scenario.fleet.servers { fleet.add() }
  }

  /// True: everything stands.
  private mutating func start(isolated: Bool) -> Bool {
    progress.serversWanted = isolated ? 0 : firstServers
    var nextWord = MonotonicClock.now()
    while problems.isEmpty && !stop.isRequested {
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
      problems.append("\(name(server)): \(reason)")
    case .spawn(let turn):
      if isDraining {
        shards[turn.instance % shards.count].post(.notSpawned(turn))
      } else {
        fleet.add(for: turn)
      }
    case .kill(let server): fleet.kill(server)
    case .figures(let shard, let figures):
      recent.add(figures, of: shard, at: MonotonicClock.now())
      progress.completed += figures.completed
      progress.failed += figures.failed
    case .observed(let list):
      for (at, response) in list { observed.append(response.seconds, at: at) }
    case .done: done += 1
    }
  }

  private mutating func hear(_ news: Fleet.News) {
    switch news {
    case .up(let server):
      for box in shards { box.post(.serverUp(server, address(server))) }
    case .back(let server):
      for box in shards { box.post(.serverBack(server, address(server))) }
    case .spawned(let turn, let server):
      shards[turn.instance % shards.count].post(.spawned(turn, server, address(server)))
    case .notSpawned(let turn, let reason):
      note("a process for a person could not be started: \(reason)")
      shards[turn.instance % shards.count].post(.notSpawned(turn))
    case .crashed(let server, let reason):
      crashes += 1
      note("\(name(server)) \(reason)")
      for box in shards { box.post(.serverLost(server)) }
    case .notStarted(let server, let reason):
      if epoch == .never {
        problems.append("\(name(server)): \(reason)")
      } else {
        note("\(name(server)) was not started: \(reason)")
      }
    }
  }

  private mutating func note(_ text: String) {
    if notes.count < 20 { notes.append(text) }
  }

  private func address(_ server: ServerID) -> ServerAddress { fleet.servers[server.place].address }

  private func name(_ server: ServerID) -> String {
    let address = address(server)
    return address.port == 0
      ? "cli-\(server.place + 1)" : "cli-\(server.place + 1) (\(address.text))"
  }

  // MARK: the look at the end

  /// What is left of every session, by the servers that still stand.
  private mutating func audit(_ truth: TruthDesk, _ plan: ShardPlan) {
    guard scenario.live.audit > .zero, scenario.live.disk == .files || scenario.cli != .mock,
      !stop.isRequested
    else { return }
    tell(.checking)
    let targets = fleet.servers.filter { $0.state == .up }
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

  // MARK: figures

  private func figures(
    _ reports: [ShardReport], desk: Desk, truth: TruthReport, plan: ShardPlan, driverCPU: Interval
  ) -> LiveFigures {
    LiveFigures(
      scenario: scenario, reports: reports, servers: fleet.servers.map(\.lens),
      names: fleet.servers.map { "cli-\($0.id.place + 1)" },
      restarts: fleet.servers.map(\.restarts), startTimes: fleet.startTimes,
      locks: locksAfter ?? lockTally(desk), locksBefore: locksBefore,
      measured: (measureEnd ?? .zero) - (measureFrom ?? .zero),
      measuredFrom: measureFrom ?? .zero, crashes: crashes, notes: notes, truth: truth,
      sessionsLooked: looked,
      observations: observations, warmUpNotFound: warmUpNotFound, wasStopped: stop.isRequested,
      lag: plan.lagTolerance)
  }
}

/// The last few seconds, for the live view.
struct RecentFigures {
  private var parts: [(at: Instant, figures: ShardFigures)] = []
  private var levels: [Int: (underWay: Int, residents: Int)] = [:]
  private static let span = Interval.seconds(5)

  mutating func add(_ figures: ShardFigures, of shard: Int, at now: Instant) {
    levels[shard] = (figures.underWay, figures.residents)
    parts.append((now, figures))
    parts.removeAll { now - $0.at > RecentFigures.span }
  }

  mutating func fill(_ progress: inout LiveProgress, at now: Instant) {
    parts.removeAll { now - $0.at > RecentFigures.span }
    guard let first = parts.first else { return }
    let seconds = max(0.25, (now - first.at).seconds + 0.25)
    func rate(_ value: (ShardFigures) -> Int) -> Double {
      Double(parts.reduce(0) { $0 + value($1.figures) }) / seconds
    }
    progress.turnsPerSecond = rate { $0.completed }
    progress.failuresPerSecond = rate { $0.failed }
    progress.evictionsPerSecond = rate { $0.evicted }
    progress.refusalsPerSecond = rate { $0.refused }
    progress.underWay = levels.values.reduce(0) { $0 + $1.underWay }
    progress.residents = levels.values.reduce(0) { $0 + $1.residents }
    let times = parts.flatMap { $0.figures.responses }.sorted()
    func quantile(_ share: Double) -> Interval? {
      times.isEmpty
        ? nil : Interval(nanoseconds: times[min(times.count - 1, Int(Double(times.count) * share))])
    }
    progress.p50 = quantile(0.5)
    progress.p95 = quantile(0.95)
    progress.p99 = quantile(0.99)
  }
}

extension ServerLens {
  /// Share of a core between the last two samples.
  var recentLoad: Double {
    guard samples.count > 1 else { return 0 }
    let (last, before) = (samples[samples.count - 1], samples[samples.count - 2])
    let time = (last.at - before.at).seconds
    return time > 0 ? max(0, (last.gauge.cpu - before.gauge.cpu).seconds / time) : 0
  }
}

extension ServerAddress {
  /// host:port, or [address]:port.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      port > 0
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty else { return nil }
    self.init(host: host, port: port)
  }
}
