// What can be wrong with a command line. The cases carry the facts; the one place that makes
// sentences of them is `description`.

public enum ArgumentMistake: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownFlag(String)
  case unexpectedWord(String)
  case missingValue(flag: String)
  case unwantedValue(flag: String, value: String)
  case badValue(flag: String, value: String, wanted: String)
  case conflict(String, String)

  public var description: String {
    switch self {
    case .unknownFlag(let flag): "unknown option '\(flag)'; --help lists those there are"
    case .unexpectedWord(let word): "'\(word)' is no option, and the server takes no other words"
    case .missingValue(let flag): "\(flag) needs a value"
    case .unwantedValue(let flag, let value): "\(flag) takes no value, but was given '\(value)'"
    case .badValue(let flag, let value, let wanted): "\(flag) wants \(wanted), not '\(value)'"
    case .conflict(let one, let other): "\(one) and \(other) exclude each other"
    }
  }
}
