// The arithmetic of a forecast: from a scenario to the means everything else follows from. Sessions
// first, since their number decides what a turn costs; then the cost; then how often people come
// round with that cost in their way.
internal import Basics
internal import CLIModel
internal import Policies
internal import Scenarios
internal import Statistics
internal import Workload

struct LoadModel {
  let isOpen: Bool
  /// People's tabs, each with one request at a time.
  let loops: Double
  let servers: Int
  /// Conversations people hold open at once, and the entries they make where sessions live: one
  /// each under sticky routing, one on every server under the others.
  let conversations: Double
  let residencies: Double
  let liveSessions: Double
  /// Share of the turns whose session must be brought back.
  let missRatio: Double
  /// Load of the busiest server over the mean one.
  let busiestShare: Double
  let serverTime: Double
  let processorTime: Double
  /// Of a turn, outside of the server: the model's answer and the network.
  let away: Double
  let peakRate: Double
  let throughput: Double
  let response: Double?
  let serverMemory: Double
  let hostUtilisation: Double?
  let eventsPerTurn: Double
  /// Processes a second that pattern 1 starts anew because it has let others go.
  let spawnRate: Double

  /// At most; on the mean server.
  var liveOnServer: Double { liveSessions / Double(servers) }

  init(_ scenario: Scenario) {
    let workload = scenario.workload
    let profile = scenario.profile
    let app = scenario.app
    let people = Double(workload.users)
    isOpen = workload.arrivals != .closed
    loops = people * (isOpen ? 1 : Double(workload.tabs))
    // Pattern 1 starts a process for each person.
    servers = max(1, app.pattern == .isolated ? workload.users : scenario.fleet.servers)

    let shared = workload.groups.map { people / Double(max(1, $0.size)) } ?? 0
    conversations = people * Double(workload.sessions.perUser) + shared
    // Opening, sending and finishing cross the network; the acknowledgement does not delay.
    let length = workload.sessions.turns.map { max(1, $0.mean) } ?? .infinity
    let delays = scenario.model.latency.mean + 1.5 * scenario.fleet.roundTrip.seconds
    let round = max(1e-9, workload.think.mean + delays)
    let wanders = app.pattern != .isolated && app.routing.wanders && app.routeEvery == .turn
    let atOnce = LoadModel.liveConversations(
      scenario, among: conversations, round: round, turnsOfSession: length)
    residencies = atOnce.most * (wanders ? Double(servers) : 1)
    let managers = Double(app.instances) * (app.sessions.scope == .server ? Double(servers) : 1)
    let room = app.sessions.limit.map { Double($0) * managers } ?? .infinity
    liveSessions = min(residencies, room)
    missRatio = residencies > room ? 1 - room / residencies : 0
    let liveOnServer = min(residencies * atOnce.mean, room) / Double(servers)
    busiestShare = LoadModel.busiestShare(scenario, servers: servers)

    let cost = TurnCost(
      profile, live: liveOnServer, turnsOfSession: length, misses: missRatio,
      deletes: workload.sessions.atEnd == .delete, prompt: workload.prompt.mean)
    let cores = scenario.fleet.hosts.cores
    serverTime = cost.serverTime(cores: cores)
    processorTime = cost.processorTime

    away = delays + (1 / length + missRatio) * scenario.fleet.storage.latency.mean
    let peak: Double
    let mean: Double
    if isOpen {
      let brings = workload.arrivalBrings == .visit && length.isFinite ? length : 1
      peak = workload.arrivals.peakRate * brings
      mean = workload.arrivals.meanRate(over: scenario.phases.measure.seconds) * brings
    } else {
      peak = loops / max(1e-9, workload.think.mean + away + serverTime)
      mean = peak
    }
    peakRate = peak
    let hosts = scenario.fleet.hosts
    hostUtilisation = hosts.count.map {
      peak * cost.processorTime / max(1e-9, Double($0) * hosts.cores)
    }
    let busy = peak * serverTime / Double(servers) * busiestShare
    (throughput, response) = LoadModel.flow(
      offered: mean, utilisation: busy, hosts: hostUtilisation ?? 0, loops: isOpen ? nil : loops,
      think: workload.think.mean, away: away, service: serverTime)

    let held = min(length, mean * scenario.phases.measure.seconds / max(1, conversations))
    let memory = profile.memory
    serverMemory =
      memory.base
      + liveSessions / Double(servers) * busiestShare * (memory.activeSession + memory.turn * held)
    eventsPerTurn = LoadModel.eventsPerTurn(scenario, opens: 1 / length + missRatio)
    switch app.pool.release {
    case _ where app.pattern != .isolated: spawnRate = 0
    case .never: spawnRate = 0
    case .sessionEnd: spawnRate = throughput / length
    case .idle:
      // As if think times were exponential: who thinks for longer finds the process gone.
      spawnRate =
        throughput
        * exponential(
          -app.pool.idle.seconds / max(1e-9, workload.think.mean))
    }
  }

  /// Conversations that are open at the same time: at most, and the mean as a share of that.
  private static func liveConversations(
    _ scenario: Scenario, among all: Double, round: Double, turnsOfSession length: Double
  ) -> (most: Double, mean: Double) {
    let workload = scenario.workload
    // A conversation of L turns is open for L - 1 rounds; the next one begins a round later.
    let mean = length.isFinite ? 1 - 1 / length : 1
    var most = all
    if workload.arrivals != .closed, workload.arrivalBrings == .visit, length.isFinite {
      most = min(all, workload.arrivals.peakRate * length * round)
    }
    guard workload.sessions.atEnd == .leave, length.isFinite else { return (most, mean) }
    // Whoever leaves a conversation leaves it in the server's memory.
    let rate =
      workload.arrivals == .closed
      ? Double(workload.users * workload.tabs) / round : workload.arrivals.peakRate
    return (most + rate / length * scenario.phases.measure.seconds, mean)
  }

  /// Turns a second and the mean response.
  private static func flow(
    offered: Double, utilisation: Double, hosts: Double, loops: Double?, think: Double,
    away: Double, service: Double
  ) -> (throughput: Double, response: Double?) {
    let load = max(utilisation, hosts)
    // Each server as one queue whose jobs share it; mean value analysis of a thousand servers and a
    // million people would take longer than the simulation.
    if load < VariantForecast.limit {
      let waiting = ProcessorSharingQueue(
        arrivalRate: load, meanService: 1
      ).meanResponse(service: service)
      return (offered, away + waiting)
    }
    guard let loops else { return (offered / max(1, load), nil) }
    // The bottleneck sets the pace: people spend what is left of their round waiting for it.
    let pace = min(offered, offered / load)
    return (pace, max(away + service, loops / max(1e-9, pace) - think))
  }

  private static func busiestShare(_ scenario: Scenario, servers: Int) -> Double {
    let app = scenario.app
    guard app.pattern != .isolated, app.routing == .stickyModulo, app.routeBy == .user,
      servers > 1, scenario.workload.users > 0
    else { return 1 }
    // The guide's hash leaves servers empty for some names, so it is asked for each of them.
    let users = min(scenario.workload.users, 100_000)
    var counts = Table<Int>(repeating: 0, count: servers)
    for user in 0..<users {
      counts[Int(guideHash(scenario.userIDs.name(of: user)) % UInt32(servers))] += 1
    }
    var most = 0
    for place in 0..<servers { most = max(most, counts[place]) }
    return Double(most) * Double(servers) / Double(users)
  }

  /// Counted in the library's scenarios: 4.3 to 4.6 with servers on their own, about one more where
  /// hosts are shared, and what opening a session adds.
  private static func eventsPerTurn(_ scenario: Scenario, opens: Double) -> Double {
    var events = RunPlan.eventsPerTurn
    if scenario.fleet.roundTrip > .zero { events += 3 }
    if scenario.fleet.hosts.count != nil { events += 0.5 }
    let mails = scenario.fleet.storage.latency.mean > 0 ? 1.0 : 0
    return events + min(1, opens) * (2 + mails)
  }
}

/// What a turn costs its server, in the mean.
private struct TurnCost {
  private var parts: [(cpu: Double, mainShare: Double)] = []

  init(
    _ profile: CostProfile, live: Double, turnsOfSession length: Double, misses: Double,
    deletes: Bool, prompt: Double
  ) {
    add(profile.turnBefore)
    add(profile.turnAfter, extra: profile.turnPerLiveSession * live)
    add(profile.create, share: 1 / length)
    if deletes { add(profile.delete, share: 1 / length) }
    // Half of a conversation's turns are in the history that a resume reads.
    add(
      profile.resume, share: misses,
      extra: length.isFinite
        ? profile.resumePerTurn * length / 2
          * profile.disk.turn(prompt: prompt) / max(1, profile.disk.turn) : 0)
    add(profile.destroy, share: misses)
  }

  private mutating func add(_ cost: OperationCost, share: Double = 1, extra: Double = 0) {
    let mean = (1 - cost.outlierChance) * cost.cpu.mean + cost.outlierChance * cost.outlier
    parts.append((share * (mean + extra), cost.mainShare))
  }

  var processorTime: Double { parts.reduce(0) { $0 + $1.cpu } }

  func serverTime(cores: Double) -> Double {
    parts.reduce(0) { sum, part in
      sum + part.cpu / max(1, min(cores, 1 / max(1e-9, part.mainShare)))
    }
  }
}

extension Routing {
  /// Whether a conversation's turns go to one server after another.
  fileprivate var wanders: Bool {
    switch self {
    case .stickyModulo, .rendezvous, .boundedLoad: false
    case .roundRobin, .leastActive, .twoChoices, .random: true
    }
  }
}

extension Arrivals {
  fileprivate var peakRate: Double {
    switch self {
    case .closed: 0
    case .poisson(let curve), .constant(let curve): curve.peak
    case .trace: meanRate(over: 0)
    }
  }

  /// Over that many seconds from the start; a trace over its own length.
  fileprivate func meanRate(over seconds: Double) -> Double {
    switch self {
    case .closed: return 0
    case .poisson(let curve), .constant(let curve):
      switch curve {
      case .constant(let rate): return rate
      case .diurnal(let mean, _, _, _): return mean
      case .pieces(let pieces): return Arrivals.mean(of: pieces, over: seconds)
      }
    case .trace(let arrivals):
      guard let last = arrivals.last, last.at > .zero else { return 0 }
      return Double(arrivals.count) / last.at.seconds
    }
  }

  private static func mean(of pieces: [RatePiece], over seconds: Double) -> Double {
    guard seconds > 0, let end = pieces.last else { return 0 }
    var left = seconds
    var sum = 0.0
    for piece in pieces where left > 0 {
      let length = min(left, piece.length.seconds)
      guard length > 0 else { continue }
      let reached = piece.from + (piece.to - piece.from) * length / piece.length.seconds
      sum += (piece.from + reached) / 2 * length
      left -= length
    }
    return (sum + max(0, left) * end.to) / seconds
  }
}
