// `seatrial doctor`: what this machine allows a live run, and whether that is enough for a
// scenario. It looks and says; it changes nothing.
internal import Basics
internal import LinuxIO
internal import Live
internal import Scenarios

struct DoctorCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    guard !invocation.arguments.isEmpty else {
      return show(Doctor.judge(MachineFacts.gather(places), needs: nil))
    }
    switch VariantChoice(invocation).load() {
    case .failure(let refusal): return refusal.report()
    case .success(let file):
      Complaints(file.warnings).report()
      var places = self.places
      for scenario in file.variants {
        guard let binary = scenario.live.binary else { continue }
        switch scenario.cli {
        case .mock: places.mock = binary
        case .real: places.realCLI = binary
        case .external: break
        }
      }
      let facts = MachineFacts.gather(places)
      let findings = Doctor.judge(facts, needs: Needs.most(of: file.variants))
      return show(findings).or(code(findings))
    }
  }

  private var places: MachineFacts.Places {
    var places = MachineFacts.Places()
    places.results = invocation.value("out") ?? "results"
    places.temporary = ThisProcess.environment("TMPDIR") ?? "/tmp"
    places.mock = ThisProcess.folder + "/mock-copilot"
    return places
  }

  private func show(_ findings: [Finding]) -> ExitCode {
    if invocation.has("json") { return Console.result(Doctor.json(findings).text()) }
    let shown =
      invocation.has("quiet") ? findings.filter { $0.level != .fine } : findings
    return Console.result(Doctor.text(shown))
  }

  private func code(_ findings: [Finding]) -> ExitCode {
    let wrong = findings.filter { $0.level == .prevents || $0.level == .doubtful }
    for finding in wrong {
      let word = finding.level == .prevents ? "cannot run" : "would be doubtful"
      Console.complain("\(word): \(finding.check): \(finding.limits)")
    }
    switch findings.worst {
    case .fine, .note: return .pass
    case .doubtful: return .cannotTell
    case .prevents: return .serverNotStarted
    }
  }
}
