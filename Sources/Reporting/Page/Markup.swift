// Text that becomes HTML or SVG. Everything that came from outside (names, reasons, settings) goes
// through `text`, and through nothing else; what is written here as literal is ours.
internal import Basics

struct Markup {
  private(set) var html = ""

  mutating func add(_ piece: String) { html += piece }

  /// One piece a line, so that a page can be read and compared.
  mutating func line(_ piece: String) {
    html += piece
    html += "\n"
  }

  /// For element content. Control characters have no place in a document; the marks that turn the
  /// direction of text are shown as such, or a name could rearrange the line it stands in.
  static func text(_ raw: String) -> String {
    var out = ""
    out.reserveCapacity(raw.utf8.count)
    for scalar in raw.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\n", "\t": out += " "
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}": out += "\u{FFFD}"
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{FFFE}",
        "\u{FFFF}":
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// A name in a sentence or a cell: isolated, so that right-to-left text stays in its place.
  static func name(_ raw: String) -> String { "<bdi>\(text(raw))</bdi>" }

  /// For pictures, where nothing wraps.
  static func clipped(_ raw: String, to length: Int) -> String {
    raw.count > length ? String(raw.prefix(length - 1)) + "\u{2026}" : raw
  }

  /// JSON inside of a script element: nothing in it may end the element, or turn the direction of
  /// the text that the script makes of it.
  static func embedded(_ json: String) -> String {
    var out = ""
    out.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<": out += "\\u003c"
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}",
        "\u{7F}"..<"\u{A0}":
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

/// Coordinates with a tenth of a pixel, which is all a screen shows.
func short(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let tenths = Int(floorOf(value * 10 + 0.5))
  let whole = abs(tenths) / 10
  let rest = abs(tenths) % 10
  return (tenths < 0 ? "-" : "") + String(whole) + (rest == 0 ? "" : ".\(rest)")
}

extension Markup {
  /// A metric's or a key's name, which may be broken after its dots and underscores and nowhere
  /// else.
  static func code(_ name: String) -> String {
    let broken = text(name).map { character in
      character == "." || character == "_" ? "\(character)<wbr>" : String(character)
    }
    return "<code>\(broken.joined())</code>"
  }

  /// The beginning of every table: too wide for a telephone, it scrolls by itself, by keyboard too.
  static let table = "<div class=\"scroll\" tabindex=\"0\"><table>"

  /// Part of an id: letters, digits and dashes.
  static func anchor(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}
