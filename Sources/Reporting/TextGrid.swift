// Rows of cells to lines of text: words to the left, figures to the right, headings broken over as many lines
// as they need. It knows widths and nothing else; what the cells say is decided elsewhere.

struct TextGrid {
  private let indent = 2
  private let gap = 1
  /// Columns that hold words and stand to the left.
  private let words: [Int]
  private let head: [String]
  var rows: [[String]] = []

  /// As narrow as the cells allow: headings are broken down to this width.
  private static let narrowest = 6

  init(head: [String], words: [Int] = [0]) {
    self.head = head
    self.words = words
  }

  /// Nil where the cells cannot be set within the width.
  func lines(width: Int) -> [String]? {
    var widths = head.indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    widths[0] = max(widths[0], min(head[0].count, TextGrid.narrowest))
    for column in head.indices.dropFirst() {
      widths[column] = max(widths[column], min(head[column].count, TextGrid.narrowest))
    }
    var room = width - indent - widths.reduce(0, +) - gap * (widths.count - 1)
    guard room >= 0 else { return nil }
    // What is left over goes to the headings that are still broken, one character at a time, so all get their share.
    var grew = true
    while room > 0, grew {
      grew = false
      for column in head.indices where room > 0 && widths[column] < head[column].count {
        widths[column] += 1
        room -= 1
        grew = true
      }
    }
    // A wider gap is easier on the eye, where there is room for it.
    let between = head.count > 1 ? min(2, room / (head.count - 1)) : 0
    return headLines(widths, gap: gap + between) + rows.map { line($0, widths, gap: gap + between) }
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

/// Pieces of at most that width, broken after a separator where one is near enough.
func breakName(_ name: String, width: Int) -> [String] {
  precondition(width > 0, "a column cannot be without width")
  var pieces: [String] = []
  var rest = name[...]
  while rest.count > width {
    let full = rest.prefix(width)
    let end = full.lastIndex { "-/_. :,".contains($0) }
    // A break that leaves less than a third of the line is worse than a cut word.
    let good = end.map { full.distance(from: full.startIndex, to: $0) + 1 }
      .flatMap { $0 * 3 >= width ? $0 : nil }
    let piece = rest.prefix(good ?? width)
    pieces.append(String(piece))
    rest = rest.dropFirst(piece.count)
  }
  if !rest.isEmpty || pieces.isEmpty { pieces.append(String(rest)) }
  return pieces
}

/// Words set into lines. The first line begins with the lead, the others as far in, or as far as asked for. A word
/// longer than a line stays whole.
func wrap(_ text: String, width: Int, lead: String = "", hanging: Int? = nil) -> [String] {
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
