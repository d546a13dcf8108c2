// The whole program behind `mock-copilot`: words in, exit code out. It stands in a library so that
// `main.swift` is one call. Serving is not here yet; `--headless` says so instead of pretending.
internal import LinuxIO

public enum MockProgram {
  /// The real CLI's version whose behaviour is modelled, and whose protocol a client will be told.
  public static let modelledVersion = "1.0.57"

  /// 0 done, 1 the output could not be written, 2 usage or not available yet.
  public static func run(_ words: [String]) -> Int32 {
    Signals.ignoreBrokenPipes()
    switch ServerArguments.parse(words) {
    case .mistakes(let mistakes):
      for mistake in mistakes { StandardError.write("mock-copilot: \(mistake)\n") }
      return 2
    case .arguments(let arguments):
      if arguments.wantsHelp { return say(help) }
      if arguments.wantsVersion { return say("mock-copilot, modelled on \(modelledVersion)\n") }
      guard arguments.isHeadless else {
        StandardError.write("mock-copilot: only serves; start it with --headless, or see --help\n")
        return 2
      }
      StandardError.write("mock-copilot: --headless: serving arrives with the mock server\n")
      return 2
    }
  }

  public static var help: String {
    var text = "usage: mock-copilot --headless [options]\n\n"
    text += "A stand-in for a headless Copilot CLI server, with the real one's options.\n\n"
    let left = Flag.all.map { flag in flag.value.map { "\(flag.name) \($0)" } ?? flag.name }
    let column = (left.map(\.utf8.count).max() ?? 0) + 3
    for (flag, name) in zip(Flag.all, left) {
      text += "  \(name)\(String(repeating: " ", count: column - name.utf8.count))\(flag.about)\n"
    }
    return text
  }

  private static func say(_ text: String) -> Int32 {
    switch StandardOutput.write(text) {
    case .written, .readerGone: return 0
    case .failed(let failure):
      StandardError.write("mock-copilot: \(failure)\n")
      return 1
    }
  }
}
