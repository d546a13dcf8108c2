// The simulated host: one queue, virtual time, and the three machines with what stands around them.
// It decides nothing; it carries actions from one machine to the next and keeps the clock. The
// order is stated: what a server or the population asks for is carried out at once, what gateways
// ask for in the order they asked, and all of it before time moves.
public import Basics
internal import CLIModel
public import Metrics
internal import Policies
internal import Workload

public struct Simulator: ~Copyable {
  let plan: RunPlan
  var queue: EventQueue
  var now = Instant.zero
  var population: Population
  var gateways: Table<Gateway>
  var balancer: InstanceBalancer
  var servers: Table<CLIServer>
  var states: Table<ServerState>
  var hosts: Table<Host>
  var hostMemory: Table<Double>
  var store: SessionStore
  var locks: LockStore
  var provider: Provider
  public internal(set) var recorder = Recorder()
  var mail = Slab<Mail>()
  var armed: Table<Instant>

  var populationActions = Table<PopulationAction>(capacity: 16)
  var gatewayActions = Table<GatewayAction>(capacity: 64)
  var serverActions = Table<CLIAction>(capacity: 16)
  var lockAnswers = Table<LockAnswer>(capacity: 16)
  var glances = Table<Glance>(capacity: 64)
  let looksAhead: Bool

  /// Delays that are usually nothing, so that usually no mail is written.
  let toServer: Interval
  let toApp: Interval
  let lockWay: Interval
  let storageLatency: Sampler
  let storageIsInstant: Bool
  let storageStream: Stream
  var storageDraws = 0
  let firstToken: Sampler?
  let firstTokenStream: Stream
  let spawnStream: Stream
  var spawns = 0
  let dedicated: Bool
  let cores: Double
  let limitsMemory: Bool
  public internal(set) var events = 0
  var series: SeriesKeeper
  var fleet: FleetCounters
  var baseline: [Int] = []
  var measuredFrom = Instant.zero
  var evictedAtWindow = 0

  // MARK: running

  /// Lets time pass up to `end`; events at `end` itself still happen.
  public mutating func run(through end: Instant) {
    // More events than a machine could pop in a century.
    _ = run(through: end, budget: Int.max / 2)
  }

  /// As `run`, but returns after about `budget` events so that a host can show progress and stop.
  /// True: `end` reached.
  public mutating func run(through end: Instant, budget: Int) -> Bool {
    let stop = events + budget
    while events < stop {
      guard let event = queue.pop(through: end) else {
        now = max(now, end)
        return true
      }
      now = event.instant
      events &+= 1
      if looksAhead && queue.justOpened { lookAhead() }
      dispatch(event.code)
      settle()
    }
    return false
  }

  @inline(__always) mutating func dispatch(_ code: UInt64) {
    switch EventCode.kind(code) {
    case .ready: toPopulation(.ready(loop: EventCode.low(code)))
    case .workDone:
      let server = EventCode.high(code)
      if states[server].epoch == EventCode.low(code) { toServer(server, .workDone) }
    case .answered:
      provider.answered()
      toServer(EventCode.server(code), .providerAnswered(EventCode.providerCall(code)))
    case .arrival: toPopulation(.arrivalDue)
    default: dispatchRare(code)
    }
  }

  /// Carries out what gateways asked for until nobody asks for anything.
  @inline(__always) mutating func settle() {
    var cursor = 0
    while cursor < gatewayActions.count {
      let action = gatewayActions[cursor]
      cursor &+= 1
      perform(action)
    }
    gatewayActions.removeAll()
  }

  // MARK: to the machines

  @inline(__always) mutating func toPopulation(_ input: PopulationInput) {
    population.handle(input, at: now, into: &populationActions)
    drainPopulation()
  }

  @inline(__always) mutating func drainPopulation() {
    var cursor = 0
    while cursor < populationActions.count {
      let action = populationActions[cursor]
      cursor &+= 1
      switch action {
      case .wake(let loop, let instant):
        queue.push(Event(instant, EventCode.plain(.ready, loop)))
      case .plan(let turn):
        recorder.count(.turnsPlanned)
        toGateway(balancer.pick(key: turn.key), .planned(turn))
      case .arrive(let instant): queue.push(Event(instant, EventCode.plain(.arrival, 0)))
      case .drop: recorder.count(.turnsDropped)
      }
    }
    populationActions.removeAll()
  }

  @inline(__always) mutating func toGateway(_ instance: Int, _ input: GatewayInput) {
    gateways[instance].handle(input, at: now, into: &gatewayActions)
    let due = gateways[instance].nextDeadline
    if due < armed[instance] {
      armed[instance] = max(due, now)
      queue.push(Event(max(due, now), EventCode.plain(.deadline, UInt32(instance))))
    }
  }

  @inline(__always) mutating func toServer(_ server: Int, _ input: CLIInput) {
    servers[server].handle(input, at: now, store: &store, into: &serverActions)
    drainServer(server)
    if limitsMemory { noteMemory(server) }
  }

  @inline(__always) mutating func drainServer(_ server: Int) {
    var cursor = 0
    while cursor < serverActions.count {
      let action = serverActions[cursor]
      cursor &+= 1
      switch action {
      case .work(let demand): work(server, demand)
      case .callProvider(let call, let turn, _, let attempt):
        callProvider(server, call, turn, Int(attempt))
      case .reply(let reply, let turn, _): replied(reply, turn, server)
      case .opened(let turn, _, let resumed, let handle):
        opened(turn, resumed: resumed, handle: handle, server)
      case .retry(let call, let pause):
        queue.push(Event(now + pause, EventCode.call(.retry, server, call)))
      }
    }
    serverActions.removeAll()
  }

  // MARK: what servers ask for

  @inline(__always) mutating func work(_ server: Int, _ demand: Demand) {
    if dedicated {
      let end = now + demand.alone(on: cores)
      queue.push(Event(end, EventCode.pair(.workDone, server, states[server].epoch)))
    } else {
      workOnSharedHost(server, demand)
    }
  }

  @inline(__always) mutating func callProvider(
    _ server: Int, _ call: ProviderCall, _ turn: TurnID, _ attempt: Int
  ) {
    let plan = gateways[turn.instance].plan(of: turn)
    switch provider.call(
      person: Int(plan.loop), turn: Int(plan.ordinal), attempt: attempt, at: now)
    {
    case .complete(let after):
      if firstToken != nil { recordFirstToken(turn, latency: after) }
      queue.push(Event(now + after, EventCode.call(.answered, server, call)))
    case .failure(let status, let after):
      post(.providerFailure(ServerID(server), call, status: status), at: now + after)
    }
  }

  @inline(__always) mutating func replied(_ reply: CLIReply, _ turn: TurnID, _ server: Int) {
    if reply == .cut {
      // Not a message: no network, no delay.
      if !turn.isNone { toGateway(turn.instance, .cut(turn)) }
      return
    }
    let delay = reply == .deleted ? toApp + storageDelay() : toApp
    if delay == .zero {
      deliver(reply, turn)
    } else {
      post(
        .reply(reply, turn, ServerID(server), epoch: states[server].epoch), at: now + delay)
    }
  }

  @inline(__always) mutating func deliver(_ reply: CLIReply, _ turn: TurnID) {
    if turn.isNone { return }
    switch reply {
    case .acknowledged:
      if gateways[turn.instance].isSending(turn) {
        recorder.record(.turnAck, now - gateways[turn.instance].sent(turn))
      }
    case .finished: toGateway(turn.instance, .finished(turn))
    case .destroyed: toGateway(turn.instance, .closed(turn))
    case .deleted: toGateway(turn.instance, .deleted(turn))
    case .notFound: toGateway(turn.instance, .missing(turn))
    case .failed: toGateway(turn.instance, .failed(turn))
    case .pong, .cut, .ended, .aborted, .answered, .compacting, .compacted: break
    }
  }

  // MARK: what gateways ask for

  @inline(__always) mutating func perform(_ action: GatewayAction) {
    switch action {
    case .send(let server, let session, let turn, let handle):
      request(.send, server, session, turn, handle: handle)
    case .complete(let turn, let outcome): complete(turn, outcome)
    case .create(let server, let session, let turn): request(.create, server, session, turn)
    case .resume(let server, let session, let turn): request(.resume, server, session, turn)
    case .disconnect(let server, let session, let turn, let handle):
      request(.destroy, server, session, turn, handle: handle)
    case .measured(let measure, let length): recorder.record(TimeMetric(measure), length)
    case .lock(let command, let session, let turn, let token):
      lock(command, session, turn, token)
    default: performRare(action)
    }
  }

  @inline(__always) mutating func request(
    _ kind: CLIRequest.Kind, _ server: ServerID, _ session: SessionID, _ turn: TurnID,
    handle: UInt32 = noLink
  ) {
    let request = CLIRequest(
      kind, session, turn, on: ConnectionID(turn.instance), handle: handle)
    if toServer == .zero {
      arrive(request, at: server)
    } else {
      post(.request(server, request, epoch: states[server.place].epoch), at: now + toServer)
    }
  }

  @inline(__always) mutating func arrive(_ request: CLIRequest, at server: ServerID) {
    if states[server.place].alive {
      toServer(server.place, .requested(request))
    } else if !request.turn.isNone {
      toGateway(request.turn.instance, .refused(request.turn))
    }
  }

  @inline(__always) mutating func lock(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, _ token: UInt32
  ) {
    // Leaving a critical section is no command: the observer sees it at once.
    if lockWay == .zero || command == .leave {
      applyLock(command, session, turn, token)
    } else {
      post(.command(command, session, turn, token: token), at: now + lockWay)
    }
  }

  /// A turn's record is read here and nowhere later: its place may be used again after this.
  @inline(__always) mutating func complete(_ turn: TurnID, _ outcome: TurnOutcome) {
    let (plan, planned, sent, server) = gateways[turn.instance].completion(of: turn)
    if outcome == .completed {
      let response = now - planned
      recorder.count(.turnsCompleted)
      recorder.record(.turnResponse, response)
      recorder.record(.turnService, now - sent)
      states[server.place].turns &+= 1
      series.completed(response)
      if series.observes { series.observe(response, at: planned) }
    } else {
      recordFailure(outcome)
    }
    toPopulation(.turnOver(plan))
  }
}

extension TimeMetric {
  @inline(__always) init(_ measure: GatewayMeasure) {
    switch measure {
    case .sessionOpen: self = .sessionOpen
    case .sessionCreate: self = .sessionCreate
    case .sessionResume: self = .sessionResume
    case .sessionDisconnect: self = .sessionDisconnect
    case .spawn: self = .cliSpawn
    case .lockWait: self = .lockWait
    case .lockHold: self = .lockHold
    }
  }
}
