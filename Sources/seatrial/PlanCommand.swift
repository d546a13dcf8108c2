// `seatrial plan`: how many servers, of what size, in which pattern. The order of what is said:
// warnings, what is planned, progress, the answer, what was left out, where the document is.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Planning
internal import Reporting
internal import Scenarios
internal import Workload

struct PlanCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  private var isQuiet: Bool { invocation.has("quiet") }
  private var path: String { invocation.arguments[0] }

  func run() -> ExitCode {
    let loader = ScenarioLoader(path)
    switch loader.loadWithSource(settings: invocation.settings) {
    case .failure(let complaints):
      complaints.report()
      return .badScenario
    case .success(let (file, source)):
      Complaints(file.warnings).report()
      switch prices(file, loader) {
      case .failure(let complaints):
        complaints.report()
        return .badScenario
      case .success(let prices): return plan(file, source, prices)
      }
    }
  }

  /// The flag's file as it stands, the scenario's beside the scenario.
  private func prices(
    _ file: ScenarioFile, _ loader: ScenarioLoader
  ) -> Result<PriceList?, Complaints> {
    guard let name = invocation.value("prices") ?? file.base.plan.prices else {
      return .success(nil)
    }
    let isFlag = invocation.has("prices")
    let content: Result<[UInt8], FileProblem> =
      if isFlag {
        switch Files.read(name) {
        case .contents(let bytes): .success(bytes)
        case .tooLarge: .failure(FileProblem(reason: "is far too large for a list of prices"))
        case .failed(let failure): .failure(FileProblem(reason: failure.reason))
        }
      } else {
        loader.named(name)
      }
    switch content {
    case .success(let bytes): return PriceReader.read(bytes, name: name).map { $0 }
    case .failure(let problem):
      let place = Position(file: isFlag ? name : path, line: 1, column: 1)
      return .failure(
        Complaints([
          Complaint(
            position: place, key: isFlag ? "" : "plan.prices",
            reason: "\(isFlag ? "" : name + ": ")\(problem.reason)")
        ]))
    }
  }

  private func plan(
    _ file: ScenarioFile, _ source: ScenarioSource, _ prices: PriceList?
  ) -> ExitCode {
    let given = invocation.counts("users")
    let users = given.isEmpty ? file.base.plan.users.sorted() : given
    let people = users.isEmpty ? [file.base.workload.users] : users
    let planner = Planner(file, users: people, prices: prices, quick: invocation.has("quick"))
    if let refusal = planner.refusal {
      Console.say("\(path): \(refusal)")
      return .badScenario
    }
    // Before any thread starts: a handler is the process's.
    let stop = Signals.listen()
    let jobs = invocation.whole("jobs") ?? RunFacts.usableProcessors
    let facts = RunFacts(command: invocation.repeated(seed: file.base.seed.value), jobs: jobs)
    var folder = ResultFolder(
      out: invocation.value("out"), scenario: file.base.name, name: "plan.json")
    var run = PlanRun(
      planner, jobs: jobs, showsProgress: !isQuiet && !invocation.has("no-progress"), stop: stop)
    do throws(SystemFailure) {
      try run.run { folder.write($0.document(complete: false, environment: facts.facts)) }
    } catch {
      Console.complain("no thread could be started: \(error); try --jobs 1")
      return .fault
    }
    let confirmed = confirm(run.planner, source, stop)
    var document = run.planner.document(complete: true, environment: facts.facts)
    if case .object(var members) = document, !confirmed.runs.isEmpty {
      members.append(JSONMember("confirmation", .array(confirmed.runs.map(\.json))))
      document = .object(members)
    }
    folder.write(document)
    if let plan = PlanDocument(document) { folder.writePage(PlanPage(plan).html()) }
    var code =
      invocation.has("json")
      ? Console.result(document.text())
      : Console.result(PlanText(run.planner, width: PlanCommand.width).text)
    if folder.failed {
      code = code.or(.fault)
    } else if !isQuiet {
      Console.say("page: \(folder.page)")
      Console.say("plan: \(folder.file)")
    }
    report(confirmed.runs)
    code = code.or(deploy(run.planner)).or(confirmed.code)
    return stop.signal.map { .stopped(by: $0) } ?? code.or(judge(run.planner))
  }

  // MARK: live

  /// Nothing where it was not asked for.
  private func confirm(
    _ planner: Planner, _ source: ScenarioSource, _ stop: StopRequest
  ) -> (runs: [PlanConfirmation.Run], code: ExitCode) {
    guard invocation.has("confirm"), !stop.isRequested else { return ([], .pass) }
    let confirmation = PlanConfirmation(
      invocation, planner.file, source, stop: stop,
      showsProgress: !isQuiet && !invocation.has("no-progress"))
    switch confirmation.run(planner) {
    case .failure(let problem):
      Console.complain("not confirmed: \(problem.text)")
      return ([], problem.code)
    case .success(let runs):
      guard let planned = runs.first(where: \.isPlanned) else { return (runs, .pass) }
      if planned.verdict == .invalid || !planned.canTell { return (runs, .cannotTell) }
      return (runs, planned.holds ? .pass : .expectationMissed)
    }
  }

  private func report(_ runs: [PlanConfirmation.Run]) {
    guard !runs.isEmpty, !isQuiet else { return }
    let units = HumanUnits(plain: Console.isPlain(invocation))
    for run in runs {
      for sentence in run.sentences({ units.text($0, unit: $1) }) { Console.say(sentence) }
      for reason in run.reasons { Console.say("  \(run.verdict.rawValue): \(reason)") }
    }
    guard let planned = runs.first(where: \.isPlanned) else { return }
    let smaller = runs.first { !$0.isPlanned }
    let less = smaller.map { $0.holds ? "; one less would have held, too" : "; one less misses" }
    Console.say(
      planned.holds
        ? "confirmed: the planned fleet meets what is expected\(less ?? "")"
        : "contradicted: the planned fleet misses what is expected when driven live")
  }

  /// 40 to 160 columns, as for other tables.
  private static var width: Int {
    min(160, max(40, Terminal.width(of: StandardOutput.channel) ?? 80))
  }

  /// A folder for each number of people where there are several.
  private func deploy(_ planner: Planner) -> ExitCode {
    guard let folder = invocation.value("deploy") else { return .pass }
    var code = ExitCode.pass
    for people in planner.users {
      guard let best = planner.recommended(for: people),
        let deployment = DeploymentPlan(best)
      else { continue }
      let place = planner.users.count > 1 ? "\(folder)/\(people)" : folder
      for file in deployment.files {
        if let failure = Files.makeDirectories(place)
          ?? Files.writeAtomically(Array(file.text.utf8), to: "\(place)/\(file.name)")
        {
          Console.complain("\(place)/\(file.name) cannot be written: \(failure)")
          code = .fault
          break
        }
      }
      if code == .pass, !isQuiet { Console.say("to deploy: \(place)") }
    }
    return code
  }

  /// A number of people without any fleet is a missed expectation; one of which nobody can tell is
  /// that.
  private func judge(_ planner: Planner) -> ExitCode {
    var isOpen = false
    for people in planner.users where planner.recommended(for: people) == nil {
      if planner.answers(for: people).contains(where: { $0.ending == .undecided }) {
        isOpen = true
        Console.complain("of \(people) people nobody can tell")
      } else {
        Console.complain("no fleet for \(people) people meets the expectations")
        return .expectationMissed
      }
    }
    return isOpen ? .cannotTell : .pass
  }
}
