// How one kind of value is read from a node and written back to text, with its `Shape` for the
// schema and the docs. A key is a path, a syntax and a place in the draft; nothing else in the
// module parses a value.
internal import Basics

/// What a value may look like: the source of the JSON Schema, of the table in the docs and of the
/// words in complaints.
package indirect enum Shape: Sendable, Hashable {
  case count(least: Int, most: Int)
  case number(least: Double, most: Double)
  case share(least: Double, most: Double)
  case duration(least: String, most: String)
  case size, rate, flag, text
  case words([String])
  case distribution(Measure)
  /// `name` or `name(argument)`.
  case call(String, String?)
  case either([Shape])
  case list(Shape)
  case record([RecordField])
}

package struct RecordField: Sendable, Hashable {
  package var name: String
  package var shape: Shape
  package var required: Bool
  package var help: String
}

/// What the reading of one value may need: its key, the place for complaints, files.
struct Reading {
  var source: String
  var key = ""
  var complaints = ComplaintList()
  let files: (String) -> Result<[UInt8], FileProblem>
  let expectation: (String) -> (column: Int, reason: String)?

  mutating func complain(
    _ node: YAMLNode, offset: Int = 0, severity: Complaint.Severity = .error, _ reason: String
  ) {
    let place = Position(file: source, line: node.line, column: node.column(at: offset))
    complaints.append(Complaint(position: place, severity: severity, key: key, reason: reason))
  }
}

struct Syntax<Value: Sendable>: Sendable {
  let shape: Shape
  /// nil after a complaint.
  let read: @Sendable (YAMLNode, inout Reading) -> Value?
  let show: @Sendable (Value) -> String

  init(
    _ shape: Shape, read: @escaping @Sendable (YAMLNode, inout Reading) -> Value?,
    show: @escaping @Sendable (Value) -> String
  ) {
    self.shape = shape
    self.read = read
    self.show = show
  }

  /// A value that stands in one scalar.
  init(
    _ shape: Shape, show: @escaping @Sendable (Value) -> String,
    scalar: @escaping @Sendable (Piece) throws(Flaw) -> Value
  ) {
    self.init(
      shape,
      read: { node, reading in
        guard let piece = reading.scalar(node, wanted: shape) else { return nil }
        do throws(Flaw) {
          return try scalar(piece)
        } catch {
          reading.complain(node, offset: error.offset, error.reason)
          return nil
        }
      }, show: show)
  }

  func map<Other: Sendable>(
    _ into: @escaping @Sendable (Value) -> Other, _ back: @escaping @Sendable (Other) -> Value
  ) -> Syntax<Other> {
    Syntax<Other>(shape, read: { self.read($0, &$1).map(into) }, show: { self.show(back($0)) })
  }

  /// The same value, or a word that stands for its absence: `off`, `unlimited`, `auto`.
  func or(_ word: String) -> Syntax<Value?> {
    Syntax<Value?>(
      .either([.words([word]), shape]),
      read: { node, reading in
        if node.scalar == word { return .some(nil) }
        return self.read(node, &reading).map(Optional.some)
      },
      show: { $0.map(self.show) ?? word })
  }

  /// A value that overrides another, so it has no word for its absence.
  var optional: Syntax<Value?> {
    Syntax<Value?>(
      shape, read: { self.read($0, &$1).map(Optional.some) },
      show: { $0.map(self.show) ?? "as in the profile" })
  }
}

extension Reading {
  mutating func scalar(_ node: YAMLNode, wanted shape: Shape) -> Piece? {
    guard let text = node.scalar else {
      complain(node, "\(shape.words) is wanted here, not \(node.kindName)")
      return nil
    }
    guard !node.isEmpty else {
      complain(node, "has no value; \(shape.words) is wanted")
      return nil
    }
    return Piece(text)
  }
}

extension Syntax {
  static func count(_ range: ClosedRange<Int>) -> Syntax<Int> {
    Syntax<Int>(
      .count(least: range.lowerBound, most: range.upperBound), show: { "\($0)" },
      scalar: { (piece) throws(Flaw) in
        let value = try Units.count(piece)
        guard let whole = Int(exactly: value) else {
          throw Flaw(offset: 0, reason: "a whole number is wanted, not \(Text.number(value))")
        }
        guard range.contains(whole) else {
          throw Flaw(
            offset: 0, reason: "\(whole) is outside of \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
      })
  }

  static func number(_ range: ClosedRange<Double>) -> Syntax<Double> {
    Syntax<Double>(
      .number(least: range.lowerBound, most: range.upperBound), show: { Text.number($0) },
      scalar: { (piece) throws(Flaw) in
        try within(range, try Units.number(piece), Text.number)
      })
  }

  static func share(_ range: ClosedRange<Double> = 0...1) -> Syntax<Double> {
    Syntax<Double>(
      .share(least: range.lowerBound, most: range.upperBound), show: { Text.share($0) },
      scalar: { (piece) throws(Flaw) in
        try within(range, try Units.share(piece), Text.share)
      })
  }

  static func duration(_ least: Interval = .zero, _ most: Interval = .seconds(31_536_000))
    -> Syntax<Interval>
  {
    Syntax<Interval>(
      .duration(least: Text.duration(least), most: Text.duration(most)),
      show: { Text.duration($0) },
      scalar: { (piece) throws(Flaw) in
        let range = least.seconds...most.seconds
        return Interval(seconds: try within(range, try Units.duration(piece), Text.seconds))
      })
  }

  static var size: Syntax<Double> {
    Syntax<Double>(.size, show: { Text.size($0) }) { (piece) throws(Flaw) in
      try within(1...1e18, try Units.size(piece), Text.size)
    }
  }

  /// Ten million a second is more than any engine here plays.
  static var rate: Syntax<Double> {
    Syntax<Double>(.rate, show: { Text.rate($0) }) { (piece) throws(Flaw) in
      try within(0...1e7, try Units.rate(piece), Text.rate)
    }
  }

  static var flag: Syntax<Bool> {
    Syntax<Bool>(.flag, show: { $0 ? "on" : "off" }) { (piece) throws(Flaw) in
      switch piece.text {
      case "on", "true", "yes": return true
      case "off", "false", "no": return false
      default:
        throw Flaw(offset: 0, reason: "on or off is wanted, not \(Units.quoted(piece.text))")
      }
    }
  }

  static func word<Word: RawRepresentable & CaseIterable & Sendable>(_: Word.Type) -> Syntax<Word>
  where Word.RawValue == String {
    let words = Word.allCases.map(\.rawValue)
    return Syntax<Word>(.words(words), show: { $0.rawValue }) { (piece) throws(Flaw) in
      guard let word = Word(rawValue: piece.text) else {
        throw Flaw(offset: 0, reason: unknownWord(piece.text, of: words))
      }
      return word
    }
  }

  /// One line of free text, bounded because it is printed in reports.
  static func text(most: Int = 1000) -> Syntax<String> {
    Syntax<String>(.text, show: { $0 }) { (piece) throws(Flaw) in
      guard piece.count <= most else {
        throw Flaw(offset: 0, reason: "\(piece.count) characters; \(most) is the limit")
      }
      return piece.text
    }
  }
}

func within(
  _ range: ClosedRange<Double>, _ value: Double, _ show: (Double) -> String, at offset: Int = 0
) throws(Flaw) -> Double {
  guard range.contains(value) else {
    throw Flaw(
      offset: offset,
      reason: "\(show(value)) is outside of \(show(range.lowerBound)) to \(show(range.upperBound))")
  }
  return value
}

func unknownWord(_ word: String, of words: [String]) -> String {
  let hint = Spelling.hint(for: word, among: words)
  let known = hint.isEmpty ? ": one of \(words.joined(separator: ", "))" : hint
  return "\(Units.quoted(word)) is not known here\(known)"
}
