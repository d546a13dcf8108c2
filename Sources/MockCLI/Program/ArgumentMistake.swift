// What can be wrong with a command line. The cases carry the facts; the one place that makes
// sentences of them is `description`. Mistakes that the real CLI knows too are in its words and end
// with its exit code, so that whoever starts servers sees the same; those about the mock's own
// flags say more.
internal import Basics

public enum ArgumentMistake: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownFlag(String)
  case unexpectedWords(Int)
  /// `form`: the option with its value, as help shows it.
  case missingValue(form: String)
  case badLevel(String)
  case unwantedValue(flag: String, value: String)
  case badValue(flag: String, value: String, wanted: String)

  /// Whether the real CLI would complain as well.
  public var isShared: Bool {
    switch self {
    case .unknownFlag, .unexpectedWords, .missingValue, .badLevel: true
    case .unwantedValue, .badValue: false
    }
  }

  /// In what order the real CLI, which names only one, looks for them.
  var rank: Int {
    switch self {
    case .missingValue, .badLevel, .unwantedValue, .badValue: 0
    case .unknownFlag: 1
    case .unexpectedWords: 2
    }
  }

  public var description: String {
    switch self {
    case .unknownFlag(let flag):
      "error: unknown option '\(flag)'\(guess(flag))\n\nTry 'copilot --help' for more information."
    case .unexpectedWords(let count):
      "error: too many arguments. Expected 0 arguments but got \(count)."
    case .missingValue(let form): "error: option '\(form)' argument missing"
    case .badLevel(let value):
      "error: option '--log-level <level>' argument '\(value)' is invalid. "
        + "Allowed choices are \(Flag.logLevels)."
    case .unwantedValue(let flag, let value): "\(flag) takes no value, but was given '\(value)'"
    case .badValue(let flag, let value, let wanted): "\(flag) wants \(wanted), not '\(value)'"
    }
  }

  private func guess(_ flag: String) -> String {
    nearest(to: flag, among: Flag.all.map(\.name)).map { "\n(Did you mean \($0)?)" } ?? ""
  }
}
