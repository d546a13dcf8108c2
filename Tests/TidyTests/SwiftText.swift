// Blanks comments and string literals out of Swift source, so that a rule about code is not set off
// by a sentence about it. Knows nested comments, raw and multi-line strings and interpolation,
// whose inside is code again; not regex literals, which this project does not use.

struct SwiftText {
  private enum Mode {
    case code
    /// Code inside `\( … )`, with the count of parentheses that are open in it.
    case interpolation(open: Int)
    case string(hashes: Int, isMultiline: Bool)
  }

  private let bytes: [UInt8]
  private var place = 0
  private var result: [UInt8] = []
  private var modes: [Mode] = [.code]

  /// The same text with blanks for what is not code; lines keep their numbers and columns.
  static func code(of text: String) -> String {
    var scanner = SwiftText(bytes: Array(text.utf8))
    scanner.scan()
    return String(decoding: scanner.result, as: UTF8.self)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func scan() {
    while place < bytes.count {
      switch modes[modes.count - 1] {
      case .code, .interpolation: scanCode()
      case .string(let hashes, let isMultiline): scanString(hashes, isMultiline)
      }
    }
  }

  private mutating func scanCode() {
    if starts("//") {
      while place < bytes.count && bytes[place] != newline { blank(1) }
    } else if starts("/*") {
      skipComment()
    } else if let hashes = openingHashes() {
      blank(hashes)
      let isMultiline = starts("\"\"\"")
      keep(isMultiline ? 3 : 1)
      modes.append(.string(hashes: hashes, isMultiline: isMultiline))
    } else {
      followParentheses()
    }
  }

  private mutating func followParentheses() {
    if case .interpolation(let open) = modes[modes.count - 1] {
      if starts("(") { modes[modes.count - 1] = .interpolation(open: open + 1) }
      if starts(")") {
        if open == 0 {
          modes.removeLast()
        } else {
          modes[modes.count - 1] = .interpolation(open: open - 1)
        }
      }
    }
    keep(1)
  }

  private mutating func scanString(_ hashes: Int, _ isMultiline: Bool) {
    let fence = String(repeating: "#", count: hashes)
    if starts((isMultiline ? "\"\"\"" : "\"") + fence) {
      keep(isMultiline ? 3 : 1)
      blank(hashes)
      modes.removeLast()
    } else if starts("\\" + fence + "(") {
      blank(2 + hashes)
      modes.append(.interpolation(open: 0))
    } else if starts("\\" + fence) {
      // The escaped character too: it may be a quote.
      blank(2 + hashes)
    } else if bytes[place] == newline && !isMultiline {
      // Not Swift; ending the literal here keeps one bad line from hiding the rest of a file.
      modes.removeLast()
    } else {
      blank(1)
    }
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        blank(2)
      } else if starts("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && place < bytes.count
  }

  /// How many `#` stand before a quote here; nil when no string begins.
  private func openingHashes() -> Int? {
    var end = place
    while end < bytes.count && bytes[end] == UInt8(ascii: "#") { end += 1 }
    return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - place : nil
  }

  private func starts(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func keep(_ count: Int) {
    let end = min(bytes.count, place + count)
    result += bytes[place..<end]
    place = end
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where place < bytes.count {
      result.append(bytes[place] == newline ? newline : UInt8(ascii: " "))
      place += 1
    }
  }
}

private let newline = UInt8(ascii: "\n")
