// What session.create stumbles over, and what it takes.
import MockCLI
import Testing

@Suite struct OptionCheckTests {
  @Test(
    "The real CLI's words for options it cannot use",
    arguments: [
      ("null", "Cannot read properties of null (reading 'gitHubToken')"),
      ("{\"tools\":\"nonsense\"}", "e.map is not a function"),
      (
        "{\"tools\":[{\"name\":5}]}",
        "externalToolDefinitions: tool name must be a non-empty string (got 5)."
      ),
      (
        "{\"tools\":[{}]}",
        "externalToolDefinitions: tool name must be a non-empty string (got undefined)."
      ),
      (
        "{\"workingDirectory\":\"/no/such/folder\"}",
        "Directory does not exist or cannot be accessed: /no/such/folder"
      ),
      (
        "{\"workingDirectory\":5}",
        "The \"path\" argument must be of type string. Received type number (5)"
      ),
    ])
  func refused(params: String, wanted: String) {
    #expect(OptionCheck.problem(with: bytes(params), of: .create) == wanted)
  }

  @Test(
    "Everything else is taken",
    arguments: [
      "", "{}", "[]", "\"text\"", "{\"model\":5}", "{\"provider\":\"nonsense\"}",
      "{\"infiniteSessions\":5}", "{\"unknownKey\":1}", "{\"workingDirectory\":\"/\"}",
      "{\"tools\":null}", "{\"tools\":[]}", "{\"tools\":[{\"name\":\"t\"}]}",
    ])
  func taken(params: String) {
    #expect(OptionCheck.problem(with: bytes(params), of: .create) == nil)
  }
}
