// Inputs that reach every corner of what strangers send, and those that libFuzzer broke it with:
// each is fed once. A target that does not hold stops the process with a sentence.
import Fuzzing
import LinuxIO
import Testing

private let folder =
  "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Corpus/"

@Suite struct CorpusTests {
  @Test(
    "Every file of the corpus is taken or refused, and nothing breaks",
    arguments: FuzzTarget.allCases)
  func corpus(_ target: FuzzTarget) throws {
    let place = folder + target.rawValue
    guard case .names(let names) = Files.list(place) else {
      Issue.record("there is no \(place)")
      return
    }
    #expect(names.count >= 10, "\(names.count) files are no corpus")
    for name in names.sorted() {
      guard case .contents(let bytes) = Files.read(place + "/" + name, limit: 1 << 20) else {
        Issue.record("\(name) cannot be read")
        continue
      }
      target.check(bytes)
    }
  }

  @Test("Nothing at all is an input too", arguments: FuzzTarget.allCases)
  func nothing(_ target: FuzzTarget) { target.check([]) }
}
