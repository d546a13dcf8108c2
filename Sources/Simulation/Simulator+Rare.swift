// What most events do not meet: shared hosts, mail that takes time, locks, spawns, servers that
// come, go, crash and return.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Workload

extension Simulator {
  @inline(never) mutating func dispatchRare(_ code: UInt64) {
    let low = EventCode.low(code)
    switch EventCode.kind(code) {
    case .hostDone: hostDone(EventCode.high(code), generation: low)
    case .retry: toServer(EventCode.server(code), .retryDue(EventCode.providerCall(code)))
    case .deadline:
      // Another one was armed before this: that one rang, and this must not arm a second chain of
      // them.
      if armed[Int(low)] != now { return }
      armed[Int(low)] = .never
      toGateway(Int(low), .deadlineReached)
    case .timeout, .retryLock, .renewLock, .patience:
      let timer = TurnTimer(
        rawValue: EventCode.kind(code).rawValue - EventKind.timeout.rawValue)!
      let turn = TurnID(raw: low)
      toGateway(
        turn.instance, .timer(timer, turn, generation: UInt32(EventCode.high(code))))
    case .mail: open(Int(low))
    case .change: change(plan.fleet.changes[Int(low)])
    case .sweep:
      if states[Int(low)].alive { toServer(Int(low), .sweepDue) }
      queue.push(Event(now + plan.profile.idleSweep, code))
    case .window: endWindow()
    case .ready, .arrival, .workDone, .answered:
      preconditionFailure("event \(code) belongs to dispatch(_:)")
    }
  }

  // MARK: shared hosts

  @inline(never) mutating func workOnSharedHost(_ server: Int, _ demand: Demand) {
    let host = Int(states[server].host)
    let due = hosts[host].begin(demand, for: ServerID(server), at: now)
    armHost(host, due)
  }

  private mutating func armHost(_ host: Int, _ due: Instant) {
    if due == .never { return }
    queue.push(Event(due, EventCode.pair(.hostDone, host, hosts[host].generation)))
  }

  private mutating func hostDone(_ host: Int, generation: UInt32) {
    guard hosts[host].generation == generation else { return }
    let server = hosts[host].finish(at: now)
    let before = hosts[host].generation
    toServer(server.place, .workDone)
    // If the server took up new work, the host has said already when it is next due.
    if hosts[host].generation == before { armHost(host, hosts[host].next(at: now)) }
  }

  /// Memory is checked as it grows. A full host has the stated consequence.
  @inline(never) mutating func noteMemory(_ server: Int) {
    let host = Int(states[server].host)
    let memory = states[server].alive ? servers[server].memory : 0
    hostMemory[host] += memory - states[server].memory
    states[server].memory = memory
    guard let limit = plan.fleet.hosts.memory, hostMemory[host] > limit else { return }
    fleet.memoryExhausted += 1
    guard plan.fleet.hosts.whenFull == .killLargest else { return }
    var largest = server
    for other in 0..<states.count
    where Int(states[other].host) == host && states[other].memory > states[largest].memory {
      largest = other
    }
    // A process of a pool belongs to one client, which starts another: nobody brings this one back.
    let start = Interval(seconds: plan.profile.start.mean)
    lose(ServerID(largest), backAfter: plan.app.pattern == .isolated ? nil : start)
  }

  // MARK: mail

  mutating func post(_ letter: Mail, at instant: Instant) {
    let place = mail.insert(letter)
    queue.push(Event(instant, EventCode.plain(.mail, UInt32(place))))
  }

  private mutating func open(_ place: Int) {
    let letter = mail[place]
    mail.remove(place)
    switch letter {
    case .request(let server, let request, let epoch):
      // What was on its way when the server died is lost with the connection: the app was told
      // then, and the turn's place may be another turn's by now.
      if states[server.place].epoch == epoch { arrive(request, at: server) }
    case .reply(let reply, let turn, let server, let epoch):
      if states[server.place].epoch == epoch { deliver(reply, turn) }
    case .opened(let turn, let server, let resumed, let handle, let epoch):
      if states[server.place].epoch == epoch {
        toGateway(turn.instance, .opened(turn, resumed: resumed, handle: handle))
      }
    case .command(let command, let session, let turn, let token):
      applyLock(command, session, turn, token)
    case .answer(let answer): deliver(answer)
    case .lockWake(let session):
      locks.wake(session, at: now, into: &lockAnswers)
      drainLocks()
    case .spawned(let turn, let server): toGateway(turn.instance, .spawned(turn, server))
    case .released(let turn, let person): toGateway(turn.instance, .released(person: person))
    case .healthCheck(let instance, let server):
      toGateway(instance, .healthChecked(server, alive: states[server.place].alive))
    case .providerFailure(let server, let call, let status):
      provider.answered()
      if states[server.place].alive {
        toServer(server.place, .providerFailed(call, status: status))
      }
    case .serverBack(let server): back(server)
    }
  }

  @inline(never)
  mutating func opened(_ turn: TurnID, resumed: Bool, handle: UInt32, _ server: Int) {
    let delay = toApp + storage.delay()
    if delay == .zero {
      toGateway(turn.instance, .opened(turn, resumed: resumed, handle: handle))
    } else {
      post(
        .opened(
          turn, ServerID(server), resumed: resumed, handle: handle, epoch: states[server].epoch),
        at: now + delay)
    }
  }

  // MARK: locks

  mutating func applyLock(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, _ token: UInt32
  ) {
    locks.handle(command, session, from: turn, token: token, at: now, into: &lockAnswers)
    drainLocks()
  }

  private mutating func drainLocks() {
    var cursor = 0
    while cursor < lockAnswers.count {
      let answer = lockAnswers[cursor]
      cursor += 1
      switch answer {
      case .wake(let session, let instant): post(.lockWake(session), at: instant)
      case .stale: deliver(answer)
      default:
        if lockWay == .zero { deliver(answer) } else { post(.answer(answer), at: now + lockWay) }
      }
    }
    lockAnswers.removeAll()
  }

  private mutating func deliver(_ answer: LockAnswer) {
    switch answer {
    case .granted(let turn, let token): toGateway(turn.instance, .lockGranted(turn, token: token))
    case .refused(let turn): toGateway(turn.instance, .lockRefused(turn))
    case .wasMine(let turn, let mine): toGateway(turn.instance, .lockRead(turn, mine: mine))
    case .released(let turn): if !turn.isNone { toGateway(turn.instance, .lockReleased(turn)) }
    case .renewed(let turn, let mine): toGateway(turn.instance, .lockRenewed(turn, mine))
    case .stale(let turn): if !turn.isNone { toGateway(turn.instance, .writeWasStale(turn)) }
    case .wake: preconditionFailure("a wake-up of the lock service is not delivered to a turn")
    }
  }

  // MARK: what gateways rarely ask for

  @inline(never) mutating func performRare(_ action: GatewayAction) {
    switch action {
    case .delete(let server, let session, let turn, let conversation):
      if isSuperseded(conversation, of: session, on: server) { return }
      if plan.workload.sessions.atEnd == .delete {
        request(.delete, server, session, turn)
        // The process may be killed before it comes to that: what it had not written of this
        // conversation is nobody's loss.
        if plan.app.pattern == .isolated && plan.app.pool.stop == .kill {
          store.abandon(session, server)
        }
      } else {
        request(.destroy, server, session, turn)
        store.abandon(session, server)
      }
    case .forget(let server, let session):
      if server != .none { store.abandon(session, server) }
      toPopulation(.sessionForgotten(session))
    case .spawn(let turn, _): spawn(turn)
    case .hangUp(let server, let person, let instance, let kill):
      hangUp(server, person, of: instance, kill: kill)
    case .timer(let timer, let turn, let generation, let instant):
      queue.push(Event(instant, EventCode.timer(timer, turn, generation)))
    case .checkHealth(let instance, let server, let instant):
      post(.healthCheck(instance, server), at: instant)
    case .cleanUp(let age): cleanUp(olderThan: age)
    case .send, .complete, .create, .resume, .disconnect, .measured, .lock:
      preconditionFailure("\(action) belongs to perform(_:)")
    }
  }

  @inline(never) mutating func noteCreated(
    _ session: SessionID, on server: ServerID, for turn: TurnID
  ) {
    let turn = gateways[turn.instance].plan(of: turn)
    if turn.flags.contains(.intruder) { return }
    if let latest = created[session.index], isNewer(latest.conversation, than: turn.conversation) {
      return
    }
    created[session.index] = (server, turn.conversation)
  }

  /// They are counted in a byte.
  private func isNewer(_ one: UInt8, than other: UInt8) -> Bool {
    Int8(bitPattern: one &- other) > 0
  }

  /// A person's next conversation may have begun under the number while the last turn of this one
  /// was under way. Servers of a fleet know the two by name; these know numbers, and what the two
  /// share is the newer one's.
  private func isSuperseded(
    _ conversation: UInt8, of session: SessionID, on server: ServerID
  ) -> Bool {
    guard let latest = created[session.index] else { return false }
    return isNewer(latest.conversation, than: conversation)
      && (latest.server == server || plan.fleet.storage.kind == .shared)
  }

  private mutating func spawn(_ turn: TurnID) {
    if servers.count >= FleetPlan.mostServers {
      fleet.spawnsRefused += 1
      toGateway(turn.instance, .refused(turn))
      return
    }
    spawns += 1
    let start = Sampler(plan.profile.start).value(spawnStream.draw(entity: 0, count: spawns))
    let connect = plan.profile.firstConnect.mean
    let server = addServer()
    post(.spawned(turn, server), at: now + Interval(seconds: start + connect))
  }

  /// The pool lets a process go: its connection closes, and with it the sessions; only `kill` ends
  /// the process, with what it has not written yet.
  private mutating func hangUp(
    _ server: ServerID, _ person: UInt32, of instance: Int, kill: Bool
  ) {
    if states[server.place].alive {
      if kill {
        end(server, toldTo: instance)
      } else {
        toServer(server.place, .connectionClosed(ConnectionID(instance)))
      }
    }
    let pause = Interval(seconds: plan.profile.destroy.cpu.mean)
    post(.released(TurnID.none(of: instance), person: person), at: now + pause)
  }

  /// A process ended on purpose: its work is gone, and turns that were under way there fail at
  /// once.
  private mutating func end(_ server: ServerID, toldTo instance: Int) {
    settle()
    guard states[server.place].alive else { return }
    die(server)
    toGateway(instance, .serverLost(server))
  }

  /// The nightly job: lists the store, deletes what nobody used for long.
  private mutating func cleanUp(olderThan age: Interval) {
    let horizon = Int(now.seconds - age.seconds)
    guard horizon > 0 else { return }
    for place in 0..<store.count {
      let session = SessionID(place)
      let home = store.home(of: session)
      let server = home == .none ? ServerID(place % max(1, plan.fleet.servers)) : home
      let stored = store[session, server]
      if stored.used && stored.live == 0 && store.lastTurn(of: session) < horizon
        && states[server.place].alive
      {
        recorder.count(.sessionsDeleted)
        request(.delete, server, session, TurnID.none(of: 0))
      }
    }
  }

  // MARK: the fleet changes

  private mutating func change(_ change: FleetChange) {
    switch change.kind {
    case .add(let count):
      for _ in 0..<count where servers.count < FleetPlan.mostServers { announce(addServer()) }
    case .remove(let count):
      for server in lastAlive(count) {
        for instance in 0..<gateways.count { toGateway(instance, .serverRemoved(server)) }
        states[server.place].leaving = true
      }
    case .lose(let count, let backAfter):
      for server in lastAlive(count) { lose(server, backAfter: backAfter) }
    }
  }

  private func lastAlive(_ count: Int) -> [ServerID] {
    var found: [ServerID] = []
    for place in (0..<states.count).reversed()
    where found.count < count && states[place].alive && !states[place].leaving {
      found.append(ServerID(place))
    }
    return found
  }

  /// A server that was removed stops when it has finished what it had; asked to, it writes what it
  /// has not written yet, so nothing is lost as when it dies.
  mutating func retire(_ server: ServerID) {
    let place = server.place
    guard states[place].leaving, states[place].alive, servers[place].backlog == 0 else { return }
    for instance in 0..<gateways.count where gateways[instance].uses(server) { return }
    endLife(place)
    recorder.count(.cliStopped)
    if limitsMemory { noteMemory(place) }
  }

  /// What is under way to or from a life that is over comes to nothing.
  private mutating func endLife(_ place: Int) {
    states[place].alive = false
    states[place].epoch &+= 1
  }

  mutating func lose(_ server: ServerID, backAfter: Interval?) {
    guard states[server.place].alive else { return }
    // A request asked for before the loss belongs to the life that ends: after it, it would come
    // back refused to a turn that has been told already, and is somebody else's by then.
    settle()
    guard states[server.place].alive else { return }
    fleet.crashes += 1
    die(server)
    for instance in 0..<gateways.count { toGateway(instance, .serverLost(server)) }
    if let backAfter { post(.serverBack(server), at: now + backAfter) }
  }

  /// Over all lives of a server.
  mutating func memoryMax(_ place: Int) -> Double {
    max(states[place].memoryMax, servers[place].memory)
  }

  private mutating func die(_ server: ServerID) {
    endLife(server.place)
    states[server.place].memoryMax = memoryMax(server.place)
    let mark = serverActions.count
    servers[server.place].crash(at: now, store: &store, into: &serverActions)
    // Nobody hears a dead process: its last words are dropped, the connections break instead.
    while serverActions.count > mark { _ = serverActions.removeLast() }
    if !dedicated {
      let host = Int(states[server.place].host)
      armHost(host, hosts[host].forget(server, at: now))
    }
    if limitsMemory { noteMemory(server.place) }
  }

  private mutating func back(_ server: ServerID) {
    states[server.place].alive = true
    states[server.place].restarts += 1
    fleet.restarts += 1
    if limitsMemory { noteMemory(server.place) }
    for instance in 0..<gateways.count { toGateway(instance, .serverBack(server)) }
  }

  // MARK: figures

  @inline(never) mutating func recordFirstToken(_ id: TurnID, latency: Interval) {
    let turn = gateways[id.instance].turn(id)
    let first = provider.firstToken(
      person: Int(turn.plan.loop), turn: Int(turn.plan.ordinal), whole: latency)
    recorder.record(.turnFirstToken, now + first - turn.sent)
  }

  @inline(never) mutating func recordFailure(_ outcome: TurnOutcome) {
    series.failed()
    switch outcome {
    case .completed: preconditionFailure("a completed turn is no failure")
    case .timedOut: recorder.count(.turnsTimedOut)
    case .denied: recorder.count(.turnsDenied)
    case .rejected: recorder.count(.turnsRejected)
    case .failed, .lockRefused, .notFound, .serverLost, .fenced: break
    }
    recorder.count(.turnsFailed)
  }
}
