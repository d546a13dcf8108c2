// No id reaches the file system before it has passed here.
import Basics
import MockCLI
import Testing

@Suite struct SessionNameTests {
  @Test(
    "Ids that could climb, hide or break a path are refused",
    arguments: [
      "..", ".", "../x", "a/b", "/abs", "~x", "a.b", "..a", "a b", " ", "a\u{0}", "\u{0}", "ünï",
      "a:b", "a;b", "a\\b", "a\nb", "%2e%2e", "ａ", "a\u{301}", "\u{202E}a", "`id`", "$(id)", "😀",
    ])
  func hostile(id: String) {
    let json = JSONValue.string(id).utf8(.compact)
    let words = "Rejected session.create request with invalid sessionId: \(id)"
    #expect(!SessionName.isPlain(id))
    #expect(SessionName.check(json, for: .create) == .refused(words))
    #expect(SessionName.checkForDeletion(json) == .refused("Invalid sessionId"))
  }

  @Test("Every byte outside of letters, digits, dash and underscore spoils an id")
  func alphabet() {
    for byte in UInt8(0)..<128 {
      let id = "a\(Unicode.Scalar(byte))b"
      let isPlain =
        byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
        || byte == 45 || byte == 95
      #expect(SessionName.isPlain(id) == isPlain, "byte \(byte)")
    }
  }

  @Test("Long ids are taken, and known not to fit a disk")
  func long() {
    let id = String(repeating: "x", count: 300)
    #expect(SessionName.check(bytes("\"\(id)\""), for: .create) == .name(id))
    #expect(SessionName.fitsDisk(255) && !SessionName.fitsDisk(256) && !SessionName.fitsDisk(300))
  }

  @Test("Absent, null and empty ids are random for create, and refused for resume")
  func none() {
    for value in [nil, bytes("null"), bytes("\"\"")] {
      #expect(SessionName.check(value, for: .create) == .random)
      guard case .refused = SessionName.check(value, for: .resume) else {
        Issue.record("resume took \(value.map(text) ?? "nothing")")
        continue
      }
    }
  }

  @Test("Values that are no text never become a name")
  func otherValues() {
    for value in ["5", "-1", "1.5", "true", "false", "{}", "[\"a\"]", "[]"] {
      for method in [Method.create, .resume] {
        guard case .refused = SessionName.check(bytes(value), for: method) else {
          Issue.record("\(method) took \(value)")
          continue
        }
      }
      guard case .refused = SessionName.checkForDeletion(bytes(value)) else {
        Issue.record("delete took \(value)")
        continue
      }
    }
  }
}
