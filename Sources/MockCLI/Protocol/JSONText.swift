// Small pieces of JSON as bytes: strings with their escapes, values cut out of a request. What a
// request carries in JSON is passed on as it was written; only what the mock itself says is escaped
// here.
internal import Basics
internal import Wire

extension ByteBuffer {
  /// A string with its quotes.
  mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    append(escaped: text)
    append(UInt8(ascii: "\""))
  }

  /// A string's content.
  mutating func append(escaped text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        append(byte < 0x10 ? "\\u000" : "\\u00")
        append(String(byte, radix: 16))
      default: append(byte)
      }
    }
  }
}

enum JSONText {
  /// The value as a Swift string, where it is a string.
  static func string(_ value: [UInt8]) -> String? {
    guard case .string(let text)? = parse(value) else { return nil }
    return text
  }

  /// Broken UTF-8 becomes U+FFFD, as JavaScript has it.
  static func parse(_ value: [UInt8]) -> JSONValue? {
    do throws(JSONError) { return try JSONValue(parsing: value) } catch {}
    let mended = Array(String(decoding: value, as: UTF8.self).utf8)
    if mended == value { return nil }
    do throws(JSONError) { return try JSONValue(parsing: mended) } catch { return nil }
  }

  /// The content of a JSON string without its quotes, escapes and all; nil for other values.
  static func content(_ value: [UInt8]) -> [UInt8]? {
    guard value.first == UInt8(ascii: "\"") else { return nil }
    return Array(value.dropFirst().dropLast())
  }

  /// The member of an object, as it is written.
  static func member(_ name: StaticString, of object: [UInt8]) -> [UInt8]? {
    let text = object.span
    var found: Range<Int>?
    let start = JSONScan.skipSpace(text, from: 0)
    _ = JSONScan.members(ofObjectAt: start, in: text) { key, value in
      if JSONScan.matches(text, key, name) { found = value }
    }
    return found.map { Array(object[$0]) }
  }

  /// A text as the content of a JSON string.
  static func escaped(_ text: String) -> [UInt8] {
    var buffer = ByteBuffer(capacity: text.utf8.count)
    buffer.append(escaped: text)
    return buffer.array
  }

  static func isTrue(_ value: [UInt8]?) -> Bool { value == Array("true".utf8) }
}
