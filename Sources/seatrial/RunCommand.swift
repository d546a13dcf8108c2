// `seatrial run`: the scenario's variants on real fleets, one after another, reported as a
// simulation is. The machines, the seed and the result are the same; time, sockets and processes
// are real.
internal import Basics
internal import LinuxIO
internal import Live
internal import Metrics
internal import Policies
internal import Reporting
internal import Scenarios

struct RunCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  private var isQuiet: Bool { invocation.has("quiet") }

  func run() -> ExitCode {
    switch VariantChoice(invocation).loadWithSource() {
    case .failure(let refusal): return refusal.report()
    case .success(let read): return drive(read.file, read.source)
    }
  }

  private func drive(_ file: ScenarioFile, _ source: ScenarioSource) -> ExitCode {
    let stop = Signals.listen()
    let facts = RunFacts(command: invocation.repeated(seed: file.base.seed.value), jobs: 1)
    var folder = ResultFolder(out: invocation.value("out"), scenario: file.base.name)
    Complaints(file.warnings).report()
    var orders: [LiveOrder] = []
    for scenario in file.variants {
      switch order(scenario, source) {
      case .success(let order): orders.append(order)
      case .failure(let problem):
        Console.complain("variant \(scenario.variant): \(problem.text)")
        return problem.code
      }
    }
    guard folder.isReady() else { return .fault }
    let tape = RunRecording(invocation)
    guard let recording = tape.begin(source) else {
      folder.abandon()
      return .fault
    }
    for place in orders.indices { orders[place].recording = recording.file }
    if !isQuiet { Console.say(RunSummary.live(file)) }
    var account = LiveAccount(file)
    var code = ExitCode.pass
    let view = LiveView(shown: !isQuiet && !invocation.has("no-progress"), count: orders.count)
    for (place, order) in orders.enumerated() where !stop.isRequested && code == .pass {
      let before = account
      let outcome = LiveRun.run(order, stop: stop) {
        view.show($0, variant: place)
      } keep: { figures in
        var soFar = before
        soFar.add(figures, of: order.scenario)
        folder.writePart(soFar.result(facts))
      }
      view.clear()
      switch outcome {
      case .fault(let text):
        Console.complain("the driver could not start: \(text); seatrial doctor says what is short")
        code = .fault
      case .notStarted(let reasons):
        for reason in reasons.prefix(5) {
          Console.complain("variant \(order.scenario.variant): \(reason)")
        }
        if reasons.count > 5 { Console.say("and \(reasons.count - 5) more") }
        code = stop.signal.map { .stopped(by: $0) } ?? .serverNotStarted
      case .finished(let figures):
        account.add(figures, of: order.scenario)
        account.isComplete = place == orders.count - 1 && !stop.isRequested
        folder.write(account.result(facts))
      }
    }
    code = code.or(tape.end(recording, isQuiet: isQuiet))
    guard !account.isEmpty else {
      folder.abandon()
      return code == .pass ? stop.signal.map { .stopped(by: $0) } ?? code : code
    }
    let result = account.result(facts)
    folder.write(result)
    folder.writePage(of: result)
    let report = ResultReport(invocation)
    code = code.or(report.show(result))
    if folder.failed {
      code = code.or(.fault)
    } else if !isQuiet {
      Console.say("page: \(folder.page)")
      Console.say("result: \(folder.file)")
    }
    if !result.reasons.isEmpty && !isQuiet {
      for reason in result.reasons { Console.say("\(result.verdict.rawValue): \(reason)") }
    }
    if !isQuiet {
      for remark in account.remarks where !remark.name.hasPrefix("fleet") {
        Console.say("\(remark.name): \(remark.value)")
      }
      for variant in result.variants {
        for finding in variant.findings {
          Console.say("found: \(variant.name): \(finding.text)")
        }
      }
    }
    if let signal = stop.signal { return .stopped(by: signal) }
    if account.missesStrictness { code = code.or(.cannotTell) }
    return code.or(report.judge(result))
  }

  // MARK: what is asked for

  private struct Problem: Error {
    var text: String
    var code: ExitCode
  }

  private func order(
    _ scenario: Scenario, _ source: ScenarioSource
  ) -> Result<LiveOrder, Problem> {
    var order = LiveOrder(scenario)
    order.threads = scenario.live.threads ?? RunCommand.threads
    switch scenario.cli {
    case .external:
      guard !scenario.live.targets.isEmpty else {
        return .failure(
          Problem(text: "cli: external wants fleet.targets, host:port of each", code: .badScenario))
      }
      guard scenario.app.pattern != .isolated else {
        return .failure(
          Problem(
            text:
              "pattern isolated starts a process for each person; external servers are not ours",
            code: .badScenario))
      }
      let variable = scenario.live.tokenVariable
      order.token = ThisProcess.environment(variable)
      for place in scenario.live.targets.indices {
        order.tokens[place] = ThisProcess.environment("\(variable)_\(place + 1)")
      }
    case .mock:
      guard let program = scenario.live.binary ?? Self.beside("mock-copilot") else {
        return .failure(
          Problem(
            text: "mock-copilot is not beside this program; name it with --set fleet.binary=PATH",
            code: .serverNotStarted))
      }
      order.program = program
      order.source = source
      order.mockArguments = mockArguments(scenario)
    case .real:
      guard let program = scenario.live.binary ?? Self.realCLI else {
        return .failure(
          Problem(
            text: "no Copilot CLI is here; make real-setup fetches one, "
              + "or name it with --set fleet.binary=PATH", code: .serverNotStarted))
      }
      order.program = program
    }
    if scenario.cli != .external && !Files.exists(order.program) {
      return .failure(
        Problem(text: "there is no \(order.program)", code: .serverNotStarted))
    }
    return .success(order)
  }

  /// One processor is left to the fleet, or to the kernel where the fleet is elsewhere.
  private static var threads: Int {
    let allowed = ControlGroup.current().cores.map { Int($0) } ?? Int.max
    return max(1, min(Machine.current().usableProcessors, allowed) - 1)
  }

  private func mockArguments(_ scenario: Scenario) -> [String] {
    var words = scenario.variant == "base" ? [] : ["--variant", scenario.variant]
    for setting in invocation.settings { words += ["--set", setting] }
    return words
  }

  static func beside(_ name: String) -> String? {
    guard let own = ThisProcess.path, let slash = own.lastIndex(of: "/") else { return nil }
    let path = String(own[...slash]) + name
    return Files.exists(path) ? path : nil
  }

  private static var realCLI: String? {
    let path = ".build/real-cli/copilot"
    return Files.exists(path) ? ThisProcess.workingDirectory + "/" + path : nil
  }
}
