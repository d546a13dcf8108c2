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
  var tape: RecordingTape

  var connections: [ServerConnection?] = []
  var freeConnections: [Int] = []
  /// Beside each gateway, where locks live in Redis.
  var lockClients: [RedisLockClient] = []
  var lockDeadlines: [Instant] = []
  var epochs: UInt32 = 0
  /// Connections by what they join; see `link`.
  var links: [UInt64: Int] = [:]
  var servers: [ServerState] = []
  /// Removed, and still in use here.
  var leaving: [ServerID] = []
  /// Of the clean-up under way.
  var cleanUpAge = Interval.zero
  var records = Slab<LiveSessionRecord>()
  var lives: UInt32 = 0
  /// The latest conversation seen under each number, counted without end.
  var latest: [UInt32]
  var writer: RequestWriter
  var dirty: [Int] = []
  /// Connections that were read from in this piece of a round, and may owe an acknowledgement.
  var owing: [Int] = []
  /// Lock clients with something to send.
  var dirtyLocks: [Int] = []

  var phase = Phase.starting
  var recorder = Recorder()
  var tallies = LiveTallies()
  var ledger = TurnLedger()
  var measuring: MeasuredPart?
  var report = ShardReport()
  var figures = ShardFigures()
  var observes = false
  var observed: [(at: Instant, response: Interval)] = []
  var isDone = false
  /// The drain was asked for before the end of the measured time was heard of.
  var drainsUntil: Instant?
  /// What a run begins with and what is not there yet.
  var waitsForServers: Int
  var waitsForLinks = 0
  var evictedTold = 0
  /// Why the last connection could not be made.
  var lastFailure = "cannot be reached"

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
    names = plan.names
    let factory = MachineFactory(scenario)
    tabs = factory.tabs
    tape = RecordingTape(desk.recording, stream: index + 1)
    latest = []
    writer = plan.writer()
    waitsForServers = scenario.app.pattern == .isolated ? 0 : plan.firstServers
    for instance in stride(from: index, to: scenario.app.instances, by: mailboxes.count) {
      gateways.append(factory.gateway(instance))
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

  /// The one way to a gateway: a recording takes down what passes here.
  mutating func toGateway(_ local: Int, _ input: GatewayInput) {
    let mark = actions.count
    gateways[local].handle(input, at: now, into: &actions)
    if tape.isOn {
      tape.gateway(
        instance(local), input, at: now, actions, from: mark,
        deadline: gateways[local].nextDeadline)
    }
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
    let (turn, instance) = desk.plan(loop, at: now)
    hand(turn, due: due, to: instance)
  }

  /// It is counted where it is planned: on its way to another shard it must not be forgotten.
  private mutating func hand(_ turn: TurnPlan, due: Instant, to instance: Int) {
    recorder.count(.turnsPlanned)
    ledger.planned += 1
    let shard = shard(of: instance)
    if shard == index { return planned(turn, due: due, instance: instance) }
    ledger.across += 1
    mailboxes[shard].post(.planned(turn, due: due, instance: instance))
  }

  mutating func planned(_ turn: TurnPlan, due: Instant, instance: Int) {
    let local = local(instance)
    let lag = now - due
    recorder.record(.driverLag, lag)
    if lag > plan.lagTolerance { recorder.count(.turnsLate) }
    measuring?.started(due: due, at: now)
    let place = gateways[local].nextPlace
    while turns[local].count <= place { turns[local].append(LiveTurn()) }
    turns[local][place] = LiveTurn(due: due)
    toGateway(local, .planned(turn))
    settle()
  }

  /// Open arrivals are one stream, kept by the first shard.
  mutating func arrive(due: Instant) {
    guard phase == .running else { return }
    let arrival = desk.arrive(due: due)
    if arrival.drops > 0 {
      recorder.count(.turnsDropped, arrival.drops)
      ledger.dropped += arrival.drops
    }
    if arrival.next != .never { timers.push(arrival.next, ShardTimer.arrival.code) }
    for (turn, instance) in arrival.planned { hand(turn, due: due, to: instance) }
  }

  // MARK: figures of a turn that is over

  mutating func complete(_ turn: TurnID, _ outcome: TurnOutcome) {
    let local = local(of: turn)
    let completion = gateways[local].completion(of: turn)
    let due = turns[local][turn.place].due
    ledger.over += 1
    if outcome == .completed {
      truth.acknowledged(completion.plan, at: now)
      let response = now - due
      recorder.count(.turnsCompleted)
      recorder.record(.turnResponse, response)
      recorder.record(.turnService, now - completion.sent)
      servers[completion.server.place].turns += 1
      figures.completed += 1
      figures.responses.add(response)
      measuring?.completed(response)
      if report.hasMeasured {
        report.drain?.note(response, at: now)
      } else if report.before.isEmpty {
        report.warmUp.note(response, at: now)
      }
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
      figures.failures[Int(outcome.rawValue)] += 1
      measuring?.failed()
    }
    if let instant = desk.over(completion.plan, at: now), phase == .running {
      timers.push(instant, ShardTimer.wake(loop: completion.plan.loop).code)
    }
  }
}
