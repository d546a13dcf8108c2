// A sentence with names in it. Names come from users and are set apart in HTML; plain text and
// Markdown have their own ways. Figures in it come from HumanUnits and need nothing.

public struct Sentence: Equatable, Sendable, ExpressibleByStringInterpolation {
  enum Piece: Equatable, Sendable {
    case words(String)
    case name(String)
    /// A metric or an expectation, as one would type it.
    case code(String)
  }

  var pieces: [Piece] = []

  public init(stringLiteral value: String) { pieces = [.words(value)] }
  public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }
  init(_ pieces: [Piece]) { self.pieces = pieces }

  public struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [Piece] = []
    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) { pieces.append(.words(literal)) }
    public mutating func appendInterpolation(_ words: String) { pieces.append(.words(words)) }
    public mutating func appendInterpolation(_ sentence: Sentence) { pieces += sentence.pieces }
    public mutating func appendInterpolation(name: String) { pieces.append(.name(name)) }
    public mutating func appendInterpolation(code: String) { pieces.append(.code(code)) }
  }

  public var plain: String {
    pieces.map { piece in
      switch piece {
      case .words(let text), .name(let text), .code(let text): text
      }
    }.joined()
  }

  var html: String {
    pieces.map { piece in
      switch piece {
      case .words(let text): Markup.text(unitsKept(text))
      // A sentence with a name of 300 characters in it is none any more.
      case .name(let text): "<b>\(Markup.name(Markup.clipped(text, to: 60)))</b>"
      case .code(let text): "<code>\(Markup.name(text))</code>"
      }
    }.joined()
  }

  /// A figure and its unit stay on one line.
  private func unitsKept(_ text: String) -> String {
    let units = ["%", "s", "ms", "\u{B5}s", "min", "h", "B", "KiB", "MiB", "GiB", "TiB"]
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    var kept = ""
    for (place, word) in words.enumerated() {
      let isUnit = units.contains { word == $0 || word.dropLast() == $0 }
      let follows = place > 0 && (words[place - 1].last?.isNumber ?? false)
      kept += place == 0 ? "" : isUnit && follows ? "\u{A0}" : " "
      kept += word
    }
    return kept
  }

  /// `a`, `a and b`, `a, b and c`; past `most` the rest is counted.
  static func list(_ parts: [Sentence], most: Int = 3) -> Sentence {
    var shown = Array(parts.prefix(parts.count > most ? most - 1 : most))
    if parts.count > shown.count { shown.append("\(String(parts.count - shown.count)) more") }
    var pieces: [Piece] = []
    for (place, part) in shown.enumerated() {
      if place > 0 { pieces.append(.words(place == shown.count - 1 ? " and " : ", ")) }
      pieces += part.pieces
    }
    return Sentence(pieces)
  }
}
