// Arguments to an invocation, strictly: what the table does not know is a mistake with a guess, and
// nothing may be abbreviated. All mistakes of a line are reported together. Reads nothing but its
// arguments.
internal import Basics

struct CommandLineParser {
  enum Request: Sendable {
    case overview
    case version
    case help(Command)
    case command(Invocation)
  }

  private let commands: [Command]
  private var mistakes: [UsageMistake] = []

  init(_ commands: [Command]) { self.commands = commands }

  func parse(_ words: [String]) -> Result<Request, UsageMistakes> {
    var parser = self
    return parser.request(words)
  }

  private mutating func request(_ words: [String]) -> Result<Request, UsageMistakes> {
    guard let first = words.first, first != "--help", first != "-h" else {
      return .success(.overview)
    }
    if first == "--version" { return .success(.version) }
    if first == "help" { return help(on: words.dropFirst()) }
    guard !first.hasPrefix("-") else {
      // A flag before the command: it belongs after it.
      return failure("\(first) stands before the command: seatrial COMMAND \(first)")
    }
    guard let command = commands.first(where: { $0.name == first }) else {
      return failure("there is no command \(unknown(first, of: commands.map(\.name)))")
    }
    return read(words, as: command)
  }

  private mutating func help(on words: ArraySlice<String>) -> Result<Request, UsageMistakes> {
    guard let name = words.first else { return .success(.overview) }
    guard let command = commands.first(where: { $0.name == name }) else {
      return failure("there is no command \(unknown(name, of: commands.map(\.name)))")
    }
    return .success(.help(command))
  }

  private mutating func read(
    _ words: [String], as command: Command
  ) -> Result<Request, UsageMistakes> {
    var invocation = Invocation(command: command, typed: words)
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      if word == "--" {
        invocation.arguments += rest
        rest = []
      } else if word == "--help" || word == "-h" {
        return .success(.help(command))
      } else if word.hasPrefix("--") {
        flag(word, &rest, &invocation)
      } else if word.hasPrefix("-") && word != "-" {
        complain("\(word): flags are written out, with two dashes")
      } else {
        invocation.arguments.append(word)
      }
    }
    check(invocation)
    return mistakes.isEmpty
      ? .success(.command(invocation))
      : .failure(UsageMistakes(all: mistakes, command: command.name))
  }

  // MARK: flags

  private mutating func flag(
    _ word: String, _ rest: inout ArraySlice<String>, _ invocation: inout Invocation
  ) {
    let parts = word.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let attached = parts.count > 1 ? String(parts[1]) : nil
    let known = invocation.command.flags
    guard let flag = known.first(where: { $0.name == name }) else {
      let guess = nearest(to: name, among: known.map(\.name)).map { "; did you mean --\($0)?" }
      complain("\(invocation.command.name) has no flag --\(name)\(guess ?? "")")
      return
    }
    if !flag.repeatable && invocation.has(name) {
      complain("--\(name) is given twice")
    }
    if case .none = flag.value {
      if attached != nil { complain("--\(name) takes no value") }
      invocation.flags.append(.init(name: name, value: ""))
      return
    }
    // A flag is never another's value: `--out --json` has forgotten the folder.
    let follows = rest.first.map { !$0.hasPrefix("--") } ?? false
    guard let value = attached ?? (follows ? rest.popFirst() : nil) else {
      complain("--\(name) needs a value: \(flag.shown)")
      return
    }
    if let reason = CommandLineParser.complaint(about: value, as: flag.value) {
      complain("\(flag.shown): \(reason)")
    }
    invocation.flags.append(.init(name: name, value: value))
  }

  private static func complaint(about value: String, as kind: Flag.Value) -> String? {
    switch kind {
    case .none: return nil
    case .text: return value.isEmpty ? "the value is empty" : nil
    case .setting:
      guard let equals = value.firstIndex(of: "="), equals != value.startIndex else {
        return "\"\(value)\" is not of the form key=value"
      }
      return nil
    case .whole(let range):
      guard let number = Int(value) else { return "\"\(value)\" is not a whole number" }
      if range.contains(number) { return nil }
      return range.upperBound == Int.max
        ? "\(number) is below \(range.lowerBound)"
        : "\(number) is outside of \(range.lowerBound) to \(range.upperBound)"
    case .word(let words):
      if words.contains(value) { return nil }
      let guess = nearest(to: value, among: words).map { "; did you mean \($0)?" } ?? ""
      return "\(value) is none of \(words.joined(separator: ", "))\(guess)"
    case .counts:
      let wrong = value.split(separator: ",", omittingEmptySubsequences: false)
        .first { Invocation.people(String($0)) == nil }
      return wrong.map { "\"\($0)\" is no number of people: 100, 1k or 100,1k,10k" }
    case .share:
      let digits = value.hasSuffix("%") ? String(value.dropLast()) : value
      let whole = value.hasSuffix("%") ? 100.0 : 1.0
      guard let number = Double(digits), number > 0, number <= whole else {
        return "\"\(value)\" is no share: 2% or 0.02"
      }
      return nil
    }
  }

  // MARK: arguments

  private mutating func check(_ invocation: Invocation) {
    let given = invocation.arguments
    switch invocation.command.arguments {
    case .one(let name):
      if given.isEmpty { complain("\(invocation.command.name) needs a \(name)") }
      for extra in given.dropFirst() {
        complain("\(invocation.command.name) takes one \(name); what is \(extra)?")
      }
    case .optional(let name):
      for extra in given.dropFirst() {
        complain("\(invocation.command.name) takes one \(name); what is \(extra)?")
      }
    case .many(let name):
      if given.isEmpty { complain("\(invocation.command.name) needs at least one \(name)") }
    case .word(let words):
      for word in given.prefix(1) where !words.contains(word) {
        let guess = nearest(to: word, among: words).map { "; did you mean \($0)?" }
        complain("\(word) is none of \(words.joined(separator: ", "))\(guess ?? "")")
      }
      for extra in given.dropFirst() { complain("what is \(extra)?") }
    }
  }

  // MARK: mistakes

  private mutating func complain(_ text: String) { mistakes.append(UsageMistake(text: text)) }

  private mutating func failure(_ text: String) -> Result<Request, UsageMistakes> {
    .failure(UsageMistakes(all: [UsageMistake(text: text)], command: nil))
  }

  private func unknown(_ word: String, of known: [String]) -> String {
    let guess = nearest(to: word, among: known).map { "; did you mean \($0)?" }
    return word + (guess ?? "")
  }
}
