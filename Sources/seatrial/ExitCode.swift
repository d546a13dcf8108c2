// How a command ended, for scripts and continuous integration. The numbers are a contract: 99, 104
// and the shells' 128 + signal mean here what they mean in other load-test tools.
internal import LinuxIO

struct ExitCode: Equatable, Sendable {
  let rawValue: Int32
  let meaning: String

  static let pass = ExitCode(0, "pass")
  static let fault = ExitCode(1, "something could not be read or written, or seatrial is wrong")
  static let usage = ExitCode(2, "the command line is wrong")
  static let regression = ExitCode(3, "a later result is worse, or a replay decided otherwise")
  static let cannotTell = ExitCode(4, "the measurement is invalid, or cannot tell")
  static let notComparable = ExitCode(5, "the results are not comparable")
  static let serverNotStarted = ExitCode(6, "a server of the fleet did not start, or could not")
  static let expectationMissed = ExitCode(99, "an expectation was missed")
  static let badScenario = ExitCode(104, "a scenario or recording is wrong, or cannot be read")
  static let interrupted = ExitCode(130, "stopped by Ctrl-C; the report was written")
  static let terminated = ExitCode(143, "stopped by SIGTERM; the report was written")

  /// In the order in which the help lists them.
  static let all = [
    pass, fault, usage, regression, cannotTell, notComparable, serverNotStarted,
    expectationMissed, badScenario,
    interrupted, terminated,
  ]

  static func stopped(by signal: StopSignal) -> ExitCode {
    switch signal {
    case .interrupt: interrupted
    // Nobody listens for a hang-up here: it ends the process as the kernel has it.
    case .terminate, .hangUp: terminated
    }
  }

  private init(_ rawValue: Int32, _ meaning: String) {
    self.rawValue = rawValue
    self.meaning = meaning
  }

  /// Two steps of a command have ended: the first that did not pass decides.
  func or(_ other: ExitCode) -> ExitCode { self == .pass ? other : self }
}
