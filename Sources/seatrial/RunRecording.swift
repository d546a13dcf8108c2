// `--record FILE` of a run: the file is there before the first server is, and what could not be
// written to it is said at the end. A run without the flag has no file and passes through here.
internal import LinuxIO
internal import Live
internal import Scenarios

struct RunRecording {
  /// Nil inside: nothing is recorded.
  struct Begun {
    var file: Recording?
  }

  private let path: String?

  init(_ invocation: Invocation) { path = invocation.value("record") }

  /// Nil: it cannot be written, and that has been said.
  func begin(_ source: ScenarioSource) -> Begun? {
    guard let path else { return Begun() }
    switch Recording.create(path, of: source, version: Program.version) {
    case .success(let file): return Begun(file: file)
    case .failure(let failure):
      Console.complain(
        "the recording cannot be written to \(path): \(failure.reason); name another file")
      return nil
    }
  }

  func end(_ begun: Begun, isQuiet: Bool) -> ExitCode {
    guard let file = begun.file else { return .pass }
    if let failure = file.finish() {
      Console.complain(
        "the recording \(file.path) is not whole: \(failure.reason); the figures are not touched")
      return .fault
    }
    if !isQuiet { Console.say("recording: \(file.path)") }
    return .pass
  }
}
