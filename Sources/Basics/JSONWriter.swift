// JSON values to text, one way only: the same value gives the same bytes on every machine, so
// results can be compared by digest. Doubles are written with the fewest digits that read back as
// the same double. What JSON cannot say (a number that is not finite, a member given twice) is our
// own mistake and stops the program.

public enum JSONStyle: Sendable {
  /// Two spaces a level, a newline at the end; an array without nested values stays on one line.
  case pretty
  /// No white space at all.
  case compact
}

extension JSONValue {
  public func text(_ style: JSONStyle = .pretty) -> String {
    String(decoding: utf8(style), as: UTF8.self)
  }

  public func utf8(_ style: JSONStyle = .pretty) -> [UInt8] {
    var writer = JSONWriter(pretty: style == .pretty)
    writer.write(self)
    if style == .pretty { writer.bytes.append(UInt8(ascii: "\n")) }
    return writer.bytes
  }

  fileprivate var isNested: Bool {
    switch self {
    case .array, .object: true
    case .null, .bool, .integer, .number, .string: false
    }
  }
}

private struct JSONWriter {
  let pretty: Bool
  var bytes: [UInt8] = []
  private var level = 0

  init(pretty: Bool) { self.pretty = pretty }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: put("null")
    case .bool(let flag): put(flag ? "true" : "false")
    case .integer(let whole): put(whole.description)
    case .number(let number):
      precondition(number.isFinite, "JSON has no word for \(number): callers write null")
      put(number.description)
    case .string(let string): quote(string)
    case .array(let elements): write(elements)
    case .object(let members): write(members)
    }
  }

  private mutating func write(_ elements: [JSONValue]) {
    let broken = pretty && elements.contains { $0.isNested }
    put("[")
    level += 1
    for (place, element) in elements.enumerated() {
      if place > 0 { put(pretty && !broken ? ", " : ",") }
      if broken { newLine() }
      write(element)
    }
    level -= 1
    if broken { newLine() }
    put("]")
  }

  private mutating func write(_ members: [JSONMember]) {
    if let twice = repeatedKey(of: members) {
      preconditionFailure("a JSON object cannot have two members called \(twice)")
    }
    put("{")
    level += 1
    for (place, member) in members.enumerated() {
      if place > 0 { put(",") }
      if pretty { newLine() }
      quote(member.key)
      put(pretty ? ": " : ":")
      write(member.value)
    }
    level -= 1
    if pretty && !members.isEmpty { newLine() }
    put("}")
  }

  private mutating func quote(_ string: String) {
    put("\"")
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): put("\\\"")
      case UInt8(ascii: "\\"): put("\\\\")
      case 0x0A: put("\\n")
      case 0x0D: put("\\r")
      case 0x09: put("\\t")
      case 0..<0x20: put(byte < 0x10 ? "\\u000" : "\\u00", String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    put("\"")
  }

  private mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<level { put("  ") }
  }

  private mutating func put(_ pieces: String...) {
    for piece in pieces { bytes.append(contentsOf: piece.utf8) }
  }
}

/// The first key that occurs a second time. Strings are equal here as in all of Swift: by
/// characters, not by bytes.
func repeatedKey(of members: [JSONMember]) -> String? {
  var seen = Set<String>(minimumCapacity: members.count)
  for member in members where !seen.insert(member.key).inserted { return member.key }
  return nil
}
