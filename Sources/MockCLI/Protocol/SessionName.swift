// Which session ids the real CLI takes, and its words for those it does not. Nothing reaches the
// file system before it has passed here: letters, digits, `-` and `_`, so no path can be climbed.

package enum SessionName {
  package enum Verdict: Equatable {
    case name(String)
    /// Absent, null or empty: a random id.
    case random
    case refused(String)
  }

  package static func check(_ value: [UInt8]?, for method: Method) -> Verdict {
    let isCreate = method == .create
    guard let value else {
      return isCreate
        ? .random : .refused("Cannot read properties of undefined (reading 'length')")
    }
    if value == Array("null".utf8) {
      return isCreate ? .random : .refused("Cannot read properties of null (reading 'length')")
    }
    guard let name = JSONText.string(value) else { return other(value, method) }
    if name.isEmpty && isCreate { return .random }
    guard isPlain(name) else {
      return .refused("Rejected \(method.rawValue) request with invalid sessionId: \(name)")
    }
    return .name(name)
  }

  /// Longer names than a file can have are accepted, and fail when the first turn wants its folder.
  package static func fitsDisk(_ bytes: Int) -> Bool { bytes <= 255 }

  /// What `session.destroy` stumbles over where no id was given; nil where one was.
  static func problem(destroying value: [UInt8]?, _ params: [UInt8]) -> String? {
    if params == Array("null".utf8) {
      return "Cannot read properties of null (reading 'sessionId')"
    }
    guard let value else { return "Cannot read properties of undefined (reading 'length')" }
    return value == Array("null".utf8)
      ? "Cannot read properties of null (reading 'length')" : nil
  }

  package static func isPlain(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte >= 48 && byte <= 57 || (byte | 32) >= 97 && (byte | 32) <= 122 && byte >= 65
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
  }

  /// A value that is no string fails where JavaScript first uses it as one.
  private static func other(_ value: [UInt8], _ method: Method) -> Verdict {
    let text = String(decoding: value, as: UTF8.self)
    if value.first == UInt8(ascii: "{") {
      return .refused(
        "Rejected \(method.rawValue) request with invalid sessionId: [object Object]")
    }
    let isWhole = value.allSatisfy { $0 >= 48 && $0 <= 57 }
    let isWord = value.first == UInt8(ascii: "t") || value.first == UInt8(ascii: "f")
    guard method == .create else {
      return .refused(
        isWhole || isWord
          ? "Session not found: \(text)"
          : "Rejected \(method.rawValue) request with invalid sessionId: \(text)")
    }
    if value.first == UInt8(ascii: "[") {
      return .refused(wrongType + "an instance of Array")
    }
    if isWhole { return .refused(wrongType + "type number (\(text))") }
    if isWord { return .refused(wrongType + "type boolean (\(text))") }
    return .refused("Rejected \(method.rawValue) request with invalid sessionId: \(text)")
  }

  package static func checkForDeletion(_ value: [UInt8]?) -> Verdict {
    let prefix = "TypeError [ERR_INVALID_ARG_TYPE]: "
    guard let value else { return .refused(prefix + wrongType + "undefined") }
    guard let name = JSONText.string(value) else {
      let text = String(decoding: value, as: UTF8.self)
      if value == Array("null".utf8) { return .refused(prefix + wrongType + "null") }
      let isNumber = value.allSatisfy { $0 >= 48 && $0 <= 57 }
      return .refused(
        isNumber ? prefix + wrongType + "type number (\(text))" : "Invalid sessionId")
    }
    return isPlain(name) ? .name(name) : .refused("Invalid sessionId")
  }

  private static let wrongType = "The \"path\" argument must be of type string. Received "
}
