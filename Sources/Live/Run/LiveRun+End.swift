// What is asked at the end, and the figures.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios
internal import Truth

extension LiveRun {
  // MARK: the look at the end

  /// What is left of every session, by the servers that still stand.
  mutating func audit(_ truth: TruthDesk, _ plan: ShardPlan) {
    guard scenario.live.audit > .zero, scenario.live.disk == .files || scenario.cli != .mock,
      !stop.isRequested,
      // Who has a session is known to nobody there.
      !(scenario.app.routing == .external && scenario.fleet.storage.kind == .local)
    else { return }
    tell(.checking)
    // The last answers are on their way to the files for as long as a flush takes.
    let settled = clock + scenario.profile.flushDelay * 2
    while clock < settled && !stop.isRequested { turn(atMost: .milliseconds(20)) }
    let targets = fleet.servers.filter { $0.state == .up && !$0.isBalancer }
      .map { Auditor.Target(server: $0.id, address: $0.address) }
    let signal = stop
    do throws(SystemFailure) {
      var auditor = try Auditor(truth, plan: plan, writer: plan.writer())
      auditor.look(
        at: targets, anywhere: scenario.fleet.storage.kind == .shared, began: epoch,
        until: clock + scenario.live.audit
      ) {
        // Servers still talk, and may still end.
        turn(atMost: .zero)
        return signal.isRequested
      }
      looked = auditor.looked
      if !stop.isRequested { for doubt in auditor.doubts { note(doubt) } }
    } catch {
      note("nobody could look at the sessions: \(error)")
    }
  }

  // MARK: locks

  mutating func startRedis() {
    let clients = 2 * scenario.app.instances
    switch RedisService.start(scenario.live, clients: clients, folder) {
    case .success(let service): redis = service
    case .failure(let problem): problems.append(problem.text)
    }
  }

  mutating func endRedis() {
    guard let redis else { return }
    redisIsOver = true
    if let problem = redis.end() {
      note(problem)
    } else {
      Reaper.keysAreGone(reaper)
    }
  }

  var lockPlan: LockPlan? {
    redis.map {
      LockPlan(
        place: $0.place, prefix: $0.prefix, policy: scenario.app.lock,
        limit: scenario.live.lockTimeout, witness: witness)
    }
  }

  func lockTally(_ desk: Desk) -> LockTally {
    redis == nil ? desk.lockTally : witness.tally
  }

  // MARK: figures

  /// What is counted beside the shards, at one moment.
  struct Standing {
    var crashes = 0
    var restarts = 0
    var load: MachineLoad?
    var calls: ModelCalls?
    var diskBytes = 0
  }

  var standing: Standing {
    Standing(
      crashes: crashes, restarts: fleet.servers.reduce(0) { $0 + $1.restarts },
      load: MachineLoad.current(), calls: provider?.calls,
      diskBytes: fleet.servers.reduce(0) { $0 + $1.lens.diskBytes })
  }

  /// - soFar: the run goes on; until then it was measured.
  func figures(
    _ reports: [ShardReport], desk: Desk, truth: TruthReport, plan: ShardPlan,
    soFar: Instant? = nil
  ) -> LiveFigures {
    let from = before ?? Standing()
    let to = after ?? standing
    var load: MachineLoad?
    if let first = from.load, let last = to.load { load = last.since(first) }
    return LiveFigures(
      scenario: scenario, reports: reports, servers: fleet.servers.map(\.lens),
      peaks: fleet.peaks,
      names: fleet.servers.map { $0.isBalancer ? "balancer" : "cli-\($0.id.place + 1)" },
      isServer: fleet.servers.map { !$0.isBalancer },
      restarts: fleet.servers.map(\.restarts), startTimes: fleet.servers.map(\.startTook),
      upAfter: fleet.upAfter,
      locks: locksAfter ?? lockTally(desk), locksBefore: locksBefore,
      measured: (soFar ?? measureEnd ?? .zero) - (measureFrom ?? .zero),
      measuredFrom: measureFrom ?? .zero, isUnderWay: soFar != nil,
      crashes: to.crashes - from.crashes, cliRestarts: to.restarts - from.restarts,
      calls: to.calls?.since(from.calls ?? ModelCalls()),
      diskBytes: max(0, to.diskBytes - from.diskBytes),
      machine: load, notes: notes.sentences, truth: truth, sessionsLooked: looked,
      observations: observations, warmUpNotFound: warmUpNotFound, wasWarming: wasWarming,
      wasStopped: stop.isRequested, lag: plan.lagTolerance)
  }
}
