// Lets `lognormal(median: 1.2s, sigma: 0.5)` stand unquoted. To YAML the comma and the colon in it
// are structure, so both are swapped for private characters before libyaml sees the text and
// swapped back in what it returns. One character for one keeps every column. Only text between the
// brackets of `word(…)` on one line is touched.

package enum YAMLCalls {
  /// U+E000 and U+E001, the first two of the private use area: no text has a meaning for them.
  private static let comma: [UInt8] = [0xEE, 0x80, 0x80]
  private static let colon: [UInt8] = [0xEE, 0x80, 0x81]

  package static func shield(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 64)
    var index = 0
    var afterWord = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "("), afterWord, let end = closing(bytes, after: index) {
        for inner in bytes[index...end] {
          switch inner {
          case UInt8(ascii: ","): text += comma
          case UInt8(ascii: ":"): text += colon
          default: text.append(inner)
          }
        }
        index = end + 1
        afterWord = false
        continue
      }
      text.append(byte)
      afterWord = isWord(byte)
      index += 1
    }
    return text
  }

  package static func unshield(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == "\u{E000}" || $0 == "\u{E001}" }) else {
      return text
    }
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      plain.append(scalar == "\u{E000}" ? "," : scalar == "\u{E001}" ? ":" : scalar)
    }
    return String(plain)
  }

  /// Line and column of a byte, for errors that libyaml reports by offset (bad UTF-8, control
  /// characters). The offset is one into the shielded text, so that is what is counted; it has the
  /// same lines and columns.
  package static func place(ofByte offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    let shielded = shield(bytes)
    var line = 1
    var column = 1
    for byte in shielded.prefix(max(0, offset)) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }

  /// The bracket that closes a call on the same line. A second opening one means that this is not a
  /// call of ours.
  private static func closing(_ bytes: [UInt8], after start: Int) -> Int? {
    var index = start + 1
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: ")"): return index
      case UInt8(ascii: "("), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\""),
        UInt8(ascii: "'"):
        return nil
      default: index += 1
      }
    }
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
