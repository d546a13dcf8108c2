// `seatrial plan --confirm`: the recommended fleet for the smallest number of people, and one
// server less, driven live on mock processes. Mocks take the time that the profile says, so this
// tries the arithmetic of the plan, not the costs it starts from. What this machine cannot carry is
// refused.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Live
internal import Metrics
internal import Planning
internal import Scenarios
internal import Workload

struct PlanConfirmation {
  struct Problem: Error {
    var text: String
    var code: ExitCode
  }

  private let invocation: Invocation
  private let file: ScenarioFile
  private let source: ScenarioSource
  private let stop: StopRequest
  private let showsProgress: Bool

  init(
    _ invocation: Invocation, _ file: ScenarioFile, _ source: ScenarioSource,
    stop: StopRequest, showsProgress: Bool
  ) {
    self.invocation = invocation
    self.file = file
    self.source = source
    self.stop = stop
    self.showsProgress = showsProgress
  }

  /// One fleet as it was driven.
  struct Run {
    var answer: CandidateAnswer
    var size: Int
    var variant: VariantResult
    var verdict: RunResult.Verdict
    var reasons: [String]

    /// Without what no driver sees.
    var judged: [ExpectationResult] { variant.expectations.filter { !$0.isUnseen } }
    var holds: Bool { !judged.contains { $0.outcome == .missed } }
    var canTell: Bool { !judged.contains { $0.outcome == .cannotTell } }
    var isPlanned: Bool { size == answer.size }
  }

  func run(_ planner: Planner) -> Result<[Run], Problem> {
    guard let people = planner.users.min(), let answer = planner.recommended(for: people),
      let size = answer.size
    else {
      return .failure(
        Problem(text: "there is no fleet to confirm", code: .cannotTell))
    }
    if let refusal = refusal(answer, size) { return .failure(refusal) }
    guard let program = RunCommand.beside("mock-copilot") else {
      return .failure(
        Problem(
          text: "mock-copilot is not beside this program, so nothing can be confirmed",
          code: .serverNotStarted))
    }
    var found: [Run] = []
    let sizes = size > 1 && !answer.candidate.isIsolated ? [size, size - 1] : [size]
    for (place, size) in sizes.enumerated() where !stop.isRequested {
      switch drive(answer, size, program: program, place: place, of: sizes.count) {
      case .success(let run): found.append(run)
      case .failure(let problem): return .failure(problem)
      }
    }
    return .success(found)
  }

  // MARK: what this machine can carry

  /// Faithful turns a second for each core, mocks and driver together, with room to spare:
  /// docs/mock.md has several thousand.
  private static let turnsOnCore = 1000.0
  /// The most that was tried on one machine.
  private static let mostProcesses = 500

  /// What the doctor would object to, and what only this command knows: how much is asked.
  private func refusal(_ answer: CandidateAnswer, _ size: Int) -> Problem? {
    var scenario = answer.candidate.scenario(users: answer.users, size: size)
    scenario.cli = .mock
    let needs = Needs(scenario)
    func refuse(_ reason: String) -> Problem {
      Problem(
        text: "\(counted(size, answer.candidate.unit)) for \(answer.users) people cannot be tried "
          + "here: \(reason); ask for fewer people with --users",
        code: .cannotTell)
    }
    // Where the mock lies is asked elsewhere.
    let wrong = Doctor.check(needs: needs).first {
      $0.level == .prevents && !$0.check.hasPrefix("mock")
    }
    if let wrong { return refuse("\(wrong.check): \(wrong.limits)") }
    if needs.processes > PlanConfirmation.mostProcesses {
      return refuse(
        "\(needs.processes) processes, and \(PlanConfirmation.mostProcesses) is the most that is "
          + "tried"
      )
    }
    let cores = Machine.current().usableProcessors
    let bearable = PlanConfirmation.turnsOnCore * Double(cores)
    if let rate = answer.resources?.turnsPerSecond, rate > bearable {
      return refuse(
        "\(Int(rate)) turns a second, and \(counted(cores, "core")) bear \(Int(bearable))")
    }
    return nil
  }

  // MARK: one fleet

  private func drive(
    _ answer: CandidateAnswer, _ size: Int, program: String, place: Int, of count: Int
  ) -> Result<Run, Problem> {
    var scenario = answer.candidate.scenario(users: answer.users, size: size)
    let pace = max(0.1, answer.resources?.turnsPerSecond ?? 10)
    let length = min(60, max(20, LiveSample.turns(for: scenario.expectations.map(\.text)) / pace))
    // Queues near the knee need time to grow. Three rounds of a person, half of what the simulation
    // has: a live second is a second, and the measured time is long beside it.
    let round = scenario.workload.think.mean + scenario.model.latency.mean
    scenario.phases.warmUp = .fixed(.seconds(Int64(min(30, max(5, 3 * round)))))
    scenario.phases.measure = .seconds(Int64(length))
    scenario.cli = .mock
    var order = LiveOrder(scenario)
    order.program = program
    order.threads = 1
    order.source = source
    order.mockArguments = answer.candidate.mockWords(
      of: file, settings: invocation.settings)
    let unit = answer.candidate.unit
    if showsProgress {
      Console.say(
        "live: \(counted(size, unit)) for \(answer.users) people, \(Int(length)) s after "
          + "a warm-up")
    }
    let view = LiveView(shown: showsProgress, count: count)
    let outcome = LiveRun.run(order, stop: stop) { view.show($0, variant: place) }
    view.clear()
    switch outcome {
    case .fault(let text):
      return .failure(Problem(text: "the driver could not start: \(text)", code: .fault))
    case .notStarted(let reasons):
      return .failure(
        Problem(text: reasons.first ?? "a server did not start", code: .serverNotStarted))
    case .finished(let figures):
      let doubts = figures.doubts
      let verdict: RunResult.Verdict =
        doubts.contains(where: \.invalid) ? .invalid : doubts.isEmpty ? .valid : .suspect
      return .success(
        Run(
          answer: answer, size: size, variant: figures.result(), verdict: verdict,
          reasons: doubts.map(\.text)))
    }
  }
}

// MARK: what came of it

extension PlanConfirmation.Run {
  private var planned: Probe? { answer.probes.first { $0.size == size } }

  var json: JSONValue {
    [
      "candidate": .string(answer.candidate.name),
      "users": .integer(Int64(answer.users)),
      "size": .integer(Int64(size)),
      "measured_seconds": JSONValue(measured: variant.measuredSeconds),
      "verdict": .string(verdict.rawValue),
      "reasons": .array(reasons.map(JSONValue.string)),
      "figures": .array(
        variant.expectations.map { found in
          [
            "text": .string(found.text), "metric": .string(found.metric),
            "unit": .string(found.unit),
            "planned": JSONValue(
              measured: planned?.figures.first { $0.text == found.text }?.value),
            "live": JSONValue(measured: found.observed),
            "outcome": .string(found.outcome.rawValue),
          ]
        }),
    ]
  }

  /// `5 servers, live: met: turn.response.p95 < 4s (3.30 s, planned 3.33 s)`.
  func sentences(_ text: (Double?, String) -> String) -> [String] {
    let head = "\(counted(size, answer.candidate.unit)), live"
    return variant.expectations.map { found in
      let value = planned?.figures.first { $0.text == found.text }?.value
      let word =
        switch found.outcome {
        case .met: "met"
        case .missed: "missed"
        case .cannotTell: "cannot tell"
        }
      return "\(head): \(found.text) \(word) (\(text(found.observed, found.unit)), "
        + "planned \(text(value, found.unit)))"
    }
  }
}
