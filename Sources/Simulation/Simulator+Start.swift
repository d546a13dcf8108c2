// Building a run: machines from plans, the first servers on their hosts, the first wake-ups.
// Their order is part of the result: equal instants are taken in the order they were pushed.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

/// What the host keeps of each server beside the machine itself.
struct ServerState: BitwiseCopyable {
  var host: UInt32
  /// Counts lives: work of an earlier life is not finished by a later one.
  var epoch: UInt32 = 0
  var alive = true
  /// Drained: out of every router's list, still finishing.
  var leaving = false
  var turns = 0
  var memory = 0.0
  var restarts = 0
  /// Of lives that are over.
  var memoryMax = 0.0
  /// At the end of the warm-up.
  var turnsBefore = 0
  var cpuBefore = 0.0
}

/// Counts that no machine keeps because they are the fleet's.
struct FleetCounters: BitwiseCopyable {
  var spawnsRefused = 0
  var crashes = 0
  var restarts = 0
  var memoryExhausted = 0
  var residentSum = 0.0
  var residentSamples = 0
}

extension Simulator {
  public init(_ plan: RunPlan) {
    self.plan = plan
    let seed = plan.seed
    let names = plan.names
    conversationsOverlap =
      plan.workload.sessions.turns != nil
      && (plan.workload.arrivals != .closed || plan.workload.tabs > 1
        || plan.workload.groups != nil)
    looksAhead = plan.looksAhead ?? (plan.workload.users >= Simulator.lookAheadFrom)
    queue = EventQueue(
      spacing: plan.spacing,
      batch: looksAhead ? Simulator.lookAheadBatch : Simulator.batch, isLarge: looksAhead)
    population = Population(plan.workload, seed: seed, key: { guideHash(names($0)) })
    gateways = Table(capacity: plan.app.instances)
    armed = Table(repeating: .never, count: plan.app.instances)
    let tabs = plan.workload.arrivals == .closed ? plan.workload.tabs : 1
    for index in 0..<plan.app.instances {
      gateways.append(
        Gateway(
          index: index, policy: plan.app, people: plan.workload.users, tabs: tabs,
          sessionsPerPerson: plan.workload.sessions.perUser, sessions: population.sessions,
          names: names, seed: seed))
    }
    balancer = InstanceBalancer(plan.app, stream: seed.stream("instance"))
    servers = Table()
    states = Table()
    hosts = Table()
    hostMemory = Table()
    store = SessionStore(
      shared: plan.fleet.storage.kind == .shared, sessions: population.sessions,
      keepsAge: plan.app.cleanUp != nil, keepsPrompts: plan.workload.promptsVary)
    promptSizes =
      plan.workload.promptsVary ? .counted : .fixed(bytes: plan.workload.prompt.mean)
    countsPrompts = plan.workload.promptsVary
    locks = LockStore(plan.app.lock)
    provider = Provider(plan.model, seed: seed)
    let half = Interval(nanoseconds: plan.fleet.roundTrip.nanoseconds / 2)
    toServer = half
    toApp = plan.fleet.delayedAck ? half + plan.profile.delayedAck : half
    lockWay = Interval(nanoseconds: plan.app.lock.roundTrip.nanoseconds / 2)
    storage = StorageClock(plan.fleet.storage, seed: seed)
    spawnStream = seed.stream("spawn")
    // Where no host is shared and none is full, the host machine has nothing to say.
    dedicated = plan.fleet.hosts.count == nil
    cores = plan.fleet.hosts.cores
    limitsMemory = plan.fleet.hosts.memory != nil
    keepsPlans = plan.keepsPlans
    series = SeriesKeeper()
    fleet = FleetCounters()
    start()
  }

  private mutating func start() {
    if let count = plan.fleet.hosts.count {
      for _ in 0..<count { addHost() }
    }
    if plan.app.pattern != .isolated {
      for _ in 0..<plan.fleet.servers { announce(addServer()) }
    }
    for (index, change) in plan.fleet.changes.enumerated() {
      queue.push(Event(.zero + change.at, EventCode.plain(.change, UInt32(index))))
    }
    // In portions: the table of actions would otherwise keep the size of the population.
    var from = 0
    repeat {
      let end = min(from + 4096, population.firstWakes)
      population.begin(loops: from..<end, into: &populationActions)
      drainPopulation()
      from = end
    } while from < population.firstWakes
    for instance in 0..<gateways.count {
      armed[instance] = gateways[instance].nextDeadline
      queue.push(Event(armed[instance], EventCode.plain(.deadline, UInt32(instance))))
    }
    settle()
  }

  mutating func addHost() {
    hosts.append(Host(cores: plan.fleet.hosts.cores))
    hostMemory.append(0)
  }

  /// A process on the host with the fewest; with hosts of their own, on a new one.
  mutating func addServer() -> ServerID {
    let id = ServerID(servers.count)
    precondition(id.place < FleetPlan.mostServers, "more CLI servers than an event can name")
    if dedicated && limitsMemory { addHost() }
    let mayCrash =
      limitsMemory || (plan.app.pattern == .isolated && plan.app.pool.stop == .kill)
      || plan.fleet.changes.contains {
        if case .lose = $0.kind { true } else { false }
      }
    servers.append(
      CLIServer(
        id: id, profile: plan.profile, plan: plan.fleet, seed: plan.seed,
        connections: plan.app.instances, mayCrash: mayCrash, listsSessions: false,
        prompts: promptSizes))
    states.append(ServerState(host: UInt32(dedicated ? id.place : emptiestHost())))
    if plan.fleet.idleTimeout != nil {
      queue.push(
        Event(now + plan.profile.idleSweep, EventCode.plain(.sweep, UInt32(id.place))))
    }
    if limitsMemory { noteMemory(id.place) }
    return id
  }

  private func emptiestHost() -> Int {
    var loads = Table<Int>(repeating: 0, count: hosts.count)
    for place in 0..<states.count where states[place].alive { loads[Int(states[place].host)] += 1 }
    var best = 0
    for place in 1..<max(1, hosts.count) where loads[place] < loads[best] { best = place }
    return best
  }

  mutating func announce(_ server: ServerID) {
    for instance in 0..<gateways.count { toGateway(instance, .serverAdded(server)) }
  }
}
