// A scenario for recordings, files to write them to, and a run made up without processes: the real
// machines of a live run, told what fleets tell them by chance, in virtual time. All of it goes on
// tape as it would in a run, so that recordings of any kind can be had in a moment.
import Basics
import CLIModel
import LinuxIO
import Live
import Policies
import Scenarios
import Synchronization
import Testing
import Workload

private let serial = Atomic<Int>(0)

enum Recorded {
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// A path of its own, gone afterwards.
  static func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    let base = ThisProcess.environment("TMPDIR") ?? "/tmp"
    let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let path = "\(base)/seatrial-recording-\(ThisProcess.number)-\(number)"
    defer { _ = Files.remove(path) }
    return try body(path)
  }

  static func source(_ settings: [String] = []) throws -> ScenarioSource {
    let name = "profiles/copilot-cli-1.0.57.json"
    guard case .contents(let profile) = Files.read("\(root)/scenarios/\(name)") else {
      throw Missing(path: name)
    }
    var source = ScenarioSource(
      name: "made-up.yaml", bytes: Array(scenario.utf8), settings: settings)
    source.files.append(ScenarioSource.File(name: name, bytes: profile))
    return source
  }

  struct Missing: Error { var path: String }

  static func scenario(_ source: ScenarioSource) throws -> Scenario {
    try source.read().get().base
  }

  static func bytes(of path: String) throws -> [UInt8] {
    guard case .contents(let bytes) = Files.read(path) else { throw Missing(path: path) }
    return bytes
  }

  /// All chunks up to where the reader stops.
  static func chunks(of path: String) throws -> (
    chunks: [RecordingReader.Chunk], stop: RecordingStop
  ) {
    var found: [RecordingReader.Chunk] = []
    switch RecordingReader.open(path) {
    case .failure(let stop): return (found, stop)
    case .success(var reader):
      while true {
        switch reader.next() {
        case .chunk(let chunk): found.append(chunk)
        case .stopped(let stop): return (found, stop)
        }
      }
    }
  }

  /// The bytes of a chunk with the checksum they ought to have.
  static func sealed(_ chunk: RecordingReader.Chunk) -> [UInt8] {
    var bytes = ByteBuffer()
    bytes.beginChunk()
    bytes.append(chunk.bytes)
    bytes.endChunk(chunk.kind, stream: chunk.stream)
    return bytes.array
  }

  private static let scenario = """
    seatrial: 1
    name: made-up
    seed: 11
    workload:
      users: 60
      think: exponential(2s)
      sessions: {kind: persistent, turns: geometric(4), per-user: 2}
      groups: {size: 5, share: 30%}
      phases: {warm-up: 0s, measure: 10s}
    fleet: {servers: 4, storage: shared}
    app:
      instances: 2
      pattern: collaborative
      sessions: {limit: 12, idle-timeout: 6s}
      health-check: 1s
      timeout: 5s

    """
}

/// The real machines in a world of chance.
struct MadeUpRun: ~Copyable {
  private enum Event {
    case wake(UInt32)
    case arrival
    /// A server is lost, or back.
    case flip(ServerID)
    case deadline(Int)
    case input(Int, GatewayInput)
    /// Of a server, which has to be in the same life then.
    case answer(Int, ServerID, life: Int, GatewayInput)
    case lockWake(SessionID)
  }

  private let factory: MachineFactory
  private var population: Population
  private var balancer: InstanceBalancer
  private var locks: LockStore
  private var gateways = Table<Gateway>()
  private var desk: RecordingTape
  private var tape: RecordingTape
  private var queue = DeadlineHeap()
  private var events: [Event] = []
  private var actions = Table<GatewayAction>()
  private var people = Table<PopulationAction>()
  private var answers = Table<LockAnswer>()
  private var random: SeededRandom
  private var servers: Int
  /// By server: how often it was lost; odd while it is.
  private var lives = Array(repeating: 0, count: 1 << 10)
  private var now = Instant.zero

  /// Records `length` of virtual time into the file; true: all could be written.
  static func record(_ source: ScenarioSource, to path: String, for length: Interval) throws {
    let recording = try Recording.create(path, of: source, version: "test").get()
    for scenario in try source.read().get().variants {
      let factory = MachineFactory(scenario)
      recording.beginVariant(factory)
      var run = MadeUpRun(factory, recording)
      run.run(through: .zero + length)
      recording.endVariant()
    }
    #expect(recording.finish() == nil)
  }

  private init(_ factory: MachineFactory, _ recording: Recording) {
    self.factory = factory
    population = factory.population()
    balancer = factory.balancer()
    locks = factory.locks()
    desk = RecordingTape(recording, stream: 0)
    tape = RecordingTape(recording, stream: 1)
    random = SeededRandom(factory.seed.stream("made up"))
    servers = factory.scenario.app.pattern == .isolated ? 0 : factory.scenario.fleet.servers
    for index in 0..<factory.scenario.app.instances { gateways.append(factory.gateway(index)) }
  }

  private mutating func push(_ event: Event, at instant: Instant) {
    queue.push(instant, UInt64(events.count))
    events.append(event)
  }

  private mutating func soon(_ longest: Double) -> Instant {
    now + Interval(seconds: random.uniform() * longest)
  }

  private mutating func run(through end: Instant) {
    for instance in 0..<gateways.count {
      for server in 0..<servers { tell(instance, .serverAdded(ServerID(server))) }
      push(.deadline(instance), at: gateways[instance].nextDeadline)
    }
    if servers > 1 {
      push(.flip(ServerID(1)), at: .zero + .seconds(3))
      push(.flip(ServerID(1)), at: .zero + .seconds(6))
      for instance in 0..<gateways.count {
        push(.input(instance, .serverRemoved(ServerID(0))), at: .zero + .seconds(8))
      }
    }
    population.begin(loops: 0..<population.firstWakes, into: &people)
    desk.population(.begin(from: 0, to: population.firstWakes), at: .zero, people)
    takePeople()
    while let event = queue.popDue(at: end) {
      now = event.instant
      happen(events[Int(event.code)])
    }
    desk.flush()
    tape.flush()
  }

  private mutating func happen(_ event: Event) {
    switch event {
    case .wake(let loop):
      let plan = population.ready(loop)
      desk.population(.handle(.ready(loop: loop)), at: now, .plan(plan))
      begin(plan)
    case .arrival:
      population.handle(.arrivalDue, at: now, into: &people)
      desk.population(.handle(.arrivalDue), at: now, people)
      takePeople()
    case .deadline(let instance):
      tell(instance, .deadlineReached)
      push(.deadline(instance), at: max(gateways[instance].nextDeadline, now + .milliseconds(50)))
    case .input(let instance, let input): tell(instance, input)
    case .answer(let instance, let server, let life, let input):
      if lives[server.place] == life { tell(instance, input) }
    case .flip(let server):
      lives[server.place] += 1
      let isLost = lives[server.place] % 2 == 1
      for instance in 0..<gateways.count {
        tell(instance, isLost ? .serverLost(server) : .serverBack(server))
      }
    case .lockWake(let session): lock(.wake(session))
    }
  }

  private mutating func takePeople() {
    var planned: [TurnPlan] = []
    for place in 0..<people.count {
      switch people[place] {
      case .wake(let loop, let instant): push(.wake(loop), at: instant)
      case .arrive(let instant): push(.arrival, at: instant)
      case .plan(let plan): planned.append(plan)
      case .drop: break
      }
    }
    people.removeAll()
    for plan in planned { begin(plan) }
  }

  private mutating func begin(_ plan: TurnPlan) {
    let instance = balancer.pick(key: plan.key)
    desk.balancer(key: plan.key, at: now, instance)
    tell(instance, .planned(plan))
  }

  private mutating func tell(_ instance: Int, _ input: GatewayInput) {
    let mark = actions.count
    gateways[instance].handle(input, at: now, into: &actions)
    tape.gateway(
      instance, input, at: now, actions, from: mark, deadline: gateways[instance].nextDeadline)
    if mark > 0 { return }
    var cursor = 0
    while cursor < actions.count {
      let action = actions[cursor]
      cursor += 1
      perform(action, instance)
    }
    actions.removeAll()
  }

  private mutating func perform(_ action: GatewayAction, _ instance: Int) {
    switch action {
    case .create(let server, _, let turn), .resume(let server, _, let turn):
      var input = GatewayInput.opened(turn, resumed: true, handle: noLink)
      if case .create = action {
        input = .opened(turn, resumed: false, handle: UInt32(random.index(below: 99)))
      } else if random.uniform() < 0.1 {
        input = .missing(turn)
      }
      answer(instance, server, turn, random.uniform() < 0.02 ? .refused(turn) : input, 0.05)
    case .send(let server, _, let turn, _):
      // Some take longer than the app waits.
      let length = random.uniform() < 0.02 ? 9.0 : 1.0
      let failed = random.uniform() < 0.05
      answer(instance, server, turn, failed ? .failed(turn) : .finished(turn), length)
    case .disconnect(let server, _, let turn, _), .delete(let server, _, let turn, _):
      answer(instance, server, turn, .closed(turn), 0.02)
    case .forget(_, let session):
      population.handle(.sessionForgotten(session), at: now, into: &people)
      desk.population(.handle(.sessionForgotten(session)), at: now, people)
      people.removeAll()
    case .lock(let command, let session, let turn, let token):
      lock(.command(command, session, turn, token: token))
    case .spawn(let turn, _):
      servers += 1
      push(.input(instance, .spawned(turn, ServerID(servers - 1))), at: soon(0.3))
    case .hangUp(_, let person, let instance, _):
      push(.input(instance, .released(person: person)), at: now)
    case .complete(let turn, _):
      let plan = gateways[instance].completion(of: turn).plan
      let instant = population.turnOver(plan, at: now)
      desk.population(
        .handle(.turnOver(plan)), at: now, instant.map { .wake(loop: plan.loop, at: $0) })
      if let instant { push(.wake(plan.loop), at: instant) }
    case .timer(let timer, let turn, let generation, let instant):
      push(.input(instance, .timer(timer, turn, generation: generation)), at: instant)
    case .checkHealth(let instance, let server, let instant):
      push(.input(instance, .healthChecked(server, alive: true)), at: instant)
    case .cleanUp, .measured: break
    }
  }

  /// What a server that is lost has to say is said by the system, at once.
  private mutating func answer(
    _ instance: Int, _ server: ServerID, _ turn: TurnID, _ input: GatewayInput, _ longest: Double
  ) {
    if turn.isNone { return }
    let life = lives[server.place]
    if life % 2 == 1 {
      push(.input(instance, .refused(turn)), at: now)
    } else {
      push(.answer(instance, server, life: life, input), at: soon(longest))
    }
  }

  private mutating func lock(_ call: LockCall) {
    switch call {
    case .command(let command, let session, let turn, let token):
      locks.handle(command, session, from: turn, token: token, at: now, into: &answers)
    case .wake(let session): locks.wake(session, at: now, into: &answers)
    }
    desk.locks(call, at: now, answers)
    for place in 0..<answers.count {
      switch answers[place] {
      case .granted(let turn, let token): answer(turn, .lockGranted(turn, token: token))
      case .refused(let turn): answer(turn, .lockRefused(turn))
      case .wasMine(let turn, let mine): answer(turn, .lockRead(turn, mine: mine))
      case .released(let turn): answer(turn, .lockReleased(turn))
      case .renewed(let turn, let mine): answer(turn, .lockRenewed(turn, mine))
      case .stale(let turn): answer(turn, .writeWasStale(turn))
      case .wake(let session, let instant): push(.lockWake(session), at: instant)
      }
    }
    answers.removeAll()
  }

  private mutating func answer(_ turn: TurnID, _ input: GatewayInput) {
    if !turn.isNone { push(.input(turn.instance, input), at: now) }
  }
}
