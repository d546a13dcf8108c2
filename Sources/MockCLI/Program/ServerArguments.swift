// The command line of a headless CLI server, as the real CLI reads it and as its SDK writes it:
// `--headless --no-auto-update --log-level X … (--stdio | --port N)`. Parsing only collects; what
// the flags do is the server's business. Every mistake of a line is reported, not just the first.

public struct ServerArguments: Hashable, Sendable {
  public enum Transport: Hashable, Sendable {
    case standardStreams
    /// Port 0 lets the kernel choose; the real CLI announces the one it got. Numbers that are no
    /// port are found out when the server is to listen.
    case port(Int)
  }

  public enum LogLevel: String, Hashable, Sendable, CaseIterable {
    case none, error, warning, info, debug, all, `default`
  }

  /// What to take the credentials of the model from. The mock needs none, but starts like the
  /// original.
  public enum Login: Hashable, Sendable {
    case automatic
    case environment(variable: String)
    case off
  }

  public var isHeadless = false
  public var host = "127.0.0.1"
  public var port = 0
  public var usesStreams = false
  /// nil: sessions never time out, which is the real CLI's default.
  public var sessionIdleTimeoutSeconds: Int?
  public var logLevel = LogLevel.default
  public var mayUpdateItself = true
  public var login = Login.automatic
  public var isRemote = false
  /// Where both are given the streams win.
  public var transport: Transport { usesStreams ? .standardStreams : .port(port) }

  /// What only the mock knows.
  var mock = MockFlags()
  public var wantsHelp = false
  public var wantsVersion = false

  public init() {}

  public enum Outcome: Hashable, Sendable {
    case arguments(ServerArguments)
    /// Those that the real CLI would name first come first; never empty.
    case mistakes([ArgumentMistake])
  }

  /// Takes the words after the program's name. `--flag value` and `--flag=value` mean the same.
  public static func parse(_ words: [String]) -> Outcome {
    var reader = ArgumentReader(words: words)
    reader.readAll()
    if reader.mistakes.isEmpty { return .arguments(reader.arguments) }
    let mistakes = reader.mistakes.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }
    return .mistakes(mistakes.map(\.element))
  }
}
