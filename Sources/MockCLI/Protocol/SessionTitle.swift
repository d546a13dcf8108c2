// The name that a session's first prompt gives it: on the wire, in lists and in workspace.yaml.
internal import Basics

package enum SessionTitle {
  /// A prompt of 8,000 letters got a name of 499 and three dots.
  private static let longest = 500

  /// Escaped as JSON; nil for what names nothing: no text, or blanks only.
  package static func make(from prompt: [UInt8]?) -> [UInt8]? {
    guard let prompt, let text = JSONText.string(prompt) else { return nil }
    var name = trimmed(text)
    if name.isEmpty { return nil }
    let units = Array(name.utf16)
    if units.count > longest {
      name = trimmed(String(decoding: units.prefix(longest), as: UTF16.self)) + "..."
    }
    var buffer = ByteBuffer(capacity: name.utf8.count)
    buffer.append(escaped: name)
    return buffer.array
  }

  private static func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || scalar == "\u{FEFF}"
    }
    var scalars = Substring(text).unicodeScalars
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
  }
}
