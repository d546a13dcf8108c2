// Values as JavaScript writes them where the real CLI puts one into a string: `pong: ${message}`,
// `(got ${name})`, and the id of a request on its way back. Numbers are IEEE doubles there, so
// 9007199254740993 comes back as …992.
internal import Basics

package enum JavaScriptText {
  /// A request's id as the real CLI echoes it; nil where it is none (null, true, lists, objects).
  /// Short whole numbers, which is what clients send, stay as they are.
  package static func identifier(_ value: [UInt8]) -> [UInt8]? {
    guard let first = value.first else { return nil }
    if first == UInt8(ascii: "\"") { return value }
    guard first == UInt8(ascii: "-") || isDigit(first) else { return nil }
    if value.count <= 15 && value.allSatisfy(isDigit) { return value }
    return number(value).map { Array($0.utf8) }
  }

  /// `String(value)`; nil for what counts as false in a condition, as absent values do.
  package static func truthy(_ value: [UInt8]?) -> String? {
    guard let value, let parsed = JSONText.parse(value) else { return nil }
    switch parsed {
    case .null, .bool(false), .integer(0), .string(""): return nil
    case .number(let number) where number == 0: return nil
    default: return text(parsed, value)
    }
  }

  /// `String(value)` of a value that was read from `source`.
  static func text(_ value: JSONValue, _ source: [UInt8] = []) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .integer(let integer): number(Array("\(integer)".utf8)) ?? "\(integer)"
    case .number: number(source) ?? value.text(.compact)
    case .string(let text): text
    // An array joins its elements, and null is nothing in it.
    case .array(let list): list.map { $0 == .null ? "" : text($0) }.joined(separator: ",")
    case .object: "[object Object]"
    }
  }

  /// ECMAScript's Number::toString of a number in JSON.
  static func number(_ source: [UInt8]) -> String? {
    guard let value = Double(String(decoding: source, as: UTF8.self)), value.isFinite else {
      return nil
    }
    if value == 0 { return "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, exponent) = shortest(value.magnitude)
    let count = digits.count
    // `exponent` is where the point stands: 0.digits × 10^exponent.
    switch exponent {
    case count...21: return sign + digits + String(repeating: "0", count: exponent - count)
    case 1..<max(2, count) where exponent <= 21:
      return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    case -5...0: return sign + "0." + String(repeating: "0", count: -exponent) + digits
    default:
      let power = exponent - 1
      let rest = count > 1 ? "." + digits.dropFirst() : ""
      return sign + digits.prefix(1) + rest + "e" + (power < 0 ? "-" : "+") + "\(power.magnitude)"
    }
  }

  /// The fewest digits that name the number, and where the point stands before them. Swift's own
  /// description has the same digits and another layout.
  private static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
    let pieces = value.description.split(separator: "e")
    let mantissa = pieces[0].split(separator: ".")
    var digits = mantissa.joined()
    var exponent = mantissa[0].utf8.count + (pieces.count > 1 ? Int(pieces[1]) ?? 0 : 0)
    while digits.hasPrefix("0") {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    return (digits, exponent)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
}
