// What a stranger's bytes look like in a message of ours: one line, no control characters, so that
// a peer or a program can neither move the cursor of a terminal nor break a report.
internal import Basics

enum PeerText {
  /// Bytes of a peer's words that are worth repeating.
  private static let most = 300

  static func line(_ bytes: [UInt8]) -> String { line(String(decoding: bytes, as: UTF8.self)) }

  static func line(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > most { break }
      // C0, DEL and C1; also the marks that turn the direction of what follows.
      let isShown =
        scalar.value >= 32 && !(127..<160).contains(scalar.value)
        && !(0x200E...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
      result.unicodeScalars.append(isShown ? scalar : ".")
    }
    return result
  }
}
