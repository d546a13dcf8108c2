// Every kind of input and decision goes to a file and comes back as it was. The lists of samples
// are held to the kinds that the format knows, and those to the cases of the machines by switches
// without a default: a case that is forgotten does not compile or fails here.
import Basics
import Live
import Policies
import Testing
import Workload

@Suite struct RecordingCodeTests {
  private static let turn = TurnID(instance: 3, place: 70_000)
  private static let plan = TurnPlan(
    loop: 9_999_999, ordinal: 300, session: SessionID(20_000_123), key: 0xFFFF_FFF0,
    promptBytes: 20_000_000, flags: [.begins, .group, .endsSession], conversation: 255)
  private static let ephemeral = TurnPlan(
    loop: 0, ordinal: 0, session: SessionID(0), key: 0, flags: [.ephemeral, .intruder])

  private static let gatewayInputs: [GatewayInput] = [
    .planned(plan), .planned(ephemeral),
    .opened(turn, resumed: true, handle: noLink), .opened(turn, resumed: false, handle: 0),
    .closed(turn), .deleted(turn), .finished(.none(of: 3)), .failed(turn), .missing(turn),
    .refused(turn), .cut(turn), .lockGranted(turn, token: UInt32.max), .lockRefused(turn),
    .lockRead(turn, mine: true), .lockRead(turn, mine: false), .lockReleased(turn),
    .lockRenewed(turn, true), .lockRenewed(turn, false), .writeWasStale(turn),
    .spawned(turn, ServerID(65_535)), .released(person: 9_999_999),
    .timer(.timeout, turn, generation: 0xFF_FFFF), .timer(.retryLock, turn, generation: 0),
    .timer(.renewLock, turn, generation: 1), .timer(.patience, turn, generation: 2),
    .deadlineReached, .serverAdded(ServerID(0)), .serverRemoved(ServerID(1)),
    .serverLost(.none), .serverBack(ServerID(128)), .healthChecked(ServerID(2), alive: true),
    .healthChecked(ServerID(2), alive: false),
  ]

  private static func kind(of input: GatewayInput) -> GatewayInputKind {
    switch input {
    case .planned: .planned
    case .opened: .opened
    case .closed: .closed
    case .deleted: .deleted
    case .finished: .finished
    case .failed: .failed
    case .missing: .missing
    case .refused: .refused
    case .cut: .cut
    case .lockGranted: .lockGranted
    case .lockRefused: .lockRefused
    case .lockRead: .lockRead
    case .lockReleased: .lockReleased
    case .lockRenewed: .lockRenewed
    case .writeWasStale: .writeWasStale
    case .spawned: .spawned
    case .released: .released
    case .timer: .timer
    case .deadlineReached: .deadlineReached
    case .serverAdded: .serverAdded
    case .serverRemoved: .serverRemoved
    case .serverLost: .serverLost
    case .serverBack: .serverBack
    case .healthChecked: .healthChecked
    }
  }

  private static let commands: [LockCommand] = (0..<UInt8.max).compactMap {
    LockCommand(rawValue: $0)
  }

  private static let gatewayActions: [GatewayAction] =
    [
      .create(ServerID(3), SessionID(8), turn), .resume(ServerID(3), SessionID(8), turn),
      .disconnect(ServerID(3), SessionID(8), .none(of: 3), handle: noLink),
      .disconnect(ServerID(3), SessionID(8), turn, handle: 0),
      .send(ServerID(3), SessionID(8), turn, handle: 77),
      .delete(.none, SessionID(8), turn, conversation: 201),
      .forget(ServerID(3), SessionID(8)), .spawn(turn, port: 0),
      .spawn(turn, port: .max),
      .hangUp(ServerID(3), person: 12, instance: 3, kill: true),
      .hangUp(ServerID(3), person: 12, instance: 3, kill: false),
      .timer(.patience, turn, generation: 4, at: .never),
      .timer(.timeout, turn, generation: 4, at: Instant(nanoseconds: -5)),
      .checkHealth(instance: 3, ServerID(3), at: Instant(nanoseconds: 1)),
      .cleanUp(olderThan: .seconds(86_400)),
    ]
    + commands.map { .lock($0, SessionID(5), turn, token: 6) }
    + TurnOutcome.allCases.map { .complete(turn, $0) }
    + (0..<UInt8.max).compactMap { GatewayMeasure(rawValue: $0) }
    .map { .measured($0, Interval(nanoseconds: 1_234_567_890)) }

  private static func kind(of action: GatewayAction) -> GatewayActionKind {
    switch action {
    case .create: .create
    case .resume: .resume
    case .disconnect: .disconnect
    case .send: .send
    case .delete: .delete
    case .forget: .forget
    case .lock: .lock
    case .spawn: .spawn
    case .hangUp: .hangUp
    case .complete: .complete
    case .timer: .timer
    case .checkHealth: .checkHealth
    case .cleanUp: .cleanUp
    case .measured: .measured
    }
  }

  private static let populationCalls: [PopulationCall] = [
    .begin(from: 4096, to: 9_999_999), .handle(.ready(loop: 300)), .handle(.arrivalDue),
    .handle(.turnOver(plan)), .handle(.sessionForgotten(SessionID(70_000))),
  ]

  private static func kind(of call: PopulationCall) -> PopulationCallKind {
    switch call {
    case .begin: .begin
    case .handle(.ready): .ready
    case .handle(.arrivalDue): .arrivalDue
    case .handle(.turnOver): .turnOver
    case .handle(.sessionForgotten): .sessionForgotten
    }
  }

  private static let populationActions: [PopulationAction] = [
    .plan(plan), .wake(loop: 9, at: .never), .arrive(at: Instant(nanoseconds: 7)), .drop,
  ]

  private static func kind(of action: PopulationAction) -> PopulationActionKind {
    switch action {
    case .plan: .plan
    case .wake: .wake
    case .arrive: .arrive
    case .drop: .drop
    }
  }

  private static let lockCalls: [LockCall] =
    [.wake(SessionID(9))] + commands.map { .command($0, SessionID(1), turn, token: 2) }

  private static func kind(of call: LockCall) -> LockCallKind {
    switch call {
    case .command: .command
    case .wake: .wake
    }
  }

  private static let lockAnswers: [LockAnswer] = [
    .granted(turn, token: 1), .refused(turn), .wasMine(turn, true), .wasMine(turn, false),
    .released(.none(of: 2)), .renewed(turn, true), .renewed(turn, false), .stale(turn),
    .wake(SessionID(3), at: Instant(nanoseconds: 99)),
  ]

  private static func kind(of answer: LockAnswer) -> LockAnswerKind {
    switch answer {
    case .granted: .granted
    case .refused: .refused
    case .wasMine: .wasMine
    case .released: .released
    case .renewed: .renewed
    case .stale: .stale
    case .wake: .wake
    }
  }

  @Test("The samples below cover every kind")
  func coverage() {
    #expect(Set(Self.gatewayInputs.map(Self.kind)) == Set(GatewayInputKind.allCases))
    #expect(Set(Self.gatewayActions.map(Self.kind)) == Set(GatewayActionKind.allCases))
    #expect(Set(Self.populationCalls.map(Self.kind)) == Set(PopulationCallKind.allCases))
    #expect(Set(Self.populationActions.map(Self.kind)) == Set(PopulationActionKind.allCases))
    #expect(Set(Self.lockCalls.map(Self.kind)) == Set(LockCallKind.allCases))
    #expect(Set(Self.lockAnswers.map(Self.kind)) == Set(LockAnswerKind.allCases))
    #expect(Self.commands.count == 9)
  }

  /// What is read back from the file that `body` writes.
  private func recorded(
    _ body: (inout RecordingTape) -> Void
  ) throws -> [(RecordedInput, MachineDecisions)] {
    try Recorded.withFile { path in
      let recording = try Recording.create(path, of: Recorded.source(), version: "test").get()
      var tape = RecordingTape(recording, stream: 5)
      body(&tape)
      tape.flush()
      #expect(recording.finish() == nil)
      let (chunks, stop) = try Recorded.chunks(of: path)
      #expect(stop == .whole)
      #expect(chunks.allSatisfy { $0.kind != .records || $0.stream == 5 })
      return chunks.filter { $0.kind == .records }.flatMap { Array(RecordedInputs($0)) }
    }
  }

  private static let instants = [-20_000_000, 0, 1, 3_600_000_000_000, 5].map {
    Instant(nanoseconds: $0)
  }

  @Test("What an app instance is told and asks for comes back as it was")
  func gateway() throws {
    var actions = Table<GatewayAction>()
    for action in Self.gatewayActions { actions.append(action) }
    let found = try recorded { tape in
      for (index, input) in Self.gatewayInputs.enumerated() {
        tape.gateway(
          index % 130, input, at: Self.instants[index % 5], actions, from: index % 3,
          deadline: index % 4 == 0 ? .never : Instant(nanoseconds: 17))
      }
    }
    #expect(found.count == Self.gatewayInputs.count)
    for (index, input) in Self.gatewayInputs.enumerated() {
      #expect(found[index].0.machine == .gateway(index % 130))
      #expect(found[index].0.at == Self.instants[index % 5])
      #expect("\(found[index].0.input)" == "\(MachineInput.gateway(input))")
      let asked = Array(Self.gatewayActions[(index % 3)...])
      // The deadline is told where it is not what it was: never, before the first.
      let deadline = index % 4 == 0 ? nil : Instant(nanoseconds: 17)
      #expect("\(found[index].1)" == "\(MachineDecisions.gateway(asked, deadline: deadline))")
    }
  }

  @Test("What people, balancer and locks are told and decide comes back as it was")
  func desk() throws {
    var actions = Table<PopulationAction>()
    for action in Self.populationActions { actions.append(action) }
    var answers = Table<LockAnswer>()
    for answer in Self.lockAnswers { answers.append(answer) }
    let now = Instant(nanoseconds: 123_456_789)
    let found = try recorded { tape in
      for call in Self.populationCalls { tape.population(call, at: now, actions) }
      for action in Self.populationActions {
        tape.population(.handle(.arrivalDue), at: now, action)
      }
      tape.population(.handle(.arrivalDue), at: now, nil)
      for call in Self.lockCalls { tape.locks(call, at: now, answers) }
      tape.balancer(key: UInt32.max, at: now, 200)
    }
    var expected: [(MachineInput, MachineDecisions)] = []
    for call in Self.populationCalls {
      expected.append((.population(call), .population(Self.populationActions)))
    }
    for action in Self.populationActions {
      expected.append((.population(.handle(.arrivalDue)), .population([action])))
    }
    expected.append((.population(.handle(.arrivalDue)), .population([])))
    for call in Self.lockCalls { expected.append((.locks(call), .locks(Self.lockAnswers))) }
    expected.append((.balancer(UInt32.max), .balancer(200)))
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(found.0.at == now)
      #expect("\(found.0.input)" == "\(expected.0)")
      #expect("\(found.1)" == "\(expected.1)")
    }
  }

  @Test("A machine that no run has is named as such, and every message has words of its own")
  func words() {
    let texts =
      Self.gatewayInputs.map { MachineInput.gateway($0).text }
      + Self.populationCalls.map { MachineInput.population($0).text }
      + Self.lockCalls.map { MachineInput.locks($0).text }
      + MachineDecisions.gateway(Self.gatewayActions, deadline: .zero).lines
      + MachineDecisions.population(Self.populationActions).lines
      + MachineDecisions.locks(Self.lockAnswers).lines
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { !$0.isEmpty && $0.count < 160 })
  }
}
