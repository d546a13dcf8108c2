// JSON by hand: what is written, what is read, and where a complaint points.
import Basics
import Testing

@Suite struct JSONTests {
  private let example: JSONValue = [
    "name": "caf\u{E9} \"quoted\" \\ \n\u{1}",
    "count": 3, "share": 0.1, "whole": 5.0, "none": nil, "yes": true,
    "flat": [1, 2.5, "x"], "nested": [[1], [:]], "empty": [], "nothing": [:],
  ]

  @Test("Pretty text breaks only arrays that hold other values")
  func pretty() {
    let text = """
      {
        "name": "caf\u{E9} \\"quoted\\" \\\\ \\n\\u0001",
        "count": 3,
        "share": 0.1,
        "whole": 5.0,
        "none": null,
        "yes": true,
        "flat": [1, 2.5, "x"],
        "nested": [
          [1],
          {}
        ],
        "empty": [],
        "nothing": {}
      }

      """
    #expect(example.text() == text)
  }

  @Test("Compact text has no white space")
  func compact() {
    let value: JSONValue = ["a": [1, nil, ["b": false]], "c": "d e"]
    #expect(value.text(.compact) == #"{"a":[1,null,{"b":false}],"c":"d e"}"#)
  }

  @Test("Both styles read back as the same value")
  func bothStyles() throws {
    #expect(try JSONValue(parsing: example.text()) == example)
    #expect(try JSONValue(parsing: example.text(.compact)) == example)
  }

  @Test(
    "Numbers keep their kind and value",
    arguments: [
      ("0", JSONValue.integer(0)), ("-7", .integer(-7)), ("-0", .number(-0.0)), ("1.0", .number(1)),
      ("1e3", .number(1000)), ("9223372036854775807", .integer(.max)),
      ("9223372036854775808", .number(9223372036854775808)),
      ("5e-324", .number(.leastNonzeroMagnitude)),
    ])
  func numbers(text: String, value: JSONValue) throws {
    let read = try JSONValue(parsing: text)
    #expect(read == value)
    #expect(try JSONValue(parsing: read.text()) == value)
  }

  @Test("Escapes of the second plane come as two surrogates")
  func surrogates() throws {
    #expect(try JSONValue(parsing: #""\ud83d\ude00\u00e9\/\b""#) == "\u{1F600}\u{E9}/\u{8}")
  }

  @Test(
    "Text that is not JSON is refused, with the place",
    arguments: [
      ("", JSONError.Reason.endedEarly, 0), ("[1,]", .unexpected(expected: "a value"), 3),
      ("{\"a\":1,}", .unexpected(expected: "the name of a member in quotes"), 7),
      ("[1 2]", .unexpected(expected: "a comma or a closing bracket"), 3),
      ("{\"a\" 1}", .unexpected(expected: "a colon"), 5),
      ("{\"a\":1", .endedEarly, 6), ("1 2", .trailingText, 2), ("01", .malformedNumber, 0),
      ("1.", .malformedNumber, 0), ("-", .malformedNumber, 0), ("1e999", .numberTooLarge, 0),
      ("\"\\x\"", .malformedEscape, 1), ("\"\\ud800\"", .malformedEscape, 1),
      ("\"\\udc00\"", .malformedEscape, 1), ("\"a\nb\"", .controlCharacter, 2),
      ("{\"a\":1,\"a\":2}", .repeatedKey("a"), 0), ("tru", .endedEarly, 3),
      ("nul!", .unexpected(expected: "null"), 0), ("// x", .unexpected(expected: "a value"), 0),
    ])
  func refused(text: String, reason: JSONError.Reason, offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
  }

  @Test("A complaint counts lines, and columns in characters")
  func place() {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: "{\n  \"\u{E9}\u{E9}\": ?\n}")
    }
    #expect(error?.line == 2)
    #expect(error?.column == 9)
    #expect(error?.offset == 12)
    #expect(error?.description == "line 2, column 9: expected a value")
  }

  @Test("Bytes that are not UTF-8 are refused")
  func utf8() {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: [0x22, 0xFF, 0x22])
    }
    #expect(error?.reason == .malformedUTF8)
  }

  @Test("Nesting is bounded at 200, on the dot")
  func depth() throws {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    _ = try JSONValue(parsing: deep)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + deep + "]") }
    #expect(error?.reason == .tooDeep(limit: 200))
  }

  @Test("A figure that is missing or not finite is null, a whole one an integer")
  func measured() {
    #expect(JSONValue(measured: nil) == .null)
    #expect(JSONValue(measured: .nan) == .null)
    #expect(JSONValue(measured: .infinity) == .null)
    #expect(JSONValue(measured: 12) == .integer(12))
    #expect(JSONValue(measured: 0.5) == .number(0.5))
    #expect(JSONValue(measured: 1e300) == .number(1e300))
  }

  @Test("Whole numbers beyond 63 bits survive as digits")
  func whole() throws {
    for number in [0, 17, UInt128(Int64.max), UInt128(Int64.max) + 1, UInt128.max] {
      let value = try JSONValue(parsing: JSONValue(whole: number).text())
      #expect(try JSONField(value).whole() == number)
    }
  }

  @Test("A complaint about the shape names the path")
  func shape() throws {
    let field = JSONField(["a": [["b": "x"]]])
    let inner = try field.member("a").elements()[0]
    let wrong = #expect(throws: JSONShapeError.self) { try inner.member("b").integer() }
    #expect(wrong?.description == "a[0].b: expected a whole number, found a string")
    let missing = #expect(throws: JSONShapeError.self) { try inner.member("c") }
    #expect(missing?.description == "a[0]: the member \"c\" is missing")
  }
}
