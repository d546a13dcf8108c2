// Finds its way in JSON text without building values: where a value ends, where the members of an
// object stand. A message is looked at once and copied nowhere. The text is checked by RFC 8259 on
// the way, so whoever gets a range has a well-formed value; only the depth is bounded, and UTF-8 is
// not looked at.
internal import Basics

public enum JSONScan {
  /// As deep as `JSONValue` reads.
  public static let depthLimit = 200

  /// The place of the first byte that is not white space.
  @inlinable public static func skipSpace(_ text: Span<UInt8>, from start: Int) -> Int {
    var place = start
    while place < text.count {
      let byte = text[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      place &+= 1
    }
    return place
  }

  /// The place behind the value that begins at `start`; nil where there is no well-formed value.
  public static func end(ofValueAt start: Int, in text: Span<UInt8>, depth: Int = 0) -> Int? {
    guard start < text.count, depth <= depthLimit else { return nil }
    switch text[start] {
    case UInt8(ascii: "\""): return endOfString(at: start, in: text)
    case UInt8(ascii: "{"):
      return endOfObject(at: start, in: text, depth: depth) { _, _ in }
    case UInt8(ascii: "["): return endOfArray(at: start, in: text, depth: depth)
    case UInt8(ascii: "t"): return endOfWord("true", at: start, in: text)
    case UInt8(ascii: "f"): return endOfWord("false", at: start, in: text)
    case UInt8(ascii: "n"): return endOfWord("null", at: start, in: text)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return endOfNumber(at: start, in: text)
    default: return nil
    }
  }

  /// Hands every member of an object to `visit`: the key without its quotes, the value whole. Keys
  /// come as they are written, escapes and all. Returns the place behind the object.
  public static func members(
    ofObjectAt start: Int, in text: Span<UInt8>, _ visit: (Range<Int>, Range<Int>) -> Void
  ) -> Int? {
    guard start < text.count, text[start] == UInt8(ascii: "{") else { return nil }
    return endOfObject(at: start, in: text, depth: 0, visit)
  }

  private static func endOfObject(
    at start: Int, in text: Span<UInt8>, depth: Int, _ visit: (Range<Int>, Range<Int>) -> Void
  ) -> Int? {
    var place = skipSpace(text, from: start + 1)
    if place < text.count && text[place] == UInt8(ascii: "}") { return place + 1 }
    while true {
      guard place < text.count, text[place] == UInt8(ascii: "\""),
        let endOfKey = endOfString(at: place, in: text)
      else { return nil }
      let key = place + 1..<endOfKey - 1
      place = skipSpace(text, from: endOfKey)
      guard place < text.count, text[place] == UInt8(ascii: ":") else { return nil }
      place = skipSpace(text, from: place + 1)
      guard let endOfValue = end(ofValueAt: place, in: text, depth: depth + 1) else { return nil }
      visit(key, place..<endOfValue)
      place = skipSpace(text, from: endOfValue)
      guard place < text.count else { return nil }
      if text[place] == UInt8(ascii: "}") { return place + 1 }
      guard text[place] == UInt8(ascii: ",") else { return nil }
      place = skipSpace(text, from: place + 1)
    }
  }

  /// Hands every element of an array to `visit`. Returns the place behind the array.
  public static func elements(
    ofArrayAt start: Int, in text: Span<UInt8>, _ visit: (Range<Int>) -> Void
  ) -> Int? {
    guard start < text.count, text[start] == UInt8(ascii: "[") else { return nil }
    return endOfArray(at: start, in: text, depth: 0, visit)
  }

  private static func endOfArray(
    at start: Int, in text: Span<UInt8>, depth: Int, _ visit: (Range<Int>) -> Void = { _ in }
  ) -> Int? {
    var place = skipSpace(text, from: start + 1)
    if place < text.count && text[place] == UInt8(ascii: "]") { return place + 1 }
    while true {
      guard let end = end(ofValueAt: place, in: text, depth: depth + 1) else { return nil }
      visit(place..<end)
      place = skipSpace(text, from: end)
      guard place < text.count else { return nil }
      if text[place] == UInt8(ascii: "]") { return place + 1 }
      guard text[place] == UInt8(ascii: ",") else { return nil }
      place = skipSpace(text, from: place + 1)
    }
  }

  private static func endOfString(at start: Int, in text: Span<UInt8>) -> Int? {
    var place = start &+ 1
    let count = text.count
    while place < count {
      let byte = text[place]
      place &+= 1
      if byte == UInt8(ascii: "\"") { return place }
      if byte < 0x20 { return nil }
      if byte == UInt8(ascii: "\\") {
        guard place < count else { return nil }
        switch text[place] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
          UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
          place &+= 1
        case UInt8(ascii: "u"):
          guard place + 4 < count else { return nil }
          for digit in place + 1...place + 4 where !isHexadecimal(text[digit]) { return nil }
          place &+= 5
        default: return nil
        }
      }
    }
    return nil
  }

  private static func endOfNumber(at start: Int, in text: Span<UInt8>) -> Int? {
    var place = start
    if text[place] == UInt8(ascii: "-") { place += 1 }
    guard place < text.count, isDigit(text[place]) else { return nil }
    if text[place] == UInt8(ascii: "0") {
      place += 1
    } else {
      place = endOfDigits(text, from: place)
    }
    if place < text.count && text[place] == UInt8(ascii: ".") {
      let end = endOfDigits(text, from: place + 1)
      guard end > place + 1 else { return nil }
      place = end
    }
    if place < text.count && (text[place] | 0x20) == UInt8(ascii: "e") {
      var digits = place + 1
      if digits < text.count,
        text[digits] == UInt8(ascii: "+") || text[digits] == UInt8(ascii: "-")
      {
        digits += 1
      }
      place = endOfDigits(text, from: digits)
      guard place > digits else { return nil }
    }
    return place
  }

  private static func endOfDigits(_ text: Span<UInt8>, from start: Int) -> Int {
    var place = start
    while place < text.count && isDigit(text[place]) { place += 1 }
    return place
  }

  private static func endOfWord(
    _ word: StaticString, at start: Int, in text: Span<UInt8>
  ) -> Int? {
    matches(text, start..<min(text.count, start + word.utf8CodeUnitCount), word)
      ? start + word.utf8CodeUnitCount : nil
  }

  /// Whether the bytes of a range are exactly the word.
  @inline(__always) public static func matches(
    _ text: Span<UInt8>, _ range: Range<Int>, _ word: StaticString
  ) -> Bool {
    text.spells(word, in: range)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 0x20) &- 97 < 6
  }
}
