// Small texts of the protocol: ids, titles, numbers as JavaScript writes them, YAML scalars.
import Basics
import MockCLI
import Testing

@Suite struct TextsTests {
  @Test("Event ids are version-4 UUIDs that read back, and none comes twice")
  func eventIDs() {
    var ids = EventIDs(entropy: 7)
    var seen: Set<String> = []
    for _ in 0..<10_000 {
      let id = ids.next()
      let text = id.text
      #expect(EventID(bytes(text)) == id)
      #expect(text.dropFirst(14).first == "4")
      let variant = text.dropFirst(19).first ?? "x"
      #expect("89ab".contains(variant))
      let isNew = seen.insert(text).inserted
      #expect(isNew)
    }
    for broken in ["", "x", String(repeating: "0", count: 36), String(repeating: "-", count: 36)] {
      #expect(EventID(bytes(broken)) == nil, "\(broken)")
    }
  }

  @Test(
    "Ids come back as IEEE doubles",
    arguments: [
      ("7", "7"), ("0", "0"), ("-1", "-1"), ("1.5", "1.5"), ("\"a\"", "\"a\""),
      ("9007199254740993", "9007199254740992"), ("1e20", "100000000000000000000"),
      ("1e21", "1e+21"), ("1e-7", "1e-7"), ("0.000001", "0.000001"), ("-0", "0"),
      ("123456789012345678901", "123456789012345680000"), ("1.50", "1.5"), ("12.5e1", "125"),
      ("null", nil), ("true", nil), ("{}", nil), ("[1]", nil), ("", nil),
    ])
  func identifiers(written: String, wanted: String?) {
    #expect(JavaScriptText.identifier(bytes(written)).map(text) == wanted)
  }

  @Test("Values in a template string are JavaScript's")
  func templates() {
    let cases: [(String, String?)] = [
      ("5", "5"), ("\"x\"", "x"), ("\"\"", nil), ("0", nil), ("false", nil), ("null", nil),
      ("true", "true"), ("{}", "[object Object]"), ("[\"x\"]", "x"), ("[1,null,[2]]", "1,,2"),
    ]
    for (value, wanted) in cases {
      #expect(JavaScriptText.truthy(bytes(value)) == wanted, "\(value)")
    }
    #expect(JavaScriptText.truthy(nil) == nil)
  }

  @Test("A title is the prompt without the blanks around it, cut at 500 letters")
  func titles() {
    func title(_ prompt: String) -> String? {
      SessionTitle.make(from: JSONValue.string(prompt).utf8(.compact))
        .flatMap { try? JSONValue(parsing: bytes("\"") + $0 + bytes("\"")) }
        .flatMap { if case .string(let text) = $0 { text } else { nil } }
    }
    #expect(title(" a\n\"b\"  ") == "a\n\"b\"")
    #expect(title("  \u{FEFF}\t") == nil)
    #expect(title(String(repeating: "word ", count: 1600))?.utf8.count == 502)
    #expect(title(String(repeating: "x", count: 500))?.utf8.count == 500)
    #expect(SessionTitle.make(from: bytes("5")) == nil && SessionTitle.make(from: nil) == nil)
  }

  @Test("Names in workspace.yaml read back, whatever they are")
  func yaml() {
    let names = [
      "hello 0", "true", "null", "12", "-1.5e3", "0x1F", ".5", "a: b", "a #b", "- x", "-", "'q'",
      "say \"hi\"", "it's \"x\"", "a\nb", "a\n\n b\nc", "tab\there", "\u{1}\u{1F}",
      "back\\x41 \u{1}",
      "line one\nline \"two\"\t\\ \u{1} ünï 日本 😀 </x> &", "#x", "@x", "x:", "{a}", "a, b", "~",
    ]
    for name in names {
      var file = WorkspaceFile()
      file.id = "s"
      file.workingDirectory = "/tmp/with space"
      file.name = name
      file.summaries = 3
      let read = WorkspaceFile(reading: file.text)
      #expect(read.name == name, "\(file.text)")
      #expect(read.workingDirectory == file.workingDirectory && read.summaries == 3, "\(name)")
    }
    #expect(YAMLScalar.text("line\n\u{1}") == "\"line\n\n  \\x01\"")
    #expect(YAMLScalar.text("hello 0") == "hello 0")
  }
}
