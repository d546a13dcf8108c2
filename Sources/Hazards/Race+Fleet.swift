// The fleet of a race, where a program has one: CLI servers that take no time, their storage, and
// what happens to them. The servers are those of every run; here only their answers are carried
// back, and the programs' events carried out.
internal import Basics
internal import CLIModel
internal import Policies

struct Fleet: ~Copyable {
  var servers = Table<CLIServer>()
  var store: SessionStore
  var actions = Table<CLIAction>()
  let profile = CostProfile()
  private let plan = FleetPlan()
  private let mayCrash: Bool

  init(_ program: HazardProgram) {
    // Sessions of three people at most; the number is the storage's first size, not a bound.
    store = SessionStore(shared: program.sharedStorage, sessions: 4)
    mayCrash = program.promises.contains(.noLostTurn)
    for _ in 0..<program.servers { add() }
    for session in program.stored {
      var record = StoredSession()
      record.turns = 1
      record.used = true
      store[SessionID(session), ServerID(0)] = record
    }
  }

  /// After that all is on disk: twice the flush, because storage counts time in ticks of 8 ms.
  static var settling: Interval { CostProfile().flushDelay * 2 }

  mutating func add() {
    servers.append(
      CLIServer(
        id: ServerID(servers.count), profile: profile, plan: plan, seed: Seed(1), connections: 1,
        mayCrash: mayCrash))
  }

  var stale: Int { sum { $0.staleContext } }
  var lost: Int { sum { $0.lostUnflushed } }

  private func sum(_ count: (CLITally) -> Int) -> Int {
    var sum = 0
    for server in 0..<servers.count { sum += count(servers[server].tally) }
    return sum
  }
}

extension Race {
  mutating func request(
    _ kind: CLIRequest.Kind, _ server: ServerID, _ session: SessionID, _ turn: TurnID,
    _ handle: UInt32, by task: Int
  ) {
    let request = CLIRequest(kind, session, turn, on: ConnectionID(0), handle: handle)
    toServer(.requested(request), server.place, by: task)
  }

  mutating func answer(_ call: ProviderCall, _ server: Int, by task: Int) {
    toServer(.providerAnswered(call), server, by: task)
  }

  private mutating func toServer(_ input: CLIInput, _ server: Int, by task: Int) {
    var said: [CLIAction] = []
    fleet[0].handle(input, server, at: now) { said.append($0) }
    for action in said { hear(action, from: server, by: task) }
  }

  private mutating func hear(_ action: CLIAction, from server: Int, by task: Int) {
    switch action {
    case .opened(let turn, _, let resumed, let handle):
      wait(.open, .opened(turn, resumed: resumed, handle: handle), turn, by: task)
    case .callProvider(let call, let turn, _, _): waitForModel(call, server, turn, by: task)
    case .reply(let reply, let turn, _): if !turn.isNone { hear(reply, turn, by: task) }
    case .work, .retry: preconditionFailure("servers of a race take no time and never fail")
    }
  }

  private mutating func hear(_ reply: CLIReply, _ turn: TurnID, by task: Int) {
    switch reply {
    case .finished: feed(.finished(turn), by: task)
    case .notFound: feed(.missing(turn), by: task)
    case .destroyed: wait(.disconnect, .closed(turn), turn, by: task)
    case .cut: feed(.cut(turn), by: task)
    case .acknowledged, .ended, .deleted, .pong, .aborted, .answered, .compacting, .compacted,
      .failed:
      break
    }
  }

  // MARK: events

  mutating func begin(_ event: WorldEvent, _ task: Int) {
    switch event {
    case .lockExpires:
      tell("is armed")
      pending[task] = .happened(event)
    case .millisecondPasses:
      tell("a millisecond passes")
      now = now + .milliseconds(1)
    case .diskSettles:
      tell("what was written is on disk")
      now = now + Fleet.settling
    case .poolReleases:
      now = now + poolIdle
      feed(.deadlineReached, by: task)
    case .serverJoins:
      let next = fleet[0].servers.count
      tell("server \(next) joins")
      fleet[0].add()
      feed(.serverAdded(ServerID(next)), by: task)
    case .crash(let server):
      tell("server \(server) is killed")
      end(server, by: task)
    case .drain(let server):
      tell("server \(server) leaves the router")
      feed(.serverRemoved(ServerID(server)), by: task)
      pending[task] = .happened(event)
    }
  }

  mutating func finish(_ event: WorldEvent, _ task: Int) {
    switch event {
    case .lockExpires:
      tell("the lock's time is over")
      pass(ttl, by: task)
    case .drain(let server):
      tell("server \(server) writes its files and ends")
      now = now + Fleet.settling
      end(server, by: task)
    case .millisecondPasses, .diskSettles, .poolReleases, .serverJoins, .crash:
      preconditionFailure("\(event) has one step")
    }
  }

  private mutating func end(_ server: Int, by task: Int) {
    // Who waited there hears of it at once; the model's answer reaches nobody.
    for caller in pending.indices {
      if case .modelAnswers(_, server) = pending[caller] { pending[caller] = .over }
    }
    fleet[0].crash(server, at: now)
    feed(.serverLost(ServerID(server)), by: task)
  }
}

extension Fleet {
  mutating func handle(
    _ input: CLIInput, _ server: Int, at now: Instant, each: (CLIAction) -> Void
  ) {
    actions.removeAll()
    servers[server].handle(input, at: now, store: &store, into: &actions)
    for place in 0..<actions.count { each(actions[place]) }
  }

  mutating func crash(_ server: Int, at now: Instant) {
    actions.removeAll()
    servers[server].crash(at: now, store: &store, into: &actions)
  }
}
