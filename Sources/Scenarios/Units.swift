// Numbers with units, as people write them in a scenario: 5k, 4/s, 1m30s, 32GiB, 60%. Durations,
// rates, sizes and shares always carry their unit, because a bare 20 has been seconds to one reader
// and milliseconds to another.

/// What is wrong with a value, and at which of its characters.
struct Flaw: Error {
  var offset: Int
  var reason: String
}

/// A part of a scalar; its indices are offsets into the whole, which makes columns of flaws.
typealias Piece = ArraySlice<Unicode.Scalar>

extension Piece {
  init(_ text: String) { self = Array(text.unicodeScalars)[...] }

  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }

  var trimmed: Piece {
    var piece = self
    while let first = piece.first, first == " " || first == "\t" { piece.removeFirst() }
    while let last = piece.last, last == " " || last == "\t" { piece.removeLast() }
    return piece
  }
}

enum Units {
  typealias Unit = (name: String, factor: Double)

  static let counts: [Unit] = [("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9)]
  /// In nanoseconds, from long to short: the order in which a compound like 1m30s must be written.
  static let durations: [Unit] = [
    ("d", 86_400e9), ("h", 3_600e9), ("m", 60e9), ("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1),
  ]
  static let sizes: [Unit] = [
    ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3),
    ("B", 1),
  ]
  static let rates: [Unit] = [("/s", 1), ("/m", 60), ("/h", 3600)]
  /// 28 years: a tenth of the largest `Interval`, so that sums stay inside.
  static let longestSeconds = 9e8

  static func count(_ piece: Piece) throws(Flaw) -> Double {
    let (number, rest) = try leading(piece, example: "300, 5k or 1M")
    let unit = rest.text
    guard let factor = counts.first(where: { $0.name == unit })?.factor else {
      throw Flaw(
        offset: rest.startIndex, reason: "a count has no unit \(quoted(unit)): write 300, 5k or 1M")
    }
    return number * factor
  }

  static func number(_ piece: Piece) throws(Flaw) -> Double {
    let (number, rest) = try leading(piece, example: "1.25")
    guard rest.isEmpty else {
      throw Flaw(
        offset: rest.startIndex, reason: "a plain number is wanted, without \(quoted(rest.text))")
    }
    return number
  }

  static func share(_ piece: Piece) throws(Flaw) -> Double {
    let (number, rest) = try leading(piece, example: "5%")
    guard rest.text == "%" else {
      throw Flaw(
        offset: rest.startIndex,
        reason: rest.isEmpty
          ? "a share needs its %: write \(Text.number(number * 100))% or \(Text.number(number))%"
          : "a share is written in %, not in \(quoted(rest.text))")
    }
    return number / 100
  }

  /// Seconds.
  static func duration(_ piece: Piece) throws(Flaw) -> Double {
    var rest = piece.trimmed
    var total = 0.0
    var finest = -1
    repeat {
      let (number, after) = try leading(rest, example: "20s or 1m30s")
      let letters = after.prefix(while: { isLetter($0) || $0 == "µ" })
      let name = letters.text == "µs" ? "us" : letters.text
      guard let rank = durations.firstIndex(where: { $0.name == name }) else {
        throw Flaw(offset: after.startIndex, reason: unitReason(name, number: number))
      }
      guard rank > finest else {
        throw Flaw(
          offset: rest.startIndex, reason: "write long units before short ones, each once: 1m30s")
      }
      finest = rank
      // One rounding only, so that 0.105s and 105ms are the same number.
      let factor = durations[rank].factor
      total += factor >= 1e9 ? number * (factor / 1e9) : number / (1e9 / factor)
      rest = after.dropFirst(letters.count)
    } while !rest.isEmpty
    guard total <= longestSeconds else {
      throw Flaw(offset: piece.startIndex, reason: "longer than 28 years")
    }
    return total
  }

  /// Bytes.
  static func size(_ piece: Piece) throws(Flaw) -> Double {
    let (number, rest) = try leading(piece, example: "600B or 32GiB")
    let name = rest.text
    guard let factor = sizes.first(where: { $0.name == name })?.factor else {
      throw Flaw(
        offset: rest.startIndex,
        reason: (name.isEmpty ? "a size needs a unit" : "a size has no unit \(quoted(name))")
          + ": B KB MB GB KiB MiB GiB")
    }
    return number * factor
  }

  /// A second.
  static func rate(_ piece: Piece) throws(Flaw) -> Double {
    let (number, rest) = try leading(piece, example: "4/s")
    var unit = rest
    var factor = 1.0
    if let prefix = unit.first, let scale = counts.first(where: { $0.name == String(prefix) }) {
      factor = scale.factor
      unit = unit.dropFirst()
    }
    guard let per = rates.first(where: { $0.name == unit.text })?.factor else {
      throw Flaw(
        offset: rest.startIndex,
        reason: unit.isEmpty
          ? "a rate needs its unit: 4/s, 240/m or 10k/h"
          : "a rate is a second, minute or hour (/s /m /h), not \(quoted(unit.text))")
    }
    return number * factor / per
  }

  /// The number that a piece begins with, and what follows it (without spaces between).
  private static func leading(_ piece: Piece, example: String) throws(Flaw) -> (Double, Piece) {
    let piece = piece.trimmed
    var rest = piece
    var digits = ""
    if rest.first == "-" || rest.first == "+" { digits.unicodeScalars.append(rest.removeFirst()) }
    var whole = 0
    var dots = 0
    while let scalar = rest.first, isDigit(scalar) || scalar == "." || (scalar == "_" && whole > 0)
    {
      if scalar == "." { dots += 1 }
      if scalar != "_" { digits.unicodeScalars.append(scalar) }
      if isDigit(scalar) { whole += 1 }
      rest = rest.dropFirst()
    }
    if rest.first == "e" || rest.first == "E" {
      var power = rest.dropFirst()
      var sign = ""
      if let s = power.first, s == "-" || s == "+" {
        sign.unicodeScalars.append(s)
        power = power.dropFirst()
      }
      let exponent = power.prefix(while: isDigit)
      if !exponent.isEmpty, exponent.count <= 3 {
        digits += "e" + sign + exponent.text
        rest = power.dropFirst(exponent.count)
      }
    }
    guard whole > 0, whole <= 40, dots <= 1, let number = Double(digits), number.isFinite else {
      throw Flaw(
        offset: piece.startIndex,
        reason: "\(quoted(piece.text)) is not a number: write for example \(example)")
    }
    guard number >= 0, digits.first != "-" else {
      throw Flaw(offset: piece.startIndex, reason: "negative values are not used here")
    }
    return (number, rest.trimmed)
  }

  private static func unitReason(_ name: String, number: Double) -> String {
    name.isEmpty
      ? "a duration needs a unit: \(Text.number(number))s, \(Text.number(number))ms, "
        + "\(Text.number(number))m …"
      : "a duration has no unit \(quoted(name)): ns us ms s m h d"
  }

  static func quoted(_ text: String) -> String { "\"\(Spelling.clipped(text))\"" }
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
  }
}
