// Text to JSON values, strictly by RFC 8259: no comments, no trailing commas, no member twice,
// nothing after the value. The input may be anything at all; the worst it can do is earn a
// `JSONError` that says where. Depth is bounded, because the reader is recursive and a file must
// not choose how much stack we use.

extension JSONValue {
  /// Deeper than any document of ours by a factor of twenty, and well within the stack of a thread.
  public static let depthLimit = 200

  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }

  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    if at < bytes.count { throw error(.trailingText) }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    guard at < bytes.count else { throw error(.endedEarly) }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error(.unexpected(expected: "a value"))
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    let start = at
    try enter()
    var members: [JSONMember] = []
    if !take("}") {
      repeat {
        skipSpace()
        guard at < bytes.count else { throw error(.endedEarly) }
        guard bytes[at] == UInt8(ascii: "\"") else {
          throw error(.unexpected(expected: "the name of a member in quotes"))
        }
        let key = try string()
        guard take(":") else { throw error(missing: "a colon") }
        members.append(JSONMember(key, try value()))
      } while take(",")
      guard take("}") else { throw error(missing: "a comma or a closing brace") }
    }
    if let key = repeatedKey(of: members) { throw error(.repeatedKey(key), at: start) }
    depth -= 1
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    if !take("]") {
      repeat { elements.append(try value()) } while take(",")
      guard take("]") else { throw error(missing: "a comma or a closing bracket") }
    }
    depth -= 1
    return .array(elements)
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > JSONValue.depthLimit { throw error(.tooDeep(limit: JSONValue.depthLimit)) }
    at += 1
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let wholeDigits = digits()
    guard wholeDigits > 0, wholeDigits == 1 || bytes[at - wholeDigits] != UInt8(ascii: "0") else {
      throw error(.malformedNumber, at: start)
    }
    var isWhole = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isWhole = false
      at += 1
      guard digits() > 0 else { throw error(.malformedNumber, at: start) }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
        at += 1
      }
      guard digits() > 0 else { throw error(.malformedNumber, at: start) }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    // "-0" is a number: an integer would lose its sign.
    if isWhole, text != "-0", let whole = Int64(text) { return .integer(whole) }
    guard let number = Double(text) else { throw error(.malformedNumber, at: start) }
    guard number.isFinite else { throw error(.numberTooLarge, at: start) }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    return at - start
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func string() throws(JSONError) -> String {
    let start = at
    at += 1
    var content: [UInt8] = []
    while true {
      let plain = at
      while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""),
        bytes[at] != UInt8(ascii: "\\")
      { at += 1 }
      content.append(contentsOf: bytes[plain..<at])
      guard at < bytes.count else { throw error(.endedEarly) }
      if bytes[at] < 0x20 { throw error(.controlCharacter) }
      at += 1
      if bytes[at - 1] == UInt8(ascii: "\"") { break }
      content.append(contentsOf: try escape())
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw error(.malformedUTF8, at: start)
    }
    return text
  }

  /// The bytes that the escape after a backslash stands for.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = at - 1
    guard at < bytes.count else { throw error(.endedEarly) }
    at += 1
    switch bytes[at - 1] {
    case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
    case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
    case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw error(.malformedEscape, at: start)
    }
    var code = try fourHexDigits(escapeStart: start)
    // A scalar beyond the first plane comes as two escapes, high surrogate first.
    if (0xD800..<0xDC00).contains(code), at + 1 < bytes.count,
      bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
    {
      at += 2
      let low = try fourHexDigits(escapeStart: start)
      guard (0xDC00..<0xE000).contains(low) else { throw error(.malformedEscape, at: start) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error(.malformedEscape, at: start) }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func fourHexDigits(escapeStart: Int) throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard at < bytes.count else { throw error(.endedEarly) }
      guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
        throw error(.malformedEscape, at: escapeStart)
      }
      code = code << 4 + UInt32(digit)
      at += 1
    }
    return code
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let start = at
    for byte in word.utf8 {
      guard at < bytes.count else { throw error(.endedEarly) }
      guard bytes[at] == byte else { throw error(.unexpected(expected: word), at: start) }
      at += 1
    }
    return value
  }

  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      at += 1
    }
  }

  private func error(missing expected: String) -> JSONError {
    at < bytes.count ? error(.unexpected(expected: expected)) : error(.endedEarly)
  }

  private func error(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
    let offset = place ?? at
    var line = 1
    var column = 1
    for byte in bytes[..<offset] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(reason: reason, offset: offset, line: line, column: column)
  }
}
