// Why a text is no JSON, in the words of V8's `JSON.parse`: a resume of a damaged session carries
// them to the client. Positions count UTF-16 units, as JavaScript does. It only judges; values are
// read elsewhere.

package struct JSONComplaint {
  /// Nil for well-formed JSON.
  package static func about(_ line: [UInt8]) -> String? {
    // Strings are decoded first, so broken UTF-8 becomes U+FFFD and is no mistake.
    var scan = JSONComplaint(units: Array(String(decoding: line, as: UTF8.self).utf16))
    return scan.document()
  }

  private let units: [UInt16]
  private var place = 0

  private init(units: [UInt16]) { self.units = units }

  private mutating func document() -> String? {
    if let problem = value(depth: 0) { return problem }
    skipSpace()
    return place == units.count
      ? nil : positioned("Unexpected non-whitespace character after JSON")
  }

  // MARK: values

  private mutating func value(depth: Int) -> String? {
    skipSpace()
    // Deeper than any event; V8 itself gives up where its stack ends.
    guard depth < 200, let first = current else { return unexpected() }
    switch first {
    case ascii("\""): return string()
    case ascii("{"): return object(depth)
    case ascii("["): return array(depth)
    case ascii("t"): return word("true")
    case ascii("f"): return word("false")
    case ascii("n"): return word("null")
    case ascii("-"), ascii("0")...ascii("9"): return number()
    default: return unexpected()
    }
  }

  private mutating func object(_ depth: Int) -> String? {
    place += 1
    skipSpace()
    if take("}") { return nil }
    guard current == ascii("\"") else { return positioned("Expected property name or '}' in JSON") }
    while true {
      if let problem = string() { return problem }
      skipSpace()
      guard take(":") else { return positioned("Expected ':' after property name in JSON") }
      if let problem = value(depth: depth + 1) { return problem }
      skipSpace()
      if take("}") { return nil }
      guard take(",") else { return positioned("Expected ',' or '}' after property value in JSON") }
      skipSpace()
      guard current == ascii("\"") else {
        return positioned("Expected double-quoted property name in JSON")
      }
    }
  }

  private mutating func array(_ depth: Int) -> String? {
    place += 1
    skipSpace()
    if take("]") { return nil }
    while true {
      if let problem = value(depth: depth + 1) { return problem }
      skipSpace()
      if take("]") { return nil }
      guard take(",") else { return positioned("Expected ',' or ']' after array element in JSON") }
    }
  }

  private mutating func string() -> String? {
    place += 1
    while let unit = current {
      switch unit {
      case ascii("\""):
        place += 1
        return nil
      case 0..<0x20: return positioned("Bad control character in string literal in JSON")
      case ascii("\\"):
        place += 1
        if let problem = escape() { return problem }
      default: place += 1
      }
    }
    return positioned("Unterminated string in JSON")
  }

  private mutating func escape() -> String? {
    guard let kind = current else { return unexpected() }
    switch kind {
    case ascii("\""), ascii("\\"), ascii("/"), ascii("b"), ascii("f"), ascii("n"), ascii("r"),
      ascii("t"):
      place += 1
      return nil
    case ascii("u"):
      place += 1
      for _ in 0..<4 {
        guard let digit = current, isHexadecimal(digit) else {
          return positioned("Bad Unicode escape in JSON")
        }
        place += 1
      }
      return nil
    default: return positioned("Bad escaped character in JSON")
    }
  }

  private mutating func number() -> String? {
    if take("-"), !isDigit(current) {
      return positioned("No number after minus sign in JSON")
    }
    if take("0") {
      if isDigit(current) { return positioned("Unexpected number in JSON") }
    } else {
      skipDigits()
    }
    if take(".") {
      guard isDigit(current) else { return positioned("Unterminated fractional number in JSON") }
      skipDigits()
    }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard isDigit(current) else {
        return positioned("Exponent part is missing a number in JSON")
      }
      skipDigits()
    }
    return nil
  }

  private mutating func word(_ word: String) -> String? {
    for unit in word.utf16 {
      guard current == unit else { return unexpected() }
      place += 1
    }
    return nil
  }

  // MARK: words

  private func positioned(_ text: String) -> String {
    var line = 1
    var start = 0
    for index in 0..<place where units[index] == 0x0A || units[index] == 0x0D {
      // A carriage return before a line feed is the same end of line.
      if units[index] == 0x0D, index + 1 < place, units[index + 1] == 0x0A { continue }
      line += 1
      start = index + 1
    }
    return "SyntaxError: \(text) at position \(place) (line \(line) column \(place - start + 1))"
  }

  /// The complaint about a character that begins nothing, with ten characters of text around it.
  private func unexpected() -> String {
    guard let unit = current else { return "SyntaxError: Unexpected end of JSON input" }
    if unit == ascii("\"") { return positioned("Unexpected string in JSON") }
    if unit == ascii("-") || isDigit(unit) { return positioned("Unexpected number in JSON") }
    let whole = text(0..<units.count)
    if ["NaN", "Infinity", "undefined", "[object Object]"].contains(whole) {
      return "SyntaxError: \"\(whole)\" is not valid JSON"
    }
    let start = "SyntaxError: Unexpected token '\(text(place..<place + 1))', "
    guard units.count > 2 * context else { return start + "\"\(whole)\" is not valid JSON" }
    if place < context {
      return start + "\"\(text(0..<place + context))\"... is not valid JSON"
    }
    if place < units.count - context {
      return start
        + "...\"\(text(place - context..<place + context))\"... is not valid JSON"
    }
    return start + "...\"\(text(place - context..<units.count))\" is not valid JSON"
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: units[range], as: UTF16.self)
  }

  // MARK: characters

  private var current: UInt16? { place < units.count ? units[place] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == ascii(character) else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while let unit = current, unit == 0x20 || unit == 0x0A || unit == 0x0D || unit == 0x09 {
      place += 1
    }
  }

  private mutating func skipDigits() { while isDigit(current) { place += 1 } }

  private func isDigit(_ unit: UInt16?) -> Bool { unit.map { $0 >= 48 && $0 <= 57 } ?? false }

  private func isHexadecimal(_ unit: UInt16) -> Bool {
    isDigit(unit) || unit < 0x80 && (unit | 0x20) >= 97 && (unit | 0x20) <= 102
  }
}

/// V8 shows so many characters on either side.
private let context = 10

private func ascii(_ scalar: Unicode.Scalar) -> UInt16 { UInt16(scalar.value) }
