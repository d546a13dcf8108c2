// Why a text is not JSON, and where. The wording is made here, so that every complaint about a file
// of ours reads the same, whichever command met it.

public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case endedEarly
    case unexpected(expected: String)
    case trailingText
    case tooDeep(limit: Int)
    case repeatedKey(String)
    case malformedNumber
    case numberTooLarge
    case malformedEscape
    case controlCharacter
    case malformedUTF8
  }

  public var reason: Reason
  /// In bytes from 0.
  public var offset: Int
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars, as editors count.
  public var column: Int

  public var description: String {
    let words =
      switch reason {
      case .endedEarly: "the text ends in the middle of a value"
      case .unexpected(let expected): "expected \(expected)"
      case .trailingText: "there is text after the value"
      case .tooDeep(let limit): "values nest more than \(limit) deep"
      case .repeatedKey(let key): "the member \"\(key)\" occurs twice"
      case .malformedNumber: "this is not a JSON number"
      case .numberTooLarge: "the number is too large for a double"
      case .malformedEscape: "this escape is not one of JSON's"
      case .controlCharacter: "a control character in a string must be escaped"
      case .malformedUTF8: "the bytes are not UTF-8"
      }
    return "line \(line), column \(column): \(words)"
  }
}
