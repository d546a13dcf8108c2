// From the first wake-up to the last answer: warm-up, measured time in equal windows, drain. All
// shards take each step at the same instant of the run's clock, told ahead of time.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Results
internal import Scenarios
internal import Workload

extension Shard {
  private static let figuresEvery = Interval.milliseconds(250)

  mutating func begin(at reading: Instant) {
    // Timers so far count from when the shard was made.
    let shift = reading - began
    began = reading
    var kept: [Event] = []
    while let event = timers.popDue(at: .never) { kept.append(event) }
    for event in kept {
      timers.push(Instant(nanoseconds: event.instant.nanoseconds - shift.nanoseconds), event.code)
    }
    now = clock()
    phase = .running
    observes = plan.observes
    mendLinks()
    beginRedis()
    for local in 0..<gateways.count {
      armed[local] = .never
      arm(local)
    }
    timers.push(max(.zero, now) + Shard.figuresEvery, ShardTimer.figures.code)
    if index == 0 { beginPopulation() }
  }

  /// The first wake-ups, spread over the shards: where it is known before, to the one whose
  /// instance will take the turn.
  private mutating func beginPopulation() {
    let count = mailboxes.count
    let instances = plan.scenario.app.instances
    var wakes: [[(loop: UInt32, at: Instant)]] = Array(repeating: [], count: count)
    let beginning = desk.begin()
    for (loop, instant, instance) in beginning.wakes {
      wakes[shard(of: instance ?? Int(loop) % instances)].append((loop, instant))
    }
    let arrival = beginning.arrival
    for shard in 1..<max(1, count) { mailboxes[shard].post(.wake(wakes[shard])) }
    for (loop, instant) in wakes[0] { timers.push(instant, ShardTimer.wake(loop: loop).code) }
    if arrival != .never { timers.push(arrival, ShardTimer.arrival.code) }
  }

  // MARK: the measured time

  mutating func planMeasuring(from: Instant, length: Interval) {
    measuring = MeasuredPart(from: from, length: length, windows: plan.windows)
    // Without a warm-up not even the first wake-up may come before it.
    if from <= .zero {
      beginMeasuring()
    } else {
      timers.push(from, ShardTimer.measureBegins.code)
    }
    timers.push(from + length, ShardTimer.measureEnds.code)
  }

  mutating func beginMeasuring() {
    recorder.reset()
    tallies = LiveTallies()
    observes = false
    for local in 0..<gateways.count { gateways[local].resetPeaks() }
    for place in servers.indices { servers[place].turns = 0 }
    report.before = gatewayTallies()
    report.cpuBefore = ProcessUsage.threadTime()
    let levels = levels()
    measuring?.begin(levels)
    if let measuring { timers.push(measuring.nextEnd, ShardTimer.windowEnds.code) }
  }

  private struct ServerSession: Hashable {
    var server: ServerID
    var code: UInt64
  }

  private mutating func levels() -> MeasuredPart.Levels {
    let counts = gatewayTallies()
    let evicted = counts[CountMetric.sessionsEvicted.rawValue]
    var levels = MeasuredPart.Levels(
      evicted: evicted, counts: MeasuredPart.rates.map { counts[$0.rawValue] },
      waits: MeasuredPart.waits.map { (recorder.sum(of: $0), recorder.samples(of: $0)) },
      bands: recorder.bands(of: .turnResponse), serverTurns: servers.map(\.turns),
      serverSessions: Array(repeating: 0, count: servers.count),
      serverQueue: Array(repeating: 0, count: servers.count))
    levels.underWay = ledger.planned - ledger.over
    for local in 0..<gateways.count { levels.residents += gateways[local].residents }
    // A session of several people may be open by several connections.
    var counted = Set<ServerSession>()
    let mayShare = plan.scenario.workload.groups != nil && connections.count > servers.count
    for connection in connections {
      guard let connection else { continue }
      let server = connection.server
      levels.backlog += connection.unanswered
      levels.serverSessions[server.place] +=
        mayShare
        ? connection.sessions.keys.count {
          counted.insert(ServerSession(server: server, code: $0)).inserted
        } : connection.sessions.count
      levels.serverQueue[connection.server.place] += connection.unacknowledged
    }
    return levels
  }

  mutating func endWindow(_ due: Instant) {
    guard var part = measuring, !part.isOver else { return }
    part.endWindow(levels())
    measuring = part
    if !part.isOver { timers.push(part.nextEnd, ShardTimer.windowEnds.code) }
    if part.isWorthKeeping && !report.hasMeasured {
      var soFar = report
      fill(&soFar)
      keeper.post(.soFar(shard: index, soFar))
    }
  }

  /// What the result will say is taken now; what follows is the drain.
  mutating func endMeasuring(_ due: Instant) {
    while let part = measuring, !part.isOver, part.nextEnd <= due { endWindow(due) }
    // Stopped in the middle of a window: what follows never was.
    if let part = measuring, !part.isOver, part.from < due { endWindow(due) }
    var whole = report
    fill(&whole)
    report = whole
    report.drain = UnmeasuredPart(from: due)
    report.hasMeasured = true
    measuring = nil
  }

  /// What was measured until now.
  private mutating func fill(_ report: inout ShardReport) {
    report.take(recorder)
    report.after = gatewayTallies()
    report.tallies = tallies
    report.turnsByServer = servers.map(\.turns)
    report.cpuUsed = ProcessUsage.threadTime() - report.cpuBefore
    report.windows = measuring?.windows ?? []
    report.windowStep = measuring?.step ?? .zero
    for local in 0..<gateways.count {
      report.residentMax = max(report.residentMax, gateways[local].residentMax)
      report.overLimitMax = max(report.overLimitMax, gateways[local].overLimitMax)
    }
  }

  private mutating func gatewayTallies() -> [Int] {
    var sums = [Int](repeating: 0, count: CountMetric.allCases.count)
    for local in 0..<gateways.count {
      gateways[local].tally.add(to: &sums)
      sums[CountMetric.cliPortsUsed.rawValue] += gateways[local].portsUsed
    }
    return sums
  }

  // MARK: the live view

  mutating func tellFigures(_ due: Instant) {
    var told = ShardFigures()
    swap(&told, &figures)
    var evicted = 0
    for local in 0..<gateways.count {
      told.underWay += gateways[local].turnsUnderWay
      told.residents += gateways[local].residents
      evicted += gateways[local].tally.evicted
    }
    told.evicted = evicted - evictedTold
    evictedTold = evicted
    // A run that is killed has at least everything up to a moment ago.
    tape.flush()
    if index == 0 { desk.flush() }
    keeper.post(.figures(shard: index, told))
    if !leaving.isEmpty { noteUnused() }
    if !observed.isEmpty {
      keeper.post(.observed(observed))
      observed.removeAll(keepingCapacity: true)
    }
    if phase == .draining && isQuiet {
      isDone = true
    } else {
      timers.push(now + Shard.figuresEvery, ShardTimer.figures.code)
    }
  }

  // MARK: the end

  mutating func drain(until end: Instant) {
    if phase == .starting {
      isDone = true
      return
    }
    // At its time the letter and the timer come together, in any order, and what was planned before
    // the end may still wait for its own timer: it is begun late, and not forgotten.
    if !report.hasMeasured, let part = measuring, part.end <= now {
      drainsUntil = end
      return
    }
    // Stopped before its time: nothing is planned any more, so what was measured ends here.
    if !report.hasMeasured { cutMeasuring() }
    phase = .draining
    timers.push(end, ShardTimer.drainEnds.code)
    if isQuiet { isDone = true }
  }

  private var isQuiet: Bool {
    mutating get {
      for local in 0..<gateways.count where gateways[local].turnsUnderWay > 0 { return false }
      return true
    }
  }

  private mutating func cutMeasuring() {
    if report.before.isEmpty {
      report.before = Array(repeating: 0, count: gatewayTallies().count)
    }
    endMeasuring(now)
  }

  mutating func finalReport() -> ShardReport {
    // Never begun, or over before it was told to end.
    if !report.hasMeasured { cutMeasuring() }
    for local in 0..<gateways.count {
      report.leftUnderWay += gateways[local].turnsUnderWay
      ledger.underWay += gateways[local].undecided()
    }
    report.ledger = ledger
    tape.flush()
    keeper.post(.done(shard: index))
    return report
  }
}
