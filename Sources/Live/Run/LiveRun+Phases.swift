// Warm-up, measured time, drain: when each begins, and what is looked at meanwhile.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios
internal import Statistics
internal import Truth

extension LiveRun {
  mutating func conduct(_ desk: Desk, _ plan: ShardPlan) {
    fleet.isUnderWay = true
    // A little ahead, so that every shard hears of it before it comes.
    epoch = MonotonicClock.now() + LiveRun.headStart
    // The first shard last: it hands out the first wake-ups, and nobody may hear of them before the
    // beginning.
    for box in shards.reversed() { box.post(.begin(epoch)) }
    if case .fixed(let length) = scenario.phases.warmUp { measure(from: .zero + length) }
    var nextWord = clock
    while done < shards.count {
      turn(atMost: .milliseconds(25))
      let now = clock
      if let from = measureFrom, now >= from, !isMeasuring {
        isMeasuring = true
        locksBefore = lockTally(desk)
        before = standing
        fleet.measure(at: now)
        fleet.beginMeasuring()
        // Last, because it may take its time.
        before?.diskBytes = fleet.lookAtDisks()
      }
      if now >= nextWord {
        tell(phase(at: now))
        nextWord = now + .milliseconds(250)
      }
      fleet.checkStarts(at: now)
      fleet.checkEnds(at: now)
      fleetChanges(at: now)
      retire()
      if !isDraining {
        lookForTheEnd(at: now)
        if isDraining {
          locksAfter = lockTally(desk)
          after = standing
          fleet.measure(at: now)
          after?.diskBytes = fleet.lookAtDisks()
        }
      }
      if !isDraining && now - lastLens >= fleet.lensPause {
        lastLens = now
        fleet.measure(at: now)
      }
      if isMeasuring && !isDraining {
        if scenario.cli != .external { fleet.lookAtDisks(at: now) }
        keepSoFar(desk, plan)
      }
    }
  }

  /// What a run that is killed leaves behind: as measured to the end of a window that every shard
  /// has told of.
  private mutating func keepSoFar(_ desk: Desk, _ plan: ShardPlan) {
    guard let from = measureFrom, let count = soFar.values.first?.windows.count,
      soFar.count == shards.count, soFar.values.allSatisfy({ $0.windows.count == count })
    else { return }
    let reports = shards.indices.compactMap { soFar[$0] }
    soFar = [:]
    let step = scenario.phases.measure.nanoseconds / Int64(plan.windows)
    let until = from + Interval(nanoseconds: step * Int64(count))
    keep(
      figures(
        reports, desk: desk, truth: TruthReport(examplesOfAKind: 0), plan: plan, soFar: until))
  }

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

  mutating func drain(at now: Instant) {
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

  mutating func tell(_ phase: LiveProgress.Phase) {
    progress.phase = phase
    progress.elapsed = epoch == .never ? .zero : max(.zero, clock - .zero)
    progress.left = measureEnd.map { max(.zero, $0 - clock) }
    progress.serversUp = fleet.servers.count { $0.state == .up }
    progress.failures = TurnOutcome.allCases.map { ($0, failures[Int($0.rawValue)]) }
      .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
      .map { LiveProgress.Failure(words: $0.0.words, count: $0.1) }
    recent.fill(&progress, at: MonotonicClock.now())
    progress.serverLoads = fleet.loads
    watch(progress)
  }
}
