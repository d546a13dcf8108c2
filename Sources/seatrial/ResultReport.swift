// What a command says of a finished result: the table or the document on standard output, and what
// was expected of it. Simulated and live runs are reported alike.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Reporting

struct ResultReport {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func show(_ result: RunResult) -> ExitCode {
    if invocation.has("json") { return Console.result(result.json.text()) }
    let table = TerminalTable(
      width: Console.width, plain: Console.isPlain(invocation), full: invocation.has("full"))
    return Console.result(table.render(result))
  }

  /// What the figures mean for the exit code. An invalid measurement can neither meet nor miss.
  func judge(_ result: RunResult) -> ExitCode {
    func list(_ outcome: ExpectationResult.Outcome, _ word: String) -> Int {
      var count = 0
      for variant in result.variants {
        for expectation in variant.expectations where expectation.outcome == outcome {
          // Said, but no doubt about what was measured.
          if !expectation.isUnseen { count += 1 }
          let value = HumanUnits(plain: true).text(expectation.observed, unit: expectation.unit)
          let reason = expectation.reason.map { ": \($0)" } ?? ""
          Console.say("\(word): \(variant.name): \(expectation.text) (found \(value))\(reason)")
        }
      }
      return count
    }
    let missed = list(.missed, "missed")
    let open = list(.cannotTell, "cannot tell")
    if result.verdict == .invalid {
      Console.complain("the measurement is invalid: \(result.reasons.joined(separator: "; "))")
      return .cannotTell
    }
    if missed > 0 {
      Console.complain("\(counted(missed, "expectation")) missed")
      return .expectationMissed
    }
    if open > 0 {
      Console.complain("of \(counted(open, "expectation")) nobody can tell")
      return .cannotTell
    }
    return .pass
  }
}
