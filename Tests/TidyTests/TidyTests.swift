// Reads every Swift file of the repository and holds it to the rules. Style is a failing test here,
// so that a review can be about the idea.
import LinuxIO
import Testing

@Suite struct TidyTests {
  /// Read once for all rules.
  private static let tree = {
    var failures: [SystemFailure] = []
    let files = SourceFile.all(failures: &failures)
    return (files: files, failures: failures)
  }()

  @Test("The sources are found and readable")
  func readable() {
    #expect(TidyTests.tree.failures.map(\.description) == [])
    for wanted in ["Sources/Basics/Time.swift", "Tests/TidyTests/TidyTests.swift"] {
      #expect(TidyTests.tree.files.contains { $0.path == wanted }, "\(wanted) was not found")
    }
  }

  @Test("The sources keep the rules", arguments: Rule.all)
  func tidy(rule: Rule) {
    let complaints = TidyTests.tree.files.flatMap(rule.complaints)
    #expect(complaints.isEmpty, "\n\(complaints.joined(separator: "\n"))")
  }

  @Test("Files over 400 lines are named, without failing")
  func longFiles() {
    for file in TidyTests.tree.files where file.lines.count > 400 {
      StandardError.write(
        "tidy: \(file.path) has \(file.lines.count) lines; do two ideas live there?\n")
    }
  }
}
