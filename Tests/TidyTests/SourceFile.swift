// One Swift file of the repository as the rules see it, and the way to all of them.
import LinuxIO

struct SourceFile {
  /// From the root of the repository: `Sources/Basics/Time.swift`.
  let path: String
  /// As written, without the empty piece after the last newline.
  let lines: [Substring]
  /// The same lines with comments and strings blanked.
  let code: [Substring]

  init(path: String, text: String) {
    self.path = path
    lines = SourceFile.lines(of: text)
    code = SourceFile.lines(of: SwiftText.code(of: text))
  }

  /// `Basics` of `Sources/Basics/Time.swift`; nil for what is not under Sources.
  var module: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  private static func lines(of text: String) -> [Substring] {
    // By scalar, for "\r\n" is one Character and would not count as a line's end.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { Substring($0) }
  }

  /// Places of a whole word: `print` in `print(x)`, neither in `sprint(x)` nor in `printed`.
  func linesUsing(_ word: String) -> [Int] {
    code.indices.filter { SourceFile.contains(word, in: code[$0]) }.map { $0 + 1 }
  }

  static func contains(_ word: String, in line: Substring) -> Bool {
    let line = Array(line.utf8)
    let word = Array(word.utf8)
    guard line.count >= word.count, let first = word.first, let last = word.last else {
      return false
    }
    for start in 0...line.count - word.count where line[start..<start + word.count] == word[...] {
      let end = start + word.count
      let opens = start == 0 || !isNamePart(first) || !isNamePart(line[start - 1])
      let closes = end == line.count || !isNamePart(last) || !isNamePart(line[end])
      if opens && closes { return true }
    }
    return false
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
      true
    default: false
    }
  }
}

extension SourceFile {
  /// Every Swift file under Sources and Tests. `failures` names what could not be read.
  static func all(failures: inout [SystemFailure]) -> [SourceFile] {
    // …/Tests/TidyTests/SourceFile.swift, three steps below the root.
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    var files: [SourceFile] = []
    for folder in ["Sources", "Tests"] {
      collect("/" + root, folder, into: &files, &failures)
    }
    return files
  }

  private static func collect(
    _ root: String, _ path: String, into files: inout [SourceFile],
    _ failures: inout [SystemFailure]
  ) {
    switch Files.list("\(root)/\(path)") {
    case .failed(let failure): failures.append(failure)
    case .names(let names):
      for name in names where !name.hasPrefix(".") {
        let below = "\(path)/\(name)"
        if Files.kind(of: "\(root)/\(below)") == .directory {
          collect(root, below, into: &files, &failures)
        } else if name.hasSuffix(".swift") {
          switch Files.read("\(root)/\(below)", limit: 1 << 20) {
          case .contents(let bytes):
            files.append(SourceFile(path: below, text: String(decoding: bytes, as: UTF8.self)))
          case .failed(let failure): failures.append(failure)
          case .tooLarge: failures.append(SystemFailure(call: "read", subject: below, number: 27))
          }
        }
      }
    }
  }
}
