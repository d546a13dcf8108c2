// `name(argument, name: argument)`: the one form in which laws and rules with parameters are
// written. Only the form is read here; what the names mean is the caller's business.

struct Call {
  struct Argument {
    /// The name before a colon or an equals sign; nil: by position.
    var name: String?
    var offset: Int
    var value: Piece
  }

  var name: String
  var offset: Int
  /// nil: the word stands alone, without brackets.
  var arguments: [Argument]?

  /// Any law has fewer parameters; more is not a call of ours.
  static let mostArguments = 8

  /// nil where the piece does not begin with a letter, so it is a value and no call.
  static func read(_ whole: Piece) throws(Flaw) -> Call? {
    let piece = whole.trimmed
    guard let first = piece.first, Units.isLetter(first) else { return nil }
    let word = piece.prefix(while: { Units.isLetter($0) || Units.isDigit($0) || $0 == "-" })
    var rest = piece.dropFirst(word.count).trimmed
    if rest.isEmpty { return Call(name: word.text, offset: word.startIndex, arguments: nil) }
    guard rest.first == "(" else { return nil }
    guard rest.last == ")", rest.count >= 2 else {
      throw Flaw(offset: rest.startIndex, reason: "the bracket that opens here is not closed")
    }
    rest = rest.dropFirst().dropLast()
    var arguments: [Argument] = []
    if !rest.trimmed.isEmpty {
      for part in rest.split(
        separator: ",", maxSplits: mostArguments, omittingEmptySubsequences: false)
      {
        arguments.append(argument(part))
      }
    }
    return Call(name: word.text, offset: word.startIndex, arguments: arguments)
  }

  private static func argument(_ part: Piece) -> Argument {
    let part = part.trimmed
    let word = part.prefix(while: { Units.isLetter($0) || $0 == "-" })
    let after = part.dropFirst(word.count).trimmed
    if !word.isEmpty, let mark = after.first, mark == ":" || mark == "=" {
      return Argument(name: word.text, offset: word.startIndex, value: after.dropFirst().trimmed)
    }
    return Argument(name: nil, offset: part.startIndex, value: part)
  }

  /// The arguments in the order of the parameters, each given once, by place or by name.
  func bound(to parameters: [String]) throws(Flaw) -> [Piece] {
    let form = "\(name)(\(parameters.joined(separator: ", ")))"
    var values = [Piece?](repeating: nil, count: parameters.count)
    for (place, argument) in (arguments ?? []).enumerated() {
      let index: Int
      if let given = argument.name {
        guard let found = parameters.firstIndex(of: given) else {
          throw Flaw(
            offset: argument.offset,
            reason: "\(form) has no \(Units.quoted(given))"
              + Spelling.hint(for: given, among: parameters))
        }
        index = found
      } else {
        guard place < parameters.count else {
          throw Flaw(offset: argument.offset, reason: "one argument too many for \(form)")
        }
        index = place
      }
      guard values[index] == nil else {
        throw Flaw(
          offset: argument.offset, reason: "\(parameters[index]) is given twice in \(form)")
      }
      guard !argument.value.isEmpty else {
        throw Flaw(offset: argument.offset, reason: "an argument of \(form) is empty")
      }
      values[index] = argument.value
    }
    var bound: [Piece] = []
    for (value, parameter) in zip(values, parameters) {
      guard let value else {
        throw Flaw(offset: offset, reason: "\(form) lacks its \(parameter)")
      }
      bound.append(value)
    }
    return bound
  }
}
