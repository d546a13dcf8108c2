// `seatrial inspect`: what a scenario resolves to, where each value came from, and a forecast.
internal import Basics
internal import Scenarios

struct InspectCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    .pass
  }
}
