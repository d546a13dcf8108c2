// Reads a command line word by word against the table of flags. The table is the single list:
// parsing and `--help` both come from it.

struct Flag {
  let name: String
  /// How help calls the value; nil for a switch.
  let value: String?
  let about: String

  /// As the real CLI's complaints show it: `--port <port>`.
  var form: String {
    value == nil ? name : "\(name) <\(name.split(separator: "-").last ?? "value")>"
  }

  static let all = [
    Flag(name: "--headless", value: nil, about: "serve the protocol instead of a person"),
    Flag(name: "--server", value: nil, about: "the same"),
    Flag(name: "--host", value: "ADDRESS", about: "listen here (default 127.0.0.1)"),
    Flag(
      name: "--port", value: "N", about: "listen on this TCP port; 0 picks a free one (default)"),
    Flag(name: "--stdio", value: nil, about: "serve one client over stdin and stdout"),
    Flag(
      name: "--session-idle-timeout", value: "SECONDS",
      about: "drop sessions idle for this long; 0 never does (default)"),
    Flag(name: "--log-level", value: "LEVEL", about: logLevels),
    Flag(name: "--no-auto-update", value: nil, about: "accepted; the mock never updates itself"),
    Flag(
      name: "--auth-token-env", value: "NAME",
      about: "environment variable that holds the model's token"),
    Flag(name: "--no-auto-login", value: nil, about: "use no stored credentials"),
    Flag(name: "--remote", value: nil, about: "accepted, as the SDK may send it"),
    Flag(
      name: "--profile", value: "NAME|FILE",
      about: "costs: a profile's file, 1.0.57 (default), or none for no cost at all"),
    Flag(name: "--scenario", value: "FILE", about: "take profile, model and fleet from a scenario"),
    Flag(name: "--variant", value: "NAME", about: "that variant of the scenario"),
    Flag(
      name: "--file", value: "NAME=PATH", about: "where a file is that the scenario calls NAME"),
    Flag(
      name: "--set", value: "KEY=VALUE",
      about: "override a scenario key, with or without a scenario: model.latency=1s"),
    Flag(name: "--seed", value: "N", about: "seed of costs, latencies and faults (default 0)"),
    Flag(name: "--model-seed", value: "N", about: "of the model's latencies, for several servers"),
    Flag(name: "--cores", value: "N", about: "cores that timed work may use (default 1)"),
    Flag(
      name: "--cpu", value: "timed|burn", about: "wait for the CPU time of work, or burn it"),
    Flag(name: "--memory", value: "counted|real", about: "really hold the memory of sessions"),
    Flag(
      name: "--events", value: "faithful|lean",
      about: "all 19 messages of a turn, or the few that clients need"),
    Flag(
      name: "--writes", value: "joined|split",
      about: "header and body of a message in two writes, without TCP_NODELAY"),
    Flag(
      name: "--broadcast", value: "everybody|owners",
      about: "who receives a session's events; the real one tells everybody"),
    Flag(name: "--disk", value: "files|none", about: "session files under COPILOT_HOME, or none"),
    Flag(name: "--answer", value: "TEXT", about: "what the built-in model says; else it echoes"),
    Flag(name: "--hardened", value: nil, about: "bound what one client can cost"),
    Flag(name: "--fault", value: "KIND[=VALUE][@WHEN]", about: "go wrong on purpose; see below"),
    Flag(name: "--version", value: nil, about: "print the version and end"),
    Flag(name: "--help", value: nil, about: "print this and end"),
  ]

  static let logLevels = ServerArguments.LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
}

struct ArgumentReader {
  private(set) var arguments = ServerArguments()
  private(set) var mistakes: [ArgumentMistake] = []
  private var words: ArraySlice<String>

  init(words: [String]) { self.words = words[...] }

  mutating func readAll() {
    var strangers = 0
    while let word = words.popFirst() {
      if word.hasPrefix("-") && word != "-" { read(word) } else { strangers += 1 }
    }
    if strangers > 0 { mistakes.append(.unexpectedWords(strangers)) }
  }

  private mutating func read(_ word: String) {
    let pieces = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(pieces[0])
    let attached = pieces.count > 1 ? String(pieces[1]) : nil
    guard let flag = Flag.all.first(where: { $0.name == name }) else {
      return mistakes.append(.unknownFlag(name))
    }
    if flag.value == nil {
      if let attached { return mistakes.append(.unwantedValue(flag: name, value: attached)) }
      return turnOn(name)
    }
    // The next word is the value whatever it looks like: `--port -1` is a port of -1.
    guard let value = attached ?? words.popFirst() else {
      return mistakes.append(.missingValue(form: flag.form))
    }
    set(name, to: value)
  }

  private mutating func turnOn(_ name: String) {
    switch name {
    case "--headless", "--server": arguments.isHeadless = true
    case "--stdio": arguments.usesStreams = true
    case "--no-auto-update": arguments.mayUpdateItself = false
    case "--no-auto-login": arguments.login = .off
    case "--remote": arguments.isRemote = true
    case "--hardened": arguments.mock.isHardened = true
    case "--version": arguments.wantsVersion = true
    case "--help": arguments.wantsHelp = true
    default: preconditionFailure("the switch \(name) is in the table and not in turnOn")
    }
  }

  private mutating func set(_ name: String, to value: String) {
    switch name {
    case "--host": arguments.host = value
    case "--auth-token-env": arguments.login = .environment(variable: value)
    // Numbers as JavaScript's parseInt has them; without one it is as if nothing had been said.
    case "--port": arguments.port = LeadingInteger.read(value) ?? 0
    case "--session-idle-timeout":
      let seconds = LeadingInteger.read(value) ?? 0
      arguments.sessionIdleTimeoutSeconds = seconds > 0 ? seconds : nil
    case "--log-level":
      guard let level = ServerArguments.LogLevel(rawValue: value) else {
        return mistakes.append(.badLevel(value))
      }
      arguments.logLevel = level
    default: setMock(name, to: value)
    }
  }

  private mutating func setMock(_ name: String, to value: String) {
    switch name {
    case "--profile": arguments.mock.profile = value
    case "--scenario": arguments.mock.scenario = value
    case "--variant": arguments.mock.variant = value
    case "--set": arguments.mock.settings.append(value)
    case "--file": arguments.mock.files.append(value)
    case "--answer": arguments.mock.answer = value
    case "--seed":
      guard let seed = UInt64(value) else { return refuse(name, value, "a whole number") }
      arguments.mock.seed = seed
    case "--model-seed":
      guard let seed = UInt64(value) else { return refuse(name, value, "a whole number") }
      arguments.mock.modelSeed = seed
    case "--cores":
      guard let cores = Double(value), cores > 0 else {
        return refuse(name, value, "a number above 0")
      }
      arguments.mock.cores = cores
    case "--cpu": choose(name, value) { $0.mock.cpu = $1 }
    case "--memory": choose(name, value) { $0.mock.memory = $1 }
    case "--events": choose(name, value) { $0.mock.events = $1 }
    case "--writes": choose(name, value) { $0.mock.writes = $1 }
    case "--broadcast": choose(name, value) { $0.mock.audience = $1 }
    case "--disk": choose(name, value) { $0.mock.disk = $1 }
    case "--fault":
      switch FaultText.read(value) {
      case .success(let fault): arguments.mock.faults.append(fault)
      case .failure(let problem): refuse(name, value, "a fault: \(problem.text)")
      }
    default: preconditionFailure("the option \(name) is in the table and not in set")
    }
  }

  private mutating func choose<Word: RawRepresentable & CaseIterable>(
    _ name: String, _ value: String, _ set: (inout ServerArguments, Word) -> Void
  ) where Word.RawValue == String {
    guard let word = Word(rawValue: value) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: " or ")
      return refuse(name, value, words)
    }
    set(&arguments, word)
  }

  private mutating func refuse(_ name: String, _ value: String, _ wanted: String) {
    mistakes.append(.badValue(flag: name, value: value, wanted: wanted))
  }
}

/// JavaScript's `parseInt`: blanks, a sign, digits, and whatever follows.
enum LeadingInteger {
  static func read(_ text: String) -> Int? {
    let text = text.drop { $0 == " " }
    let digits = text.drop { $0 == "-" || $0 == "+" }.prefix { $0.isASCII && $0.isNumber }
    guard text.count - text.drop(while: { $0 == "-" || $0 == "+" }).count <= 1 else { return nil }
    return Int(digits).map { text.hasPrefix("-") ? -$0 : $0 }
  }
}
