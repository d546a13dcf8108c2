// JSON as a value: what results, profiles and schemas are made of before they are text. Objects
// keep the order in which their members were given, so the same value always gives the same bytes.
// Whole numbers and fractions are two cases, because counts must survive exactly. Reading and
// writing live in JSONReader and JSONWriter.

public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Always finite: whoever has no number says `null` (`JSONValue(measured:)` does).
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])
}

public struct JSONMember: Equatable, Sendable {
  public var key: String
  public var value: JSONValue

  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue {
  /// The first member of that name; nil for other names and for whatever is not an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// A measured figure: `null` for what is missing or not finite, an integer where nothing is lost
  /// by it.
  public init(measured value: Double?) {
    // 2^53: up to there every whole double is that integer and no other.
    guard let value, value.isFinite else {
      self = .null
      return
    }
    if value.magnitude <= 0x1p53, let whole = Int64(exactly: value) {
      self = .integer(whole)
    } else {
      self = .number(value)
    }
  }

  /// A tally or seed that may not fit 63 bits: an integer where it fits, its decimal digits as a
  /// string beyond.
  public init(whole value: UInt128) {
    self = Int64(exactly: value).map(JSONValue.integer) ?? .string(value.description)
  }

  /// What a complaint calls this value.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

// Literals, so that a schema in a source file looks like the schema in the file it becomes.
extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember($0.0, $0.1) })
  }
}
