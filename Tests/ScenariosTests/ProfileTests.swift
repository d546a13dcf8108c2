// The strictness of profiles: each number has a unit and a provenance, none is missing, none is
// unknown.
import Basics
import CLIModel
import Scenarios
import Testing

private func faults(_ change: (String) -> String) -> String {
  let text = change(Repository.text("scenarios/profiles/copilot-cli-1.0.57.json"))
  switch ProfileReader.read(Array(text.utf8), name: "p.json") {
  case .success: return ""
  case .failure(let complaints): return complaints.text
  }
}

@Suite struct ProfileTests {
  @Test(
    "A mistake in a profile is refused where it stands",
    arguments: [
      ("\"ping\": {", "\"pong\": {", "pong: is no number of a profile; did you mean ping?"),
      ("\"flush-delay\"", "\"flush-dely\"", "did you mean flush-delay?"),
      ("\"value\": 0.1, \"unit\": \"ms\"", "\"value\": 0.1", "has no unit: s, ms, us"),
      ("\"value\": 0.1, \"unit\": \"ms\"", "\"unit\": \"ms\"", "ping.cpu: has no value"),
      ("\"unit\": \"ms\"", "\"unit\": \"min\"", "\"min\" is not known here"),
      ("\"value\": 0.1,", "\"value\": \"much\",", "ping.cpu: \"much\" is not a number"),
      ("\"value\": 0.1,", "\"value\": -1,", "negative values"),
      ("\"value\": 0.1,", "\"value\": 1e17,", "longer than 28 years"),
      ("\"value\": 0.348", "\"value\": 1.5", "a share is at most 1"),
      ("\"value\": 255", "\"value\": [1, 2]", "not a list of this length"),
      ("\"value\": [1.01, 1.1]", "\"value\": 2.2", "a list of pauses is wanted"),
      ("\"n\": 1000", "\"samples\": 1000", "\"samples\" is not known here"),
      ("\"seatrial-profile\": 1", "\"seatrial-profile\": 2", "knows version 1"),
      ("\"seatrial-profile\": 1,", "", "seatrial-profile: is missing: 1"),
    ])
  func mistakes(from: String, to: String, wanted: String) throws {
    let found = faults { text in
      guard let range = text.firstRange(of: from) else { return text }
      return text[..<range.lowerBound] + to + text[range.upperBound...]
    }
    #expect(found.contains(wanted), "\(from): \(found)")
    #expect(found.split(separator: "\n").allSatisfy { $0.hasPrefix("p.json:") })
  }

  @Test("A time in milliseconds is the number of seconds that one would write")
  func milliseconds() throws {
    let text = Repository.text("scenarios/profiles/copilot-cli-1.0.57.json")
    let profile = try ProfileReader.read(Array(text.utf8), name: "p.json").get()
    #expect(profile.resume.cpu == .fixed(0.009))
  }

  @Test("A number without provenance is refused")
  func provenance() {
    let found = faults { $0.replacing("provenance", with: "n") }
    #expect(found.contains("has no provenance"), "\(found)")
  }

  @Test("A missing number is named")
  func missing() {
    let found = faults { $0.replacing("\"turn-messages\"", with: "\"turn-bites\"") }
    #expect(found.contains("wire.turn-messages: is missing"), "\(found)")
    #expect(found.contains("wire.turn-bites: is no number of a profile; did you mean"), "\(found)")
  }

  @Test("A fault in a profile stops the scenario that names it")
  func inScenario() {
    let found = complaints(
      "seatrial: 1\nfleet: {profile: mine}", extra: ["profiles/mine.json": "{\"name\": \"mine\"}"])
    #expect(found.contains("profiles/mine.json:1:1: ping.cpu: is missing"), "\(found)")
  }
}
