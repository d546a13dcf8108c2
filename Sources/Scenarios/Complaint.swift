// A mistake of the user, with its place. Complaints are values, collected and reported together,
// and their wording is made in this module only. A warning does not stop a run; an error does.

public struct Position: Sendable, Hashable {
  /// The file as the user named it, or `--set` with the number of the flag as its line.
  public var file: String
  /// Both from 1; columns count characters.
  public var line: Int
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var text: String { "\(file):\(line):\(column)" }
}

public struct Complaint: Sendable, Hashable {
  public enum Severity: Sendable, Hashable { case error, warning }

  public var position: Position
  public var severity: Severity
  /// The dotted key, or empty where the text as a whole is meant.
  public var key: String
  public var reason: String

  public init(position: Position, severity: Severity = .error, key: String, reason: String) {
    self.position = position
    self.severity = severity
    self.key = key
    self.reason = reason
  }

  /// `file:line:column: key: reason`, the form that editors and continuous integration make links
  /// of.
  public var text: String {
    let mark = severity == .warning ? "warning: " : ""
    let about = key.isEmpty ? "" : "\(key): "
    return "\(position.text): \(mark)\(about)\(reason)"
  }
}

/// Why nothing could be read: every complaint, in the order of the text.
public struct Complaints: Error, Sendable, Hashable {
  public var all: [Complaint]

  public init(_ all: [Complaint]) { self.all = all }

  public var errors: [Complaint] { all.filter { $0.severity == .error } }
  public var warnings: [Complaint] { all.filter { $0.severity == .warning } }
  public var text: String { all.map(\.text).joined(separator: "\n") }
}

/// Why a file that a scenario names could not be had; the program fills in the words.
public struct FileProblem: Error, Sendable, Hashable {
  public var reason: String
  public init(reason: String) { self.reason = reason }
}

/// Gathers complaints up to a bound and gives them back sorted, each once.
struct ComplaintList {
  /// Past two hundred nobody reads on.
  static let most = 200

  private(set) var kept: [Complaint] = []
  private var seen: Set<Complaint> = []
  private(set) var errors = 0
  private(set) var dropped = 0

  mutating func append(_ complaint: Complaint) {
    if complaint.severity == .error { errors += 1 }
    if isFull {
      dropped += 1
    } else if seen.insert(complaint).inserted {
      kept.append(complaint)
    }
  }

  /// From here on a complaint is only counted, so nobody need look for good words.
  var isFull: Bool { kept.count >= ComplaintList.most }

  /// By place: the scenario itself first, then the flags and the files it names.
  func sorted(main file: String) -> [Complaint] {
    var list = kept.enumerated().sorted { a, b in
      let first = a.element.position
      let second = b.element.position
      if (first.file == file) != (second.file == file) { return first.file == file }
      if first.file != second.file { return first.file < second.file }
      if first.line != second.line { return first.line < second.line }
      if first.column != second.column { return first.column < second.column }
      return a.offset < b.offset
    }.map(\.element)
    if dropped > 0, let last = list.last {
      list.append(
        Complaint(position: last.position, key: "", reason: "and \(dropped) more complaints"))
    }
    return list
  }
}
