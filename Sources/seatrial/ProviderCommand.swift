// `seatrial provider`: the fake model alone, for CLI servers that somebody else starts. It serves
// until a signal ends it and then says what it saw.
internal import Basics
internal import LinuxIO
internal import Live
internal import Scenarios

struct ProviderCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  /// What is served where no file is named.
  private static let plainScenario = "seatrial: 1\nname: provider\n"

  func run() -> ExitCode {
    var settings = ProviderSettings()
    if let refusal = readScenario(into: &settings) { return refusal }
    if let refusal = readFlags(into: &settings) { return refusal }
    let provider: FakeProvider
    do throws(SystemFailure) {
      provider = try FakeProvider(settings, endsOnSignals: true)
    } catch {
      Console.complain("it cannot listen on \(error); choose another --host or --port")
      return .fault
    }
    if !invocation.has("quiet") { Console.say("listening on \(provider.url)") }
    let seen: Observations
    do throws(SystemFailure) {
      seen = try provider.run()
    } catch {
      Console.complain("the loop could not start: \(error)")
      return .fault
    }
    return Console.result(invocation.has("json") ? seen.json.text() : seen.text)
  }

  /// nil where all is well.
  private func readScenario(into settings: inout ProviderSettings) -> ExitCode? {
    let read: Result<ScenarioFile, Complaints>
    if let path = invocation.arguments.first {
      read = ScenarioLoader(path).load(settings: invocation.settings)
    } else if !invocation.has("set") && !invocation.has("variant") {
      // Nothing to be read, so nothing has to be there: a profile, for one.
      settings.seed = Seed(invocation.whole("seed").map { UInt64($0) } ?? settings.seed.value)
      return nil
    } else {
      read = ScenarioLoader("--set").read(
        Array(ProviderCommand.plainScenario.utf8), settings: invocation.settings)
    }
    switch read {
    case .failure(let complaints):
      complaints.report()
      return .badScenario
    case .success(let file):
      Complaints(file.warnings).report()
      let name = invocation.value("variant")
      guard let scenario = name.map({ file.variant(named: $0) }) ?? file.base else {
        Console.complain(file.complaint(aboutVariant: name ?? ""))
        return .usage
      }
      settings.model = scenario.model
      settings.seed = scenario.seed
      return nil
    }
  }

  private func readFlags(into settings: inout ProviderSettings) -> ExitCode? {
    settings.host = invocation.value("host") ?? settings.host
    settings.port = UInt16(invocation.whole("port") ?? 0)
    settings.answer = invocation.value("answer")
    settings.saysRetryAfter = !invocation.has("no-retry-after")
    let models = invocation.values("model")
    if !models.isEmpty { settings.models = models }
    var isWrong = false
    for text in invocation.values("fault") {
      switch ProviderFaultText.read(text) {
      case .success(let fault): settings.faults.append(fault)
      case .failure(let problem):
        Console.complain("--fault: \(problem.text)")
        isWrong = true
      }
    }
    return isWrong ? .usage : nil
  }
}
