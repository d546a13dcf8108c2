// Reading the `Name:   123 kB` tables of /proc. Pure functions on text, so that their tests need no
// kernel. Values that are missing are nil, never zero: a result must not claim that nothing was
// used.

package enum KernelText {
  /// The value of the first line that starts with `name` and a colon, without surrounding blanks.
  package static func value(of name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      guard trimmed(line[..<colon]) == name else { continue }
      return trimmed(line[line.index(after: colon)...])
    }
    return nil
  }

  /// The same value read as `N kB`, in bytes. The kernel's kB are 1024 bytes.
  package static func bytes(of name: String, in text: String) -> Int? {
    guard let words = value(of: name, in: text)?.split(separator: " "),
      words.count == 2, words[1] == "kB"
    else { return nil }
    return Int(words[0]).map { $0 * 1024 }
  }

  package static func trimmed(_ text: Substring) -> String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" }
    let head = text.drop(while: blank)
    guard let last = head.lastIndex(where: { !blank($0) }) else { return "" }
    return String(head[...last])
  }
}
