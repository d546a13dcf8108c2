// Texts as JSON strings, appended to what is being written. Only what JSON demands is escaped.
package import Basics

extension ByteBuffer {
  /// A string with its quotes.
  package mutating func append(json text: String) {
    append(UInt8(ascii: "\""))
    append(jsonContent: text)
    append(UInt8(ascii: "\""))
  }

  /// What stands between the quotes.
  package mutating func append(jsonContent text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        append("\\u00")
        append(hexadecimal: UInt64(byte), digits: 2)
      default: append(byte)
      }
    }
  }
}
