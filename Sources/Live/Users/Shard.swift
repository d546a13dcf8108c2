// A thread's part of the users' side: some app instances, their connections, the timers of people
// and turns. It carries out what the machines decide and tells them what came back; it decides
// nothing about people, sessions, servers or locks.
//
//   timer → Desk (Population) → Gateway → frame → socket ⇢ CLI server ⇢ frame → Gateway → Metrics
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Scenarios
internal import Workload

struct Shard: ~Copyable {
  let index: Int
  let plan: ShardPlan
  let desk: Desk
  let truth: TruthDesk
  let mailboxes: [Mailbox<ShardLetter>]
  let keeper: Mailbox<KeeperLetter>
  let names: SessionNames
  let tabs: Int

  var poller: Poller
  var timers = DeadlineHeap()
  /// The monotonic reading at which this run's clock says zero.
  var began: Instant
  var now = Instant.zero

  /// By local number; instance = index + local * shards.
  var gateways = Table<Gateway>()
  var actions = Table<GatewayAction>(capacity: 64)
  var armed = Table<Instant>()
  /// Beside each gateway's own, by the same places.
  var turns = Table<Table<LiveTurn>>()

  var connections: [ServerConnection?] = []
  var freeConnections: [Int] = []
  /// Beside each gateway, where locks live in Redis.
  var lockClients: [RedisLockClient] = []
  var lockDeadlines: [Instant] = []
  var epochs: UInt32 = 0
  /// Connections by what they join; see `link`.
  var links: [UInt64: Int] = [:]
  var servers: [ServerState] = []
  var records = Slab<LiveSessionRecord>()
  var lives: UInt32 = 0
  /// The latest conversation seen under each number, counted without end.
  var latest: [UInt32]
  var writer: RequestWriter
  var dirty: [Int] = []

  var phase = Phase.starting
  var recorder = Recorder()
  var tallies = LiveTallies()
  var measuring: MeasuredPart?
  var report = ShardReport()
  var figures = ShardFigures()
  var observes = false
  var observed: [(at: Instant, response: Interval)] = []
  var isDone = false
  /// What a run begins with and what is not there yet.
  var waitsForServers: Int
  var waitsForLinks = 0
  var evictedTold = 0

  enum Phase { case starting, running, draining }

  struct ServerState {
    var address: ServerAddress
    var isAlive = false
    var turns = 0
  }

  init(
    index: Int, plan: ShardPlan, desk: Desk, truth: TruthDesk, mailboxes: [Mailbox<ShardLetter>],
    keeper: Mailbox<KeeperLetter>
  ) throws(SystemFailure) {
    self.index = index
    self.plan = plan
    self.desk = desk
    self.truth = truth
    self.mailboxes = mailboxes
    self.keeper = keeper
    poller = try Poller(batch: 512)
    began = MonotonicClock.now()
    let scenario = plan.scenario
    let workload = scenario.workload
    names = plan.names
    tabs = workload.arrivals == .closed ? workload.tabs : 1
    latest = []
    writer = plan.writer()
    waitsForServers = scenario.app.pattern == .isolated ? 0 : plan.firstServers
    let ids = scenario.userIDs
    for instance in stride(from: index, to: scenario.app.instances, by: mailboxes.count) {
      gateways.append(
        Gateway(
          index: instance, policy: scenario.app, people: workload.users, tabs: tabs,
          sessionsPerPerson: workload.sessions.perUser, sessions: 0,
          names: { ids.name(of: $0) }, seed: plan.seed))
      armed.append(.never)
      turns.append(Table())
    }
  }

  // MARK: places

  func local(_ instance: Int) -> Int { instance / mailboxes.count }
  func shard(of instance: Int) -> Int { instance % mailboxes.count }
  func person(of turn: TurnPlan) -> Int { Int(turn.loop) / tabs }
  func local(of turn: TurnID) -> Int { local(turn.instance) }

  // MARK: to the machines

  mutating func toGateway(_ local: Int, _ input: GatewayInput) {
    gateways[local].handle(input, at: now, into: &actions)
    arm(local)
  }

  mutating func arm(_ local: Int) {
    let due = gateways[local].nextDeadline
    guard due < armed[local] else { return }
    armed[local] = max(due, now)
    timers.push(max(due, now), ShardTimer.deadline(local: local).code)
  }

  /// Carries out what gateways asked for until nobody asks for anything.
  mutating func settle() {
    var cursor = 0
    while cursor < actions.count {
      let action = actions[cursor]
      cursor += 1
      perform(action)
    }
    actions.removeAll()
  }

  // MARK: people

  /// The person's turn begins now, whatever the clock says: what is late is so by the driver.
  mutating func wake(_ loop: UInt32, due: Instant) {
    guard phase == .running else { return }
    let (turn, instance) = desk.plan(loop)
    planned(turn, due: due, instance: instance)
  }

  mutating func planned(_ turn: TurnPlan, due: Instant, instance: Int) {
    let shard = shard(of: instance)
    guard shard == index else {
      mailboxes[shard].post(.planned(turn, due: due, instance: instance))
      return
    }
    let local = local(instance)
    recorder.count(.turnsPlanned)
    let lag = now - due
    recorder.record(.driverLag, lag)
    if lag > plan.lagTolerance { recorder.count(.turnsLate) }
    let place = gateways[local].nextPlace
    while turns[local].count <= place { turns[local].append(LiveTurn()) }
    turns[local][place] = LiveTurn(due: due)
    toGateway(local, .planned(turn))
    settle()
  }

  /// Open arrivals are one stream, kept by the first shard.
  mutating func arrive(due: Instant) {
    guard phase == .running else { return }
    var planned: [(TurnPlan, Int)] = []
    var next = Instant.never
    var drops = 0
    desk.with { state in
      state.population.handle(.arrivalDue, at: due, into: &state.populationActions)
      for place in 0..<state.populationActions.count {
        switch state.populationActions[place] {
        case .plan(let turn): planned.append((turn, state.balancer.pick(key: turn.key)))
        case .arrive(let instant): next = instant
        case .drop: drops += 1
        case .wake: break
        }
      }
      state.populationActions.removeAll()
    }
    if drops > 0 { recorder.count(.turnsDropped, drops) }
    if next != .never { timers.push(next, ShardTimer.arrival.code) }
    for (turn, instance) in planned { self.planned(turn, due: due, instance: instance) }
  }

  // MARK: figures of a turn that is over

  mutating func complete(_ turn: TurnID, _ outcome: TurnOutcome) {
    let local = local(of: turn)
    let completion = gateways[local].completion(of: turn)
    let due = turns[local][turn.place].due
    if outcome == .completed {
      truth.acknowledged(completion.plan, at: now)
      let response = now - due
      recorder.count(.turnsCompleted)
      recorder.record(.turnResponse, response)
      recorder.record(.turnService, now - completion.sent)
      servers[completion.server.place].turns += 1
      figures.completed += 1
      figures.responses.append(response.nanoseconds)
      measuring?.completed(response)
      if observes { observed.append((due, response)) }
    } else {
      if completion.sent != .never {
        if outcome == .notFound {
          truth.refused(completion.plan)
        } else {
          truth.unknown(completion.plan)
        }
      }
      recorder.count(.turnsFailed)
      switch outcome {
      case .timedOut: recorder.count(.turnsTimedOut)
      case .denied: recorder.count(.turnsDenied)
      case .rejected: recorder.count(.turnsRejected)
      case .lockRefused: figures.refused += 1
      case .completed, .failed, .notFound, .serverLost, .fenced: break
      }
      tallies.note(outcome)
      figures.failed += 1
      measuring?.failed()
    }
    if let instant = desk.over(completion.plan, at: now), phase == .running {
      timers.push(instant, ShardTimer.wake(loop: completion.plan.loop).code)
    }
  }
}
