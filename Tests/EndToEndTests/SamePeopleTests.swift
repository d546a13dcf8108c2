// One scenario, one seed, two hosts: a simulation and a live run on mock processes plan the same
// turns of the same people. With open arrivals that is all of them with their instants. Where
// people wait for answers, what each does first and next and how long they think is the same,
// though not when. Prompts are held against what a server got. A live run has twice the time of the
// simulation, so that it gets as far on a machine that is slow.
import Basics
import Glibc
import LinuxIO
import Live
import Policies
import Scenarios
import Simulation
import Testing
import Workload

@Suite(.serialized) struct SamePeopleTests {
  private static let scenario = """
    seatrial: 1
    name: same
    seed: 17
    workload:
      users: 40
      think: lognormal(median: 300ms, sigma: 0.7)
      sessions: {turns: geometric(4), per-user: 3, popularity: zipf(0.8)}
      prompt: lognormal(median: 900B, sigma: 0.5)
      phases: {warm-up: 0s, measure: 6s}
    model: {latency: exponential(30ms)}
    fleet:
      servers: 2
      storage: shared
      costs: {turn-before: 0ms, turn-after: 0ms, create: 0ms, resume: 0ms, destroy: 0ms}
    app: {instances: 2, balance: round-robin}
    run: {drain: 3s}

    """

  /// A turn's plan, as text, so that a difference can be read.
  private static func words(_ plan: TurnPlan) -> String {
    "\(plan.loop).\(plan.ordinal) session \(plan.session.index) conversation "
      + "\(plan.conversation) key \(plan.key) flags \(plan.flags.rawValue) "
      + "prompt \(plan.promptBytes)"
  }

  private struct LivePeople {
    var planned: [(plan: TurnPlan, at: Instant)] = []
    var firstWakes: [UInt32: Instant] = [:]
    /// By loop and ordinal of the turn before.
    var pauses: [UInt64: Interval] = [:]
  }

  private static func name(_ loop: UInt32, _ ordinal: UInt32) -> UInt64 {
    UInt64(loop) << 32 | UInt64(ordinal)
  }

  private func live(_ seatrial: Seatrial, _ settings: [String]) throws -> LivePeople {
    try seatrial.write(Self.scenario, to: "same.yaml")
    let words = ["run", "same.yaml", "--record", "r", "--out", "o", "--no-progress"]
    let run = try Process(
      Seatrial.program, words + settings.flatMap { ["--set", $0] }, in: seatrial.folder
    ).wait()
    #expect(run.errors.contains("recording: r\n"), "\(run.errors)")
    var people = LivePeople()
    guard case .success(var reader) = RecordingReader.open("\(seatrial.folder)/r") else {
      Issue.record("there is no recording")
      return people
    }
    while case .chunk(let chunk) = reader.next() {
      guard chunk.kind == .records else { continue }
      for (record, decisions) in RecordedInputs(chunk) {
        guard case .population(let call) = record.input,
          case .population(let actions) = decisions
        else { continue }
        for action in actions {
          switch (call, action) {
          case (_, .plan(let plan)): people.planned.append((plan, record.at))
          case (.begin, .wake(let loop, let instant)): people.firstWakes[loop] = instant
          case (.handle(.turnOver(let plan)), .wake(_, let instant)):
            people.pauses[Self.name(plan.loop, plan.ordinal)] = instant - record.at
          default: break
          }
        }
      }
    }
    return people
  }

  private func scenario(_ seatrial: Seatrial, _ settings: [String]) throws -> Scenario {
    let profile = "profiles/copilot-cli-1.0.57.json"
    var source = ScenarioSource(
      name: "same.yaml", bytes: Array(Self.scenario.utf8), settings: settings)
    source.files.append(
      ScenarioSource.File(
        name: profile, bytes: Array(text("\(seatrial.folder)/\(profile)").utf8)))
    return try source.read().get().base
  }

  /// The first three seconds.
  private func simulated(_ scenario: Scenario) -> (
    turns: [PlannedTurn], pauses: [PlannedPause]
  ) {
    var plan = RunPlan(scenario)
    plan.keepsPlans = true
    var simulator = Simulator(plan)
    simulator.run(through: .zero + .seconds(3))
    return (
      (0..<simulator.log.turns.count).map { simulator.log.turns[$0] },
      (0..<simulator.log.pauses.count).map { simulator.log.pauses[$0] }
    )
  }

  @Test("Open arrivals: every turn and its instant")
  func open() throws {
    try Seatrial.test { seatrial in
      let settings = ["workload.arrivals=poisson(150/s)"]
      let live = try live(seatrial, settings)
      let simulated = simulated(try scenario(seatrial, settings))
      #expect(simulated.turns.count > 300 && live.planned.count >= simulated.turns.count)
      for (turn, other) in zip(simulated.turns, live.planned) {
        #expect(Self.words(turn.plan) == Self.words(other.plan))
        #expect(turn.at == other.at, "\(Self.words(turn.plan))")
      }
    }
  }

  @Test("Closed people: first instants, and each one's turns and pauses in order")
  func closed() throws {
    try Seatrial.test { seatrial in
      let live = try live(seatrial, [])
      let simulated = simulated(try scenario(seatrial, []))
      #expect(live.firstWakes.count == 40)
      var byName: [UInt64: TurnPlan] = [:]
      for (plan, _) in live.planned { byName[Self.name(plan.loop, plan.ordinal)] = plan }
      var same = 0
      for turn in simulated.turns {
        if turn.plan.ordinal == 0 { #expect(live.firstWakes[turn.plan.loop] == turn.at) }
        guard let other = byName[Self.name(turn.plan.loop, turn.plan.ordinal)] else { continue }
        #expect(Self.words(turn.plan) == Self.words(other))
        same += 1
      }
      #expect(same * 10 > simulated.turns.count * 8, "\(same) of \(simulated.turns.count)")
      var samePauses = 0
      for pause in simulated.pauses {
        guard let other = live.pauses[Self.name(pause.loop, pause.ordinal)] else { continue }
        #expect(pause.length == other)
        samePauses += 1
      }
      #expect(samePauses > 200 && same > 240, "\(samePauses) pauses, \(same) turns")
    }
  }

  @Test("Groups: whose turn goes to the group does not depend on the answers")
  func groups() throws {
    try Seatrial.test { seatrial in
      let settings = [
        "app.pattern=collaborative", "workload.groups.size=4", "workload.groups.share=40%",
        "workload.tabs=2",
      ]
      let live = try live(seatrial, settings)
      let simulated = simulated(try scenario(seatrial, settings))
      var byName: [UInt64: TurnPlan] = [:]
      for (plan, _) in live.planned { byName[Self.name(plan.loop, plan.ordinal)] = plan }
      var groups = 0
      for turn in simulated.turns {
        guard let other = byName[Self.name(turn.plan.loop, turn.plan.ordinal)] else { continue }
        #expect(turn.plan.session == other.session && turn.plan.key == other.key)
        #expect(turn.plan.flags.contains(.group) == other.flags.contains(.group))
        if turn.plan.flags.contains(.group) { groups += 1 }
      }
      #expect(groups > 100 && live.firstWakes.count == 80, "\(groups)")
    }
  }

  @Test("Prompts: what servers get is what the simulation plans, byte for byte in length")
  func prompts() throws {
    try Seatrial.test { seatrial in
      let mock = Seatrial.program.dropLast("seatrial".count) + "mock-copilot"
      let home = "\(seatrial.folder)/home"
      // A server of our own, because those of a run take their files with them.
      let server = try Process(
        "/usr/bin/env",
        ["COPILOT_HOME=\(home)", String(mock), "--headless", "--port", "0", "--profile", "none"],
        in: seatrial.folder)
      defer {
        server.send(SIGTERM)
        _ = server.wait()
      }
      var port = ""
      try eventually("a server that listens") {
        port =
          server.outputSoFar.split(separator: "\n").first
          .flatMap { $0.split(separator: " ").last }.map(String.init) ?? ""
        return !port.isEmpty
      }
      let settings = [
        "fleet.cli=external", "fleet.targets=[\"127.0.0.1:\(port)\"]", "fleet.servers=1",
        "workload.sessions.turns=unlimited", "workload.sessions.at-end=leave",
      ]
      let live = try live(seatrial, settings)
      #expect(live.planned.count > 200)
      let simulated = simulated(try scenario(seatrial, settings))
      var lengths: [String: Int] = [:]
      for turn in simulated.turns {
        lengths["\(turn.plan.loop).\(turn.plan.ordinal)"] = Int(turn.plan.promptBytes)
      }
      var same = 0
      for prompt in try Prompts.all(in: home) {
        // ~seatrial:p:RUN:LOOP:TURN:…~, which is sent whole, however short the prompt.
        let words = prompt.split(separator: ":")
        let mark = prompt.split(separator: " ")[0].utf8.count + 1
        guard words.count > 4, let planned = lengths["\(words[3]).\(words[4])"] else { continue }
        #expect(prompt.utf8.count == max(planned, mark), "\(words[3]).\(words[4])")
        same += 1
      }
      #expect(same > 200, "\(same)")
    }
  }
}

/// What a mock has written.
enum Prompts {
  /// All prompts in the sessions of a home.
  static func all(in home: String) throws -> [String] {
    guard case .names(let sessions) = Files.list("\(home)/session-state") else { return [] }
    var found: [String] = []
    for session in sessions {
      for line in text("\(home)/session-state/\(session)/events.jsonl").split(separator: "\n") {
        let event = try JSONValue(parsing: String(line))
        guard event["type"] == .string("user.message"),
          case .string(let content)? = event["data"]?["content"]
        else { continue }
        found.append(content)
      }
    }
    return found
  }
}
