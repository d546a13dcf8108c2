// Rows of cells to lines of text: words to the left, figures to the right, headings broken over as
// many lines as they need. It knows widths and nothing else; what the cells say is decided
// elsewhere.

package struct TextGrid {
  private let indent = 2
  private let gap = 1
  /// Columns that hold words and stand to the left.
  private let words: [Int]
  private let head: [String]
  package var rows: [[String]] = []

  /// Where words may be cut, headings are still this wide, so that somebody can read them.
  private static let narrowest = 6

  package init(head: [String], words: [Int] = [0]) {
    self.head = head
    self.words = words
  }

  /// Nil where the cells cannot be set within the width, or headings not without cutting their
  /// words, if that is not allowed.
  package func lines(width: Int, cuttingWords: Bool = true) -> [String]? {
    let cells = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let whole = head.map { name in breakName(name, width: 1, cutting: false).map(\.count).max() ?? 0
    }
    var widths = zip(cells, head).map { max($0, min($1.count, TextGrid.narrowest)) }
    let wholeWidths = zip(cells, whole).map { max($0, $1) }
    if room(widths, in: width) < 0 { return nil }
    if room(wholeWidths, in: width) < 0 {
      guard cuttingWords else { return nil }
      grow(&widths, to: wholeWidths, in: width)
    } else {
      widths = wholeWidths
      grow(&widths, to: zip(wholeWidths, head).map { max($0, $1.count) }, in: width)
    }
    // A wider gap is easier on the eye, where there is room for it.
    let wider = head.count > 1 ? min(2, room(widths, in: width) / (head.count - 1)) : 0
    return headLines(widths, gap: gap + wider) + rows.map { line($0, widths, gap: gap + wider) }
  }

  private func room(_ widths: [Int], in width: Int) -> Int {
    width - indent - widths.reduce(0, +) - gap * (widths.count - 1)
  }

  /// One character at a time, so that all columns get their share of what is left over.
  private func grow(_ widths: inout [Int], to wanted: [Int], in width: Int) {
    var room = room(widths, in: width)
    var grew = true
    while room > 0, grew {
      grew = false
      for column in widths.indices where room > 0 && widths[column] < wanted[column] {
        widths[column] += 1
        room -= 1
        grew = true
      }
    }
  }

  private func headLines(_ widths: [Int], gap: Int) -> [String] {
    let broken = zip(head, widths).map { breakName($0, width: $1) }
    let height = broken.map(\.count).max() ?? 0
    return (0..<height).map { row in
      // Short headings stand at the bottom, next to their column.
      let cells = broken.map { pieces in
        let place = row - (height - pieces.count)
        return place >= 0 ? pieces[place] : ""
      }
      return line(cells, widths, gap: gap)
    }
  }

  private func line(_ cells: [String], _ widths: [Int], gap: Int) -> String {
    var text = String(repeating: " ", count: indent)
    for (column, cell) in cells.enumerated() {
      if column > 0 { text += String(repeating: " ", count: gap) }
      let space = String(repeating: " ", count: widths[column] - cell.count)
      text += words.contains(column) ? cell + space : space + cell
    }
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// Pieces of at most that width, broken after separators. A word longer than that is cut, or stays
/// whole and is too wide.
func breakName(_ name: String, width: Int, cutting: Bool = true) -> [String] {
  var words: [Substring] = []
  var rest = name[...]
  while let end = rest.firstIndex(where: { "-/_. :,=".contains($0) }) {
    words.append(rest[...end])
    rest = rest[rest.index(after: end)...]
  }
  words.append(rest)
  var lines: [String] = []
  var line = ""
  for var word in words where !word.isEmpty {
    if line.count + word.count <= width {
      line += word
      continue
    }
    if !line.isEmpty { lines.append(line) }
    while cutting, word.count > width {
      lines.append(String(word.prefix(width)))
      word = word.dropFirst(width)
    }
    line = String(word)
  }
  return lines + [line]
}

/// Words set into lines. The first line begins with the lead, the others as far in, or as far as
/// asked for. A word longer than a line stays whole.
package func wrap(_ text: String, width: Int, lead: String = "", hanging: Int? = nil) -> [String] {
  var lines: [String] = []
  var line = lead
  var isFresh = true
  for word in text.split(separator: " ") {
    if !isFresh, line.count + 1 + word.count > width {
      lines.append(line)
      line = String(repeating: " ", count: hanging ?? lead.count)
      isFresh = true
    }
    line += (isFresh ? "" : " ") + word
    isFresh = false
  }
  if !isFresh { lines.append(line) }
  return lines
}

/// Blanks added after the text until it has that width.
func pad(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
