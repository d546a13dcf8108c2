// The measured part of a run: where it begins, its windows, and what is read off the machines at
// its end. Machines count from their start; what belongs to the measurement is the difference.
public import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Results
internal import Workload

extension Simulator {
  /// Ends the warm-up: figures start from nothing, the system stays as it is.
  ///
  /// - detailed: also keep how everything moved over time. A result shows that of one replication.
  public mutating func beginMeasurement(length: Interval, detailed: Bool = true) {
    recorder.reset()
    baseline = totals()
    measuredFrom = now
    for instance in 0..<gateways.count { gateways[instance].resetPeaks() }
    for place in 0..<servers.count {
      states[place].turnsBefore = states[place].turns
      states[place].cpuBefore = servers[place].cpu
      servers[place].resetPeaks()
    }
    fleet.residentSum = 0
    fleet.residentSamples = 0
    let step = Interval(nanoseconds: max(1, length.nanoseconds / Int64(max(1, plan.windows))))
    series.begin(step: step)
    series.detail = detailed ? SeriesDetail(before: baseline) : nil
    evictedAtWindow = 0
    for instance in 0..<gateways.count { evictedAtWindow += gateways[instance].tally.evicted }
    queue.push(Event(now + step, EventCode.plain(.window, 0)))
  }

  @inline(never) mutating func endWindow() {
    var residents = 0
    var evicted = 0
    var backlog = 0
    for instance in 0..<gateways.count {
      residents += gateways[instance].residents
      evicted += gateways[instance].tally.evicted
    }
    for place in 0..<servers.count {
      backlog += servers[place].backlog
      if states[place].leaving { retire(ServerID(place)) }
    }
    noteFleet()
    fleet.residentSum += Double(residents)
    fleet.residentSamples += 1
    series.end(residents: residents, evicted: evicted - evictedAtWindow, backlog: backlog)
    evictedAtWindow = evicted
    noteDetail()
    queue.push(Event(now + series.step, EventCode.plain(.window, 0)))
  }

  /// The size of the whole fleet now. Processes that nobody uses any more still run and still
  /// count.
  private mutating func noteFleet() {
    var running = 0
    var memory = 0.0
    for place in 0..<servers.count where states[place].alive {
      running += 1
      memory += servers[place].memory
    }
    recorder.high(.fleetServers, running)
    recorder.high(.fleetMemory, Int(memory))
  }

  /// Everything the machines have counted since they were made, by catalog order.
  mutating func totals() -> [Int] {
    var sums = [Int](repeating: 0, count: CountMetric.allCases.count)
    func add(_ metric: CountMetric, _ n: Int) { sums[metric.rawValue] += n }
    for instance in 0..<gateways.count {
      gateways[instance].tally.add(to: &sums)
      add(.cliPortsUsed, gateways[instance].portsUsed)
    }
    for place in 0..<servers.count {
      let tally = servers[place].tally
      add(.turnsStaleContext, tally.staleContext)
      add(.turnsLost, tally.lostUnflushed)
      add(.sessionsSplitBrain, tally.splitBrain)
      add(.sessionsContextLost, tally.contextLost)
      add(.sessionsCompacted, tally.compacted)
      add(.sessionsIdleRemoved, tally.idleRemoved)
      add(.providerRetries, tally.retries)
      add(.eventsBroadcast, tally.turns * plan.profile.turnMessages * plan.app.instances)
      add(
        .diskBytes,
        Int(
          Double(tally.turns) * plan.profile.disk.turn
            + servers[place].promptBytes * plan.profile.disk.perPromptByte))
    }
    add(
      .diskBytes,
      Int(
        Double(sums[CountMetric.sessionsCreated.rawValue])
          * (plan.profile.disk.session + plan.profile.disk.database)))
    locks.tally.add(to: &sums)
    add(.providerCalls, provider.tally.calls)
    add(.providerRateLimited, provider.tally.rateLimited)
    add(.providerFailed, provider.tally.failed)
    add(.serverCrashes, fleet.crashes)
    add(.cliRestarted, fleet.restarts)
    add(.memoryExhausted, fleet.memoryExhausted)
    return sums
  }

  /// The figures of the measured part. Ends the replication.
  public mutating func harvest() -> Replication {
    let end = totals()
    for metric in CountMetric.allCases {
      // Without a beginning, all since the start was measured.
      let grown = end[metric.rawValue] - (baseline.isEmpty ? 0 : baseline[metric.rawValue])
      if grown > 0 { recorder.count(metric, grown) }
    }
    for instance in 0..<gateways.count {
      recorder.high(.sessionsResidentMax, gateways[instance].residentMax)
      recorder.high(.sessionsOverLimitMax, gateways[instance].overLimitMax)
    }
    noteFleet()
    let measured = now - measuredFrom
    var serverResults: [ServerResult] = []
    var turns: [Int] = []
    var cpu = 0.0
    var lives = 0
    for place in 0..<servers.count {
      let state = states[place]
      let used = servers[place].cpu - state.cpuBefore
      let memory = memoryMax(place)
      recorder.high(.serverMemory, Int(memory))
      recorder.high(.serverSessions, servers[place].residentsPeak)
      let served = state.turns - state.turnsBefore
      turns.append(served)
      cpu += used
      lives += 1
      if place < Simulator.serversInResult {
        var result = ServerResult(name: "cli-\(place + 1)", turns: served)
        result.sessionsMax = servers[place].residentsPeak
        result.cpu = measured > .zero ? used / measured.seconds : nil
        result.memoryMaxBytes = Int(memory)
        result.restarts = state.restarts
        result.series = serverSeries(place)
        serverResults.append(result)
      }
    }
    var derived = DerivedMetric.allCases.map { recorder.value(of: $0, measured: measured) }
    derived[DerivedMetric.imbalance.rawValue] = imbalance(ofTurns: turns)
    derived[DerivedMetric.residentMean.rawValue] =
      fleet.residentSamples > 0 ? fleet.residentSum / Double(fleet.residentSamples) : nil
    derived[DerivedMetric.serverCPU.rawValue] =
      lives > 0 && measured > .zero ? cpu / Double(lives) / measured.seconds : nil
    return Replication(
      times: TimeMetric.allCases.map { recorder.snapshot(of: $0) },
      counts: CountMetric.allCases.map { recorder.value(of: $0) },
      peaks: PeakMetric.allCases.map { recorder.value(of: $0) },
      derived: derived, servers: serverResults,
      series: seriesResults() + detailSeries(), heatMap: heatMap(), leadIn: leadInMap(),
      measured: measured, events: events, underWay: turnsUnderWay,
      spawnsRefused: fleet.spawnsRefused)
  }

  /// A result lists this many servers one by one; all of them are in the figures.
  static let serversInResult = 64

  /// Turns that have begun and not ended, at this instant.
  public var turnsUnderWay: Int {
    var sum = 0
    for instance in 0..<gateways.count { sum += gateways[instance].turnsUnderWay }
    return sum
  }

  private func seriesResults() -> [SeriesResult] {
    let windows = series.windows.count
    let step = series.step.seconds
    func result(
      _ name: String, _ unit: String, _ value: (SeriesKeeper.Window) -> Double?
    ) -> SeriesResult {
      SeriesResult(
        name: name, unit: unit, startSeconds: measuredFrom.seconds, stepSeconds: step,
        values: (0..<windows).map { value(series.windows[$0]) })
    }
    guard windows > 0, step > 0 else { return [] }
    return [
      result("turn.throughput", "/s") { Double($0.turns) / step },
      result("turn.response.mean", "s") {
        $0.turns > 0 ? Double($0.responseSum) * 1e-9 / Double($0.turns) : nil
      },
      result("turns.failed", "/s") { Double($0.failures) / step },
      result("sessions.resident", "count") { Double($0.residents) },
      result("sessions.evicted", "/s") { Double($0.evicted) / step },
      result("servers.backlog", "count") { Double($0.backlog) },
    ]
  }
}

extension Simulator {
  public var queueRebuilds: Int { queue.rebuilds }
  public var completedTurns: Int { recorder.value(of: .turnsCompleted) }
  /// One line for benchmarks: what was going on.
  public var summary: String {
    mutating get {
      let sums = totals()
      func of(_ metric: CountMetric) -> Int { sums[metric.rawValue] }
      let opened = of(.sessionsCreated) + of(.sessionsResumed)
      return "hits \(of(.sessionsHits)) opened \(opened) evicted \(of(.sessionsEvicted)) "
        + "busy \(of(.sessionsEvictedBusy)) locks \(of(.locksAcquired)) "
        + "refused \(of(.locksRefused)) failed \(recorder.value(of: .turnsFailed)) "
        + "timeouts \(recorder.value(of: .turnsTimedOut)) "
        + "mean \(recorder.mean(of: .turnResponse) ?? 0)"
    }
  }
}

extension Simulator {
  /// Bytes held by each part, for benchmarks and forecasts.
  public var memoryByPart: [(part: String, bytes: Int)] {
    mutating get {
      var gatewayBytes = 0
      for instance in 0..<gateways.count { gatewayBytes += gateways[instance].bytes }
      var serverBytes = servers.bytes
      for place in 0..<servers.count { serverBytes += servers[place].bytes }
      return [
        ("queue", queue.bytes), ("population", population.bytes), ("storage", store.bytes),
        ("gateways", gatewayBytes), ("servers", serverBytes),
      ]
    }
  }
}
