// What is generated from the table of keys and kept in the repository: the schema, the table in the
// docs. A run with UPDATE_GOLDEN=1 writes them anew and fails, so that nobody records by accident.
import Scenarios
import Testing

@Suite struct GeneratedFilesTests {
  @Test("The schema beside the scenarios is the one that the keys make")
  func schema() {
    let path = "scenarios/scenario.schema.json"
    let wanted = ScenarioSchema.document()
    if Repository.isRecording {
      Repository.write(wanted, to: path)
      Issue.record("recorded \(path)")
    }
    #expect(Repository.text(path) == wanted, "run the tests once with UPDATE_GOLDEN=1")
  }

  @Test("The table in the docs is the one that the keys make")
  func docs() throws {
    let path = "docs/scenarios.md"
    let text = Repository.text(path)
    let begin = "<!-- keys:begin -->\n"
    let end = "<!-- keys:end -->"
    let first = try #require(text.firstRange(of: begin))
    let last = try #require(text.firstRange(of: end))
    let wanted = ScenarioSchema.table()
    if Repository.isRecording {
      Repository.write(text[..<first.upperBound] + wanted + text[last.lowerBound...], to: path)
      Issue.record("recorded \(path)")
    }
    #expect(text[first.upperBound..<last.lowerBound] == wanted, "run once with UPDATE_GOLDEN=1")
  }

  @Test("The schema is JSON that the reader of scenarios reads too")
  func schemaIsJSON() throws {
    let document = try YAMLReader.read(Array(ScenarioSchema.document().utf8)).get()
    #expect(document.problems.isEmpty)
    let members = document.root?.mapping?.map(\.name) ?? []
    #expect(members.contains("$defs") && members.contains("properties"))
  }

  @Test("No path is both a key and a mapping of keys, and every key has help")
  func tableIsSound() {
    for key in ScenarioKeys.all {
      #expect(ScenarioKeys.names(under: key.path) == nil, "\(key.path)")
      #expect(key.help.hasSuffix("."), "\(key.path)")
      #expect(key.short == false || key.path.contains("."), "\(key.path)")
    }
    #expect(Set(ScenarioKeys.all.map(\.path)).count == ScenarioKeys.all.count)
  }

  @Test("Every default in the table reads back to itself")
  func defaultsReadBack() throws {
    // The last of these is shown as what `auto` comes to.
    let apart = ["name", "about", "seatrial", "app.lock.round-trip"]
    for key in ScenarioKeys.all where !apart.contains(key.path) {
      let text = key.fallback
      guard text != "as in the profile", text != "[]" else { continue }
      let read = ScenarioFile.read(
        bytes: Array("seatrial: 1".utf8), name: "t.yaml", settings: ["\(key.path)=\(text)"],
        files: files())
      switch read {
      case .success(let file): #expect(file.base.value(of: key.path) == text, "\(key.path)")
      case .failure(let complaints):
        // Some keys are refused alone (a share without groups), but never for their form.
        #expect(!complaints.text.contains("wanted"), "\(complaints.text)")
      }
    }
  }
}
