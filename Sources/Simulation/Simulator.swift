// The simulated host: one queue, virtual time, and the three machines with what stands around them.
// It decides nothing; it carries actions from one machine to the next and keeps the clock. The
// order is stated: what a server or the population asks for is carried out at once, what gateways
// ask for in the order they asked, and all of it before time moves.
public import Basics
internal import CLIModel
public import Metrics
internal import Policies
internal import Results
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
  /// How many of them are carried out.
  var settled = 0
  var serverActions = Table<CLIAction>(capacity: 16)
  var lockAnswers = Table<LockAnswer>(capacity: 16)
  var glances = Glances()
  var coming = Table<UInt64>(capacity: 256)
  let looksAhead: Bool

  /// Delays that are usually nothing, so that usually no mail is written.
  let toServer: Interval
  let toApp: Interval
  let lockWay: Interval
  var storage: StorageClock
  let spawnStream: Stream
  var spawns = 0
  let dedicated: Bool
  let cores: Double
  let limitsMemory: Bool
  let promptSizes: PromptSizes
  let countsPrompts: Bool
  public internal(set) var events = 0
  var series: SeriesKeeper
  var fleet: FleetCounters
  var baseline: [Int] = []
  var measuredFrom = Instant.zero
  var evictedAtWindow = 0
  /// A person's next conversation may begin before the last turn of the one before has ended.
  let conversationsOverlap: Bool
  /// By session: the server that made one last, and for which conversation. Empty where they cannot
  /// overlap.
  var created: [UInt32: (server: ServerID, conversation: UInt8)] = [:]
  let keepsPlans: Bool
  package internal(set) var log = PlanLog()

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
      if gatewayActions.count != 0 { settle() }
    }
    return false
  }

  /// The four kinds that make up a turn, in the order of their frequency; each takes the usual
  /// outcome of its machine as a value and carries it out without a table between.
  @inline(__always) mutating func dispatch(_ code: UInt64) {
    let kind = EventCode.rawKind(code)
    if kind == EventKind.workDone.rawValue {
      let server = EventCode.high(code)
      if states[server].epoch != EventCode.low(code) { return }
      let step = servers[server].workDone(at: now, store: &store, into: &serverActions)
      carryOut(step, of: server)
    } else if kind == EventKind.ready.rawValue {
      plan(population.ready(EventCode.low(code)))
    } else if kind == EventKind.answered.rawValue {
      provider.answered()
      let server = EventCode.server(code)
      let step = servers[server].providerAnswered(
        EventCode.providerCall(code), at: now, store: &store, into: &serverActions)
      carryOut(step, of: server)
    } else if kind == EventKind.arrival.rawValue {
      toPopulation(.arrivalDue)
    } else {
      dispatchRare(code)
    }
  }

  /// Carries out what gateways asked for until nobody asks for anything.
  ///
  /// It may begin anew inside itself: before a server dies, what was asked of it reaches it.
  mutating func settle() {
    while settled < gatewayActions.count {
      let action = gatewayActions[settled]
      settled &+= 1
      perform(action)
    }
    gatewayActions.removeAll()
    settled = 0
  }

  // MARK: to the machines

  @inline(never) mutating func toPopulation(_ input: PopulationInput) {
    population.handle(input, at: now, into: &populationActions)
    drainPopulation()
  }

  @inline(never) mutating func drainPopulation() {
    var cursor = 0
    while cursor < populationActions.count {
      let action = populationActions[cursor]
      cursor &+= 1
      switch action {
      case .wake(let loop, let instant): wake(loop, at: instant)
      case .plan(let turn):
        // Behind the other wishes of the population, hence through the table.
        recorder.count(.turnsPlanned)
        if keepsPlans { log.note(turn, at: now) }
        toGateway(balancer.pick(key: turn.key), .planned(turn))
      case .arrive(let instant): queue.push(Event(instant, EventCode.plain(.arrival, 0)))
      case .drop: recorder.count(.turnsDropped)
      }
    }
    populationActions.removeAll()
  }

  @inline(__always) mutating func wake(_ loop: UInt32, at instant: Instant) {
    queue.push(Event(instant, EventCode.plain(.ready, loop)))
  }

  @inline(__always) mutating func plan(_ turn: TurnPlan) {
    recorder.count(.turnsPlanned)
    if keepsPlans { log.note(turn, at: now) }
    let instance = balancer.pick(key: turn.key)
    let sending = gateways[instance].planned(turn, at: now, into: &gatewayActions)
    arm(instance)
    if let sending {
      request(.send, sending.server, sending.session, sending.turn, handle: sending.handle)
    }
  }

  @inline(never) mutating func toGateway(_ instance: Int, _ input: GatewayInput) {
    gateways[instance].handle(input, at: now, into: &gatewayActions)
    arm(instance)
  }

  @inline(__always) mutating func arm(_ instance: Int) {
    let due = gateways[instance].nextDeadline
    if due < armed[instance] { arm(instance, due) }
  }

  @inline(never) private mutating func arm(_ instance: Int, _ due: Instant) {
    armed[instance] = max(due, now)
    queue.push(Event(max(due, now), EventCode.plain(.deadline, UInt32(instance))))
  }

  @inline(never) mutating func toServer(_ server: Int, _ input: CLIInput) {
    servers[server].handle(input, at: now, store: &store, into: &serverActions)
    drainServer(server)
    if limitsMemory { noteMemory(server) }
  }

  /// In the order that a step stands for. A turn that is complete is so after the server has taken
  /// up its next work, as if it had come through the gateway's table.
  @inline(__always) mutating func carryOut(_ step: CLIStep, of server: Int) {
    if step.said == .finished {
      answered(step, of: server)
      return
    }
    if step.said == .acknowledged { acknowledged(step, server) }
    goOn(step.demand, server)
  }

  @inline(__always) private mutating func goOn(_ demand: Demand, _ server: Int) {
    if serverActions.count != 0 { drainServer(server) }
    if demand.total.nanoseconds > 0 { work(server, demand) }
    if limitsMemory { noteMemory(server) }
  }

  @inline(__always) private mutating func answered(_ step: CLIStep, of server: Int) {
    if toApp != .zero || step.turn.isNone {
      replied(.finished, step.turn, server)
      goOn(step.demand, server)
      return
    }
    let instance = step.turn.instance
    let completion = gateways[instance].finished(step.turn, at: now, into: &gatewayActions)
    arm(instance)
    if let completion, gatewayActions.count == 0 {
      goOn(step.demand, server)
      complete(completion, .completed)
      return
    }
    if completion != nil { gatewayActions.append(.complete(step.turn, .completed)) }
    goOn(step.demand, server)
  }

  @inline(never) mutating func drainServer(_ server: Int) {
    var cursor = 0
    while cursor < serverActions.count {
      let action = serverActions[cursor]
      cursor &+= 1
      switch action {
      case .work(let demand): work(server, demand)
      case .callProvider(let call, let turn, _, let attempt):
        let plan = gateways[turn.instance].plan(of: turn)
        callProvider(server, call, turn, plan.loop, plan.ordinal, Int(attempt))
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

  @inline(__always) mutating func acknowledged(_ step: CLIStep, _ server: Int) {
    let turn = step.turn
    let (isSending, sent, loop, ordinal) = gateways[turn.instance].acknowledgement(of: turn)
    if toApp != .zero {
      replied(.acknowledged, turn, server)
    } else if isSending {
      recorder.record(.turnAck, now - sent)
    }
    callProvider(server, step.call, turn, loop, ordinal, 0)
  }

  @inline(__always) mutating func callProvider(
    _ server: Int, _ call: ProviderCall, _ turn: TurnID, _ loop: UInt32, _ ordinal: UInt32,
    _ attempt: Int
  ) {
    switch provider.call(person: Int(loop), turn: Int(ordinal), attempt: attempt, at: now) {
    case .complete(let after):
      if provider.drawsFirstToken { recordFirstToken(turn, latency: after) }
      queue.push(Event(now + after, EventCode.call(.answered, server, call)))
    case .failure(let status, let after):
      post(.providerFailure(ServerID(server), call, status: status), at: now + after)
    }
  }

  mutating func replied(_ reply: CLIReply, _ turn: TurnID, _ server: Int) {
    if reply == .cut {
      // Not a message: no network, no delay.
      if !turn.isNone { toGateway(turn.instance, .cut(turn)) }
      return
    }
    let delay = reply == .deleted ? toApp + storage.delay() : toApp
    if delay == .zero {
      deliver(reply, turn)
    } else {
      post(
        .reply(reply, turn, ServerID(server), epoch: states[server].epoch), at: now + delay)
    }
  }

  mutating func deliver(_ reply: CLIReply, _ turn: TurnID) {
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
    case .complete(let turn, let outcome):
      complete(gateways[turn.instance].completion(of: turn), outcome)
    case .create(let server, let session, let turn):
      if conversationsOverlap { noteCreated(session, on: server, for: turn) }
      request(.create, server, session, turn)
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
    var request = CLIRequest(
      kind, session, turn, on: ConnectionID(turn.instance), handle: handle)
    if countsPrompts && kind == .send {
      request.promptBytes = gateways[turn.instance].plan(of: turn).promptBytes
    }
    if toServer == .zero {
      arrive(request, at: server)
    } else {
      post(.request(server, request, epoch: states[server.place].epoch), at: now + toServer)
    }
  }

  @inline(__always) mutating func arrive(_ request: CLIRequest, at server: ServerID) {
    if states[server.place].alive {
      let step = servers[server.place].requested(
        request, at: now, store: &store, into: &serverActions)
      carryOut(step, of: server.place)
    } else if !request.turn.isNone {
      toGateway(request.turn.instance, .refused(request.turn))
    }
  }

  @inline(__always) mutating func lock(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, _ token: UInt32
  ) {
    // Leaving a critical section is no command: the observer sees it at once.
    if lockWay == .zero || command == .leave || command == .withdraw {
      applyLock(command, session, turn, token)
    } else {
      post(.command(command, session, turn, token: token), at: now + lockWay)
    }
  }

  @inline(__always)
  mutating func complete(_ turn: TurnCompletion, _ outcome: TurnOutcome) {
    if outcome == .completed {
      let response = now - turn.planned
      recorder.count(.turnsCompleted)
      recorder.record(.turnResponse, response)
      recorder.record(.turnService, now - turn.sent)
      states[turn.server.place].turns &+= 1
      series.completed(response)
      if series.observes { series.observe(response, at: turn.planned) }
    } else {
      recordFailure(outcome)
    }
    if let instant = population.turnOver(turn.plan, at: now) {
      if keepsPlans { log.note(turn.plan, over: now, back: instant) }
      wake(turn.plan.loop, at: instant)
    }
  }
}
