// The small files a scenario may name: measured values, a trace of arrivals, a list of user ids.
// They are had through the program's closure; here they are only read, line by line, with the line
// in every complaint.
internal import Basics
internal import Workload

enum NamedFiles {
  /// A million lines: a day of arrivals at ten a second, and memory one does not notice.
  static let mostLines = 1_000_000
}

extension Reading {
  /// One value a line, the first column of a CSV; a first line that is no number is a heading.
  /// Sorted.
  func empirical(_ path: Piece, _ measure: Measure) throws(Flaw) -> [Double] {
    var values: [Double] = []
    for (number, line) in try lines(of: path) {
      let cell = line.prefix(while: { $0 != "," })
      if values.isEmpty, number == 1, !startsWithNumber(cell) { continue }
      values.append(try value(cell, measure, path, number))
    }
    guard values.count >= 2 else { throw flaw(path, 1, "needs at least two values") }
    return values.sorted()
  }

  /// `at[,user[,prompt]]` in lines; a bare time is in seconds, a bare prompt in bytes. Sorted by
  /// time.
  func trace(_ path: Piece) throws(Flaw) -> [TracedArrival] {
    var arrivals: [TracedArrival] = []
    for (number, line) in try lines(of: path) {
      if arrivals.isEmpty, number == 1, !startsWithNumber(line) { continue }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
      guard cells.count <= 3 else {
        throw flaw(path, number, "more than the columns at,user,prompt")
      }
      var arrival = TracedArrival(
        at: Interval(seconds: try value(cells[0], .seconds, path, number)))
      if cells.count > 1, !cells[1].isEmpty {
        guard let user = Int(cells[1].text), user >= 0 else {
          throw flaw(
            path, number, "a user is a whole number from 0, not \(Units.quoted(cells[1].text))")
        }
        arrival.user = user
      }
      if cells.count > 2, !cells[2].isEmpty {
        arrival.promptBytes = try value(cells[2], .bytes, path, number)
      }
      arrivals.append(arrival)
    }
    guard !arrivals.isEmpty else { throw flaw(path, 1, "holds no arrival") }
    // Stable, so arrivals of one instant keep the order of the file.
    return arrivals.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map(\.element)
  }

  /// One id a line.
  func userIDs(_ path: Piece) throws(Flaw) -> [String] {
    var ids: [String] = []
    var seen: Set<String> = []
    for (number, line) in try lines(of: path) {
      let id = line.text
      guard line.count <= 255 else { throw flaw(path, number, "an id of more than 255 characters") }
      guard seen.insert(id).inserted else {
        throw flaw(path, number, "\(Units.quoted(id)) stands there twice")
      }
      ids.append(id)
    }
    guard !ids.isEmpty else { throw flaw(path, 1, "holds no id") }
    return ids
  }

  private func value(_ cell: Piece, _ measure: Measure, _ path: Piece, _ line: Int) throws(Flaw)
    -> Double
  {
    let text = cell.trimmed
    let number: Double
    if let bare = Double(text.text), bare.isFinite {
      number = bare
    } else {
      do throws(Flaw) {
        number = try measure.value(text)
      } catch {
        throw flaw(path, line, error.reason)
      }
    }
    guard number >= 0, number <= measure.most else {
      throw flaw(
        path, line, "\(Text.number(number)) is outside of 0 to \(measure.show(measure.most))")
    }
    return number
  }

  /// Numbered from 1, without empty lines and comments.
  private func lines(of path: Piece) throws(Flaw) -> [(number: Int, text: Piece)] {
    let name = path.text
    let bytes: [UInt8]
    switch files(name) {
    case .success(let content): bytes = content
    case .failure(let problem):
      throw Flaw(offset: path.startIndex, reason: "\(Spelling.clipped(name)): \(problem.reason)")
    }
    var found: [(number: Int, text: Piece)] = []
    let all = bytes.split(
      maxSplits: NamedFiles.mostLines, omittingEmptySubsequences: false,
      whereSeparator: { $0 == 10 })
    guard all.count <= NamedFiles.mostLines else {
      throw flaw(path, NamedFiles.mostLines, "more than a million lines")
    }
    for (index, line) in all.enumerated() {
      let content = line.last == 13 ? line.dropLast() : line
      let text = Piece(String(decoding: content, as: UTF8.self)).trimmed
      if !text.isEmpty, text.first != "#" { found.append((index + 1, text)) }
    }
    return found
  }

  private func startsWithNumber(_ piece: Piece) -> Bool {
    piece.trimmed.first.map { Units.isDigit($0) || $0 == "." || $0 == "-" } ?? false
  }

  private func flaw(_ path: Piece, _ line: Int, _ reason: String) -> Flaw {
    Flaw(offset: path.startIndex, reason: "\(Spelling.clipped(path.text)):\(line): \(reason)")
  }
}
