// The words of an answer, piece by piece: a piece is a token of a stream. First the mark of the
// prompt, so that whoever reads the answer can tell what it answers; then words without meaning. Or
// a fixed text. Pure.
package import Basics
package import Wire

package struct AnswerText: Sendable {
  /// Pieces of the fixed text, escaped as JSON has it.
  private let fixed: [[UInt8]]

  package init(fixed text: String?) {
    var pieces: [[UInt8]] = []
    var rest = Substring(text ?? "")
    while !rest.isEmpty {
      // A token of English is about four letters.
      let piece = rest.prefix(4)
      rest = rest.dropFirst(4)
      var buffer = ByteBuffer()
      buffer.append(jsonContent: String(piece))
      pieces.append(buffer.array)
    }
    fixed = pieces
  }

  /// How many pieces an answer of so many tokens has.
  package func pieces(of tokens: Int) -> Int { fixed.isEmpty ? max(1, tokens) : fixed.count }

  package func append(_ piece: Int, answering mark: PromptMark?, to text: inout ByteBuffer) {
    if !fixed.isEmpty {
      text.append(fixed[piece])
    } else if piece > 0 {
      text.append(AnswerText.words[piece & 15])
    } else if let mark {
      mark.append(to: &text)
    } else {
      text.append("Hello")
    }
  }

  private static let words: [StaticString] = [
    " and", " then", " the", " file", " says", " that", " it", " holds", " one", " more", " line",
    " with", " a", " name", " in", " it",
  ]
}
