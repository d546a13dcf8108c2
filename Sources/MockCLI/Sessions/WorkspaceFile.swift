// workspace.yaml: what a session is called and where it works. Written as the real CLI's YAML
// library writes it, and read back as far as that goes: one level of keys, scalars of four styles.
internal import Basics

package struct WorkspaceFile {
  package var id = ""
  package var workingDirectory = ""
  package var name: String?
  package var summaries = 0
  package var createdAt = ""
  package var updatedAt = ""

  // MARK: writing

  package var text: String {
    var text = "id: \(YAMLScalar.text(id))\ncwd: \(YAMLScalar.text(workingDirectory))\n"
    if let name { text += "name: \(YAMLScalar.text(name))\n" }
    text += "client_name: sdk\nuser_named: false\nsummary_count: \(summaries)\n"
    return text + "created_at: \(createdAt)\nupdated_at: \(updatedAt)\n"
  }

  // MARK: reading

  package init() {}

  package init(reading text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var place = 0
    while place < lines.count {
      let line = lines[place]
      place += 1
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") else { continue }
      var rest: [Substring] = []
      while place < lines.count, lines[place].isEmpty || lines[place].hasPrefix(" ") {
        rest.append(lines[place])
        place += 1
      }
      let first = line[line.index(after: colon)...].drop { $0 == " " }
      set(String(line[..<colon]), YAMLScalar.value(first, rest))
    }
  }

  private mutating func set(_ key: String, _ value: String) {
    switch key {
    case "id": id = value
    case "cwd": workingDirectory = value
    case "name": name = value
    case "summary_count": summaries = Int(value) ?? 0
    case "created_at": createdAt = value
    case "updated_at": updatedAt = value
    default: break
    }
  }
}

/// One scalar of a YAML map.
package enum YAMLScalar {
  package static func text(_ value: String) -> String {
    let scalars = value.unicodeScalars
    let hasControls = scalars.contains {
      $0.value < 32 && $0 != "\n" && $0 != "\t" || $0 == "\u{7F}"
    }
    if hasControls || value.isEmpty { return doubleQuoted(value) }
    if value.contains("\n") {
      return value.hasSuffix("\n") || value.hasPrefix(" ")
        ? doubleQuoted(value)
        : "|-\n"
          + value.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
    }
    if isPlain(value) { return value }
    if value.contains("\"") && !value.contains("'") { return "'\(value)'" }
    return doubleQuoted(value)
  }

  private static func isPlain(_ value: String) -> Bool {
    guard let first = value.first, let last = value.last else { return false }
    if " ,[]{}#&*!|>'\"%@`\t".contains(first) || last == " " || last == ":" { return false }
    if value.contains(": ") || value.contains(" #") { return false }
    if first == "-" || first == "?", value.count == 1 || value.dropFirst().first == " " {
      return false
    }
    // What YAML would read as another kind of value than text.
    let words = ["true", "false", "null", "~", "True", "False", "Null", "TRUE", "FALSE", "NULL"]
    return !words.contains(value) && !isNumber(value)
  }

  private static func isNumber(_ value: String) -> Bool {
    let body = value.hasPrefix("-") || value.hasPrefix("+") ? value.dropFirst() : value[...]
    if body == ".inf" || body == ".nan" { return true }
    if body.hasPrefix("0x") { return UInt64(body.dropFirst(2), radix: 16) != nil }
    if body.hasPrefix("0o") { return UInt64(body.dropFirst(2), radix: 8) != nil }
    guard let first = body.first, first.isNumber || first == "." else { return false }
    return Double(body) != nil || Double("0" + body) != nil
  }

  /// A line feed inside becomes an empty line, as folding has it.
  private static func doubleQuoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\n\n  "
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// The value of a scalar that begins on a line and may go on in those after it.
  static func value(_ first: Substring, _ rest: [Substring]) -> String {
    if first == "|-" || first == "|" {
      return rest.map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : String($0) }
        .joined(separator: "\n").trimmingFeeds
    }
    if first.hasPrefix("'") {
      return first.dropFirst().dropLast().split(separator: "''", omittingEmptySubsequences: false)
        .joined(separator: "'")
    }
    guard first.hasPrefix("\"") else { return String(first) }
    return unquoted(first, rest)
  }

  private static func unquoted(_ first: Substring, _ rest: [Substring]) -> String {
    // An empty line is a line feed; a line that only goes on is a blank.
    var joined = String(first)
    var feeds = 0
    for line in rest {
      let content = line.drop { $0 == " " }
      if content.isEmpty {
        feeds += 1
        continue
      }
      joined += feeds > 0 ? String(repeating: "\\n", count: feeds) : " "
      joined += content
      feeds = 0
    }
    return unescaped(joined.dropFirst().dropLast())
  }

  private static func unescaped(_ text: Substring) -> String {
    var json = "\""
    var isEscaped = false
    for character in text {
      // JSON has all of these escapes but the short hexadecimal one.
      json += isEscaped && character == "x" ? "u00" : String(character)
      isEscaped = character == "\\" && !isEscaped
    }
    return JSONText.string(Array((json + "\"").utf8)) ?? String(text)
  }
}

extension String {
  fileprivate var trimmingFeeds: String {
    var text = self
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}
