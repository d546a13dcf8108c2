// What a command is called, takes and promises. The parser, the help and the complaints are all
// made from these values, so that a flag cannot be accepted and undocumented, or the reverse.

struct Command: Sendable {
  enum Kind: Sendable {
    case validate, inspect, schema, simulate, run, replay, report, compare, plan, provider, doctor
    case hazards
  }

  enum Arguments: Sendable {
    /// `FILE`.
    case one(String)
    /// `[FILE]`.
    case optional(String)
    /// `FILE…`, at least one.
    case many(String)
    /// `[NAME…]`, or none for all.
    case any(String)
    /// One of these words, or nothing for the first.
    case word([String])
  }

  var kind: Kind
  var name: String
  /// Half a line, for the list of commands.
  var summary: String
  /// What the page of help says below the examples; lines of at most 78 columns.
  var about: String
  /// Command lines with what they do.
  var examples: [(line: String, does: String)]
  var arguments: Arguments
  var flags: [Flag]

  var usage: String {
    let tail =
      switch arguments {
      case .one(let name): name
      case .optional(let name): "[\(name)]"
      case .many(let name): "\(name)…"
      case .any(let name): "[\(name)…]"
      case .word(let words): "[\(words.joined(separator: "|"))]"
      }
    return "seatrial \(name) \(tail) [flags]"
  }
}

struct Flag: Sendable {
  enum Value: Sendable {
    /// A switch: on when given.
    case none
    case whole(ClosedRange<Int>)
    /// `100,1k,10k`: whole numbers from 1 to ten million.
    case counts
    /// `2%` or `0.02`, above nothing and at most everything.
    case share
    /// `key=value`.
    case setting
    /// One of these.
    case word([String])
    case text
  }

  /// Without the dashes.
  var name: String
  var value: Value = .none
  /// What stands for the value in the help.
  var placeholder = ""
  var repeatable = false
  var help: String

  /// `--seed N`.
  var shown: String { "--\(name)\(placeholder.isEmpty ? "" : " \(placeholder)")" }
}
