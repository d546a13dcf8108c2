// `seatrial simulate`: the scenario's variants in virtual time, one table on standard output, one
// result.json and a page in a folder. The order of what is said: warnings, what will run, progress,
// the table, what was missed, where page and result are.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Reporting
internal import Scenarios
internal import Simulation

struct SimulateCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  private var isQuiet: Bool { invocation.has("quiet") }

  func run() -> ExitCode {
    switch VariantChoice(invocation).load() {
    case .failure(let refusal): return refusal.report()
    case .success(let file): return refuses(file) ? .badScenario : simulate(file)
    }
  }

  /// What no simulator could be asked for is better said before than found out.
  private func refuses(_ file: ScenarioFile) -> Bool {
    let refusals = Forecast(file.variants, jobs: 1).variants.compactMap { variant in
      variant.refusal.map { "\(invocation.arguments[0]): variant \(variant.name): \($0)" }
    }
    for refusal in refusals { Console.say(refusal) }
    return !refusals.isEmpty
  }

  private func simulate(_ file: ScenarioFile) -> ExitCode {
    // Before any thread starts: a handler is the process's.
    let stop = Signals.listen()
    let seed = file.base.seed.value
    let jobs = invocation.whole("jobs") ?? RunFacts.usableProcessors
    let facts = RunFacts(command: invocation.repeated(seed: seed), jobs: jobs)
    var folder = ResultFolder(out: invocation.value("out"), scenario: file.base.name)
    Complaints(file.warnings).report()
    if !isQuiet { Console.say(RunSummary.line(file)) }

    var run = CampaignRun(
      Campaign(file, variants: file.variants), jobs: jobs,
      showsProgress: !isQuiet && !invocation.has("no-progress"), stop: stop)
    func keep(_ campaign: Campaign) {
      var part = campaign.result()
      part.complete = false
      facts.fill(&part)
      folder.write(part)
    }
    do throws(SystemFailure) {
      try run.run { keep($0) }
    } catch {
      Console.complain("no thread could be started: \(error); try --jobs 1")
      return .fault
    }

    var result = run.campaign.result()
    facts.fill(&result)
    folder.write(result)
    folder.writePage(of: result)
    let report = ResultReport(invocation)
    var code = report.show(result)
    if folder.failed {
      code = code.or(.fault)
    } else if !isQuiet {
      Console.say("page: \(folder.page)")
      Console.say("result: \(folder.file)")
    }
    let signal = run.campaign.stopped ? stop.signal : nil
    return signal.map { .stopped(by: $0) } ?? code.or(report.judge(result))
  }
}
