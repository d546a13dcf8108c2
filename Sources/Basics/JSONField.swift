// A JSON value together with the way to it, so that whoever turns JSON into types can complain with
// a path a person can follow (`variants[2].metrics.turn.response`). It reads what is asked for and
// ignores the rest: documents may gain members without breaking older readers.

public struct JSONShapeError: Error, Equatable, Sendable, CustomStringConvertible {
  public var path: String
  public var problem: String

  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  public var description: String { "\(path.isEmpty ? "the document" : path): \(problem)" }
}

public struct JSONField: Sendable {
  public let path: String
  public let value: JSONValue

  public init(_ value: JSONValue, path: String = "") {
    self.value = value
    self.path = path
  }

  public func error(_ problem: String) -> JSONShapeError { .init(path: path, problem: problem) }

  public func member(_ key: String) throws(JSONShapeError) -> JSONField {
    guard case .object = value else { throw wanted("an object") }
    guard let found = value[key] else { throw error("the member \"\(key)\" is missing") }
    return JSONField(found, path: path(to: key))
  }

  /// Nil where the member is missing or null.
  public func optional(_ key: String) -> JSONField? {
    guard let found = value[key], found != .null else { return nil }
    return JSONField(found, path: path(to: key))
  }

  public func members() throws(JSONShapeError) -> [(key: String, field: JSONField)] {
    guard case .object(let members) = value else { throw wanted("an object") }
    return members.map { ($0.key, JSONField($0.value, path: path(to: $0.key))) }
  }

  public func elements() throws(JSONShapeError) -> [JSONField] {
    guard case .array(let elements) = value else { throw wanted("an array") }
    return elements.enumerated().map { JSONField($0.element, path: "\(path)[\($0.offset)]") }
  }

  public func string() throws(JSONShapeError) -> String {
    guard case .string(let text) = value else { throw wanted("a string") }
    return text
  }

  public func bool() throws(JSONShapeError) -> Bool {
    guard case .bool(let flag) = value else { throw wanted("true or false") }
    return flag
  }

  public func integer() throws(JSONShapeError) -> Int {
    guard case .integer(let whole) = value else { throw wanted("a whole number") }
    return Int(whole)
  }

  /// A whole array of whole numbers at once: long arrays would otherwise pay for a path an element.
  public func integers() throws(JSONShapeError) -> [Int] {
    guard case .array(let elements) = value else { throw wanted("an array") }
    var numbers: [Int] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      guard case .integer(let whole) = element else {
        throw error("expected only whole numbers, found \(element.kind)")
      }
      numbers.append(Int(whole))
    }
    return numbers
  }

  /// The same for numbers, of which any may be null.
  public func figures() throws(JSONShapeError) -> [Double?] {
    guard case .array(let elements) = value else { throw wanted("an array") }
    var figures: [Double?] = []
    figures.reserveCapacity(elements.count)
    for element in elements { figures.append(try JSONField(element, path: path).figure()) }
    return figures
  }

  public func double() throws(JSONShapeError) -> Double {
    switch value {
    case .integer(let whole): return Double(whole)
    case .number(let number): return number
    default: throw wanted("a number")
    }
  }

  /// A number, or nil where it is null.
  public func figure() throws(JSONShapeError) -> Double? {
    value == .null ? nil : try double()
  }

  /// The counterpart of `JSONValue(whole:)`.
  public func whole() throws(JSONShapeError) -> UInt128 {
    if case .integer(let whole) = value, let natural = UInt128(exactly: whole) { return natural }
    if case .string(let digits) = value, let natural = UInt128(digits) { return natural }
    throw wanted("a whole number from 0")
  }

  /// A value of an enumeration that is written as its raw string.
  public func word<Word: RawRepresentable & CaseIterable>(
    _: Word.Type
  ) throws(JSONShapeError) -> Word where Word.RawValue == String {
    let text = try string()
    guard let word = Word(rawValue: text) else {
      let all = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("\"\(text)\" is none of: \(all)")
    }
    return word
  }

  private func wanted(_ expected: String) -> JSONShapeError {
    error("expected \(expected), found \(value.kind)")
  }

  private func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
