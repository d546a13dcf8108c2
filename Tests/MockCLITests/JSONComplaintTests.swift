// V8's words for texts that are no JSON, as the real CLI passed them on.
import Basics
import MockCLI
import Testing

@Suite struct JSONComplaintTests {
  @Test(
    "The complaint is V8's",
    arguments: [
      ("{", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
      ("}", "Unexpected token '}', \"}\" is not valid JSON"),
      ("[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"),
      ("[1 2]", "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)"),
      ("{\"a\"}", "Expected ':' after property name in JSON at position 4 (line 1 column 5)"),
      ("{\"a\":}", "Unexpected token '}', \"{\"a\":}\" is not valid JSON"),
      (
        "{\"a\":1,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"
      ),
      ("{\"a\":1.}", "Unterminated fractional number in JSON at position 7 (line 1 column 8)"),
      ("{\"a\":-}", "No number after minus sign in JSON at position 6 (line 1 column 7)"),
      ("{\"a\":01}", "Unexpected number in JSON at position 6 (line 1 column 7)"),
      ("{\"a\":1e}", "Exponent part is missing a number in JSON at position 7 (line 1 column 8)"),
      ("nul", "Unexpected end of JSON input"),
      ("nulx", "Unexpected token 'x', \"nulx\" is not valid JSON"),
      ("{\"a\":\"\\x\"}", "Bad escaped character in JSON at position 7 (line 1 column 8)"),
      ("{\"a\":\"\\u12\"}", "Bad Unicode escape in JSON at position 10 (line 1 column 11)"),
      (
        "{\"a\":\"tab\there\"}",
        "Bad control character in string literal in JSON at position 9 (line 1 column 10)"
      ),
      ("{}{}", "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)"),
      ("\"open", "Unterminated string in JSON at position 5 (line 1 column 6)"),
      ("\"open\\", "Unexpected end of JSON input"),
      ("\"ü😀", "Unterminated string in JSON at position 4 (line 1 column 5)"),
      (
        "{\"a\":xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Unexpected token 'x', \"{\"a\":xxxxxxxxxx\"... is not valid JSON"
      ),
      ("undefined", "\"undefined\" is not valid JSON"),
    ])
  func words(text: String, wanted: String) {
    #expect(JSONComplaint.about(bytes(text)) == "SyntaxError: \(wanted)")
  }

  @Test("What the project's own reader takes has no complaint, and what it refuses has one")
  func agreement() {
    let document = bytes("{\"a\":[1,-2.5e3,\"x\\u00e9\\n\"],\"b\":{\"c\":null,\"d\":true}}")
    for seed in UInt64(1)...200 {
      var random = random(seed, "complaint")
      var changed = document
      for _ in 0..<1 + random.index(below: 3) {
        let alphabet = bytes("{}[]\",:\\0123456789truefalsn.eE+- x")
        let place = random.index(below: changed.count)
        changed[place] = alphabet[random.index(below: alphabet.count)]
      }
      let isRead = (try? JSONValue(parsing: changed)) != nil
      #expect(
        isRead == (JSONComplaint.about(changed) == nil), "seed \(seed): \(text(changed))")
    }
  }
}
