// Fresh machines of one variant, each told what a recorded one was told. A machine that decided
// differently once is told nothing more: what it would say next means nothing.
internal import Basics
internal import CLIModel
internal import Policies
internal import Scenarios
internal import Workload

struct MachineSet: ~Copyable {
  enum Outcome {
    case same
    /// The machine differed before.
    case skipped
    case different(Replay.Difference)
    /// Bytes that are no decisions.
    case unreadable
    /// What no machine of this scenario can have been told.
    case impossible(String)
  }

  private let factory: MachineFactory
  private var population: Population
  private var balancer: InstanceBalancer
  private var locks: LockStore
  private var gateways = Table<Gateway>()
  /// The rest by the numbers of machines.
  private var told: Table<Int>
  private var differs: Table<Bool>
  /// By app instance: its last deadline, and how many places for turns it has had.
  private var deadlines = Table<Instant>()
  private var places = Table<Int>()

  private var populationActions = Table<PopulationAction>(capacity: 64)
  private var gatewayActions = Table<GatewayAction>(capacity: 64)
  private var lockAnswers = Table<LockAnswer>(capacity: 16)
  private var decided = ByteBuffer(capacity: 4096)

  init(_ factory: MachineFactory) {
    self.factory = factory
    population = factory.population()
    balancer = factory.balancer()
    locks = factory.locks()
    let instances = factory.scenario.app.instances
    let count = MachineID.gateway(instances).code
    told = Table(repeating: 0, count: count)
    differs = Table(repeating: false, count: count)
    for instance in 0..<instances {
      gateways.append(factory.gateway(instance))
      deadlines.append(.never)
      places.append(0)
    }
  }

  /// The cursor stands at the recorded decisions and, unless they make no sense, behind them
  /// afterwards.
  mutating func feed(_ recorded: RecordedInput, _ cursor: inout RecordCursor) -> Outcome {
    let code = recorded.machine.code
    guard code < told.count else { return .impossible("is for \(recorded.machine.text)") }
    if differs[code] {
      _ = cursor.decisions(of: recorded.machine, at: recorded.at)
      return cursor.hasFailed ? .unreadable : .skipped
    }
    if let why = reasonAgainst(recorded) { return .impossible(why) }
    told[code] += 1
    decided.removeAll()
    decide(recorded)
    if cursor.isFollowed(by: decided) {
      cursor.skip(decided.count)
      return .same
    }
    let before = cursor.decisions(of: recorded.machine, at: recorded.at)
    if cursor.hasFailed { return .unreadable }
    var now = RecordCursor(decided.array)
    differs[code] = true
    return .different(
      Replay.Difference(
        variant: "", machine: recorded.machine.text, instant: recorded.at, number: told[code],
        input: recorded.input.text, recorded: before.lines,
        replayed: now.decisions(of: recorded.machine, at: recorded.at).lines))
  }

  /// What the fresh machine decides, in the form of a recording.
  private mutating func decide(_ recorded: RecordedInput) {
    let now = recorded.at
    switch recorded.input {
    case .population(let call):
      populationActions.removeAll()
      switch call {
      case .begin(let from, let to): population.begin(loops: from..<to, into: &populationActions)
      case .handle(let input): population.handle(input, at: now, into: &populationActions)
      }
      decided.put(populationActions, at: now)
    case .balancer(let key): decided.put(count: balancer.pick(key: key))
    case .locks(let call):
      lockAnswers.removeAll()
      switch call {
      case .command(let command, let session, let turn, let token):
        locks.handle(command, session, from: turn, token: token, at: now, into: &lockAnswers)
      case .wake(let session): locks.wake(session, at: now, into: &lockAnswers)
      }
      decided.put(lockAnswers, at: now)
    case .gateway(let input):
      guard case .gateway(let index) = recorded.machine else { return }
      gatewayActions.removeAll()
      places[index] = max(places[index], gateways[index].nextPlace + 1)
      gateways[index].handle(input, at: now, into: &gatewayActions)
      let deadline = gateways[index].nextDeadline
      let isNew = deadline != deadlines[index]
      deadlines[index] = deadline
      decided.put(gatewayActions, from: 0, at: now, deadline: isNew ? deadline : nil)
    }
  }

  // MARK: what cannot be

  /// Machines trust their host to name only what exists. A file is not to be trusted so far.
  private func reasonAgainst(_ recorded: RecordedInput) -> String? {
    switch recorded.input {
    case .balancer, .locks: return nil
    case .population(.begin(let from, let to)):
      return from <= to && to <= max(0, population.firstWakes)
        ? nil : "begins with people that the scenario has not"
    case .population(.handle(.ready(let loop))): return reasonAgainst(loop: loop)
    case .population(.handle(.turnOver(let plan))): return reasonAgainst(loop: plan.loop)
    case .population(.handle): return nil
    case .gateway(let input):
      guard case .gateway(let index) = recorded.machine else { return nil }
      return reasonAgainst(input, index)
    }
  }

  private func reasonAgainst(loop: UInt32) -> String? {
    Int(loop) < factory.scenario.workload.users * factory.tabs
      ? nil : "names a person that the scenario has not"
  }

  private func reasonAgainst(_ input: GatewayInput, _ index: Int) -> String? {
    switch input {
    case .planned(let plan):
      let workload = factory.scenario.workload
      let isOwn = plan.flags.isDisjoint(with: [.group, .ephemeral])
      if isOwn && plan.session.place >= workload.users * workload.sessions.perUser {
        return "names a session that nobody has"
      }
      return reasonAgainst(loop: plan.loop)
    case .opened(let turn, _, _), .closed(let turn), .deleted(let turn), .finished(let turn),
      .failed(let turn), .missing(let turn), .refused(let turn), .cut(let turn),
      .lockGranted(let turn, _), .lockRefused(let turn), .lockRead(let turn, _),
      .lockReleased(let turn), .lockRenewed(let turn, _), .writeWasStale(let turn),
      .timer(_, let turn, _):
      return reasonAgainst(turn, index)
    case .spawned(let turn, let server):
      return reasonAgainst(turn, index) ?? reasonAgainst(server)
    case .serverAdded(let server), .serverRemoved(let server), .serverLost(let server),
      .serverBack(let server), .healthChecked(let server, _):
      return reasonAgainst(server)
    case .released(let person):
      return Int(person) < factory.scenario.workload.users
        ? nil : "names a person that the scenario has not"
    case .deadlineReached: return nil
    }
  }

  private func reasonAgainst(_ turn: TurnID, _ index: Int) -> String? {
    turn.instance == index && turn.place < places[index]
      ? nil : "names a turn that was never planned there"
  }

  private func reasonAgainst(_ server: ServerID) -> String? {
    server.place < FleetPlan.mostServers ? nil : "names server \(server.index)"
  }
}
