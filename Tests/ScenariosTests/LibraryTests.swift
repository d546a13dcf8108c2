// The shipped scenarios and the shipped profile: all of them sound, without warnings, and built as
// CONTRIBUTING asks.
import Basics
import CLIModel
import Scenarios
import Testing

@Suite struct LibraryTests {
  @Test("Every scenario of the library is read without complaint", arguments: Repository.scenarios)
  func sound(name: String) throws {
    let path = "scenarios/\(name).yaml"
    let bytes = try #require(Repository.bytes(path))
    switch ScenarioFile.read(bytes: bytes, name: path, files: files()) {
    case .success(let file):
      #expect(file.warnings.isEmpty, "\(Complaints(file.warnings).text)")
      #expect(file.base.name == name)
      #expect(!file.base.about.isEmpty)
      #expect(
        Set(file.variants.map(\.digest)).count == file.variants.count, "two variants are equal")
    case .failure(let complaints): Issue.record("\(complaints.text)")
    }
  }

  @Test("Every scenario opens with its schema and a comment", arguments: Repository.scenarios)
  func opening(name: String) {
    let lines = Repository.text("scenarios/\(name).yaml").split(separator: "\n")
    #expect(lines[0] == "# yaml-language-server: $schema=scenario.schema.json")
    // The question may take up to three lines.
    #expect(lines[1].hasPrefix("# ") && lines[1...3].joined().contains("?"))
  }

  @Test("Every hazard has a scenario: the guide's code and its cure", arguments: Repository.hazards)
  func hazard(name: String) throws {
    let path = "scenarios/hazards/\(name).yaml"
    let bytes = try #require(Repository.bytes(path))
    let people = Repository.text("scenarios/hazards/people.txt")
    let read = ScenarioFile.read(bytes: bytes, name: path, files: files(["people.txt": people]))
    switch read {
    case .success(let file):
      #expect(file.warnings.isEmpty, "\(Complaints(file.warnings).text)")
      #expect(file.base.name == name)
      #expect(file.variants.map(\.variant) == ["base", "safe"])
    case .failure(let complaints): Issue.record("\(complaints.text)")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "# yaml-language-server: $schema=../scenario.schema.json")
    #expect(lines[1].hasPrefix("# ") && lines[1...3].joined().contains("?"))
  }

  @Test("The profile of CLI 1.0.57 holds the measured numbers in base units")
  func profile() throws {
    let path = "scenarios/profiles/copilot-cli-1.0.57.json"
    let bytes = try #require(Repository.bytes(path))
    let profile = try ProfileReader.read(bytes, name: path).get()
    #expect(profile.name == "copilot-cli-1.0.57")
    #expect(profile.ping.cpu == .fixed(0.1e-3))
    #expect(profile.turnBefore.cpu.mean + profile.turnAfter.cpu.mean == 0.12)
    #expect(profile.create.outlierChance == 0.01 && profile.create.outlier == 0.13)
    #expect(profile.resumePerTurn == 0.95e-3)
    #expect(profile.memory.base == 255e6 && profile.disk.turn == 25_600)
    #expect(profile.start.mean > 1.29 && profile.start.mean < 1.31)
    #expect(profile.stopConnected == .milliseconds(10_050))
    #expect(profile.turnMessages == 19 && profile.turnBytes == 29_000)
    let wait = profile.retryServerError.reduce(profile.lastPauseServerError, +)
    #expect(profile.retryServerError.count == 5 && wait == .milliseconds(31_440))
  }
}
