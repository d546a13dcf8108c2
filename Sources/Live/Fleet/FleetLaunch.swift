// How the servers of a run are started: the program, its words, its surroundings, how many at once.
internal import Basics
internal import LinuxIO
internal import Policies

struct FleetLaunch: Sendable {
  var path: String
  /// By the server's number.
  var arguments: @Sendable (ServerID) -> [String]
  var environment: [(name: String, value: String)]
  /// What clients have to show; nil: nothing.
  var token: String?
  var sharesHome: Bool
  var startLimit: Interval
  var atOnce: Int

  /// Port 0: the system gives one, and there the server comes back after a restart.
  func program(
    _ server: ServerID, home: String, mark: String, at address: ServerAddress
  ) -> ChildProcess.Program {
    ChildProcess.Program(
      path: path,
      arguments: ["--headless", "--host", address.host, "--port", String(address.port)]
        + arguments(server),
      environment: environment + [("COPILOT_HOME", home), (RunFolder.markName, mark)])
  }
}
