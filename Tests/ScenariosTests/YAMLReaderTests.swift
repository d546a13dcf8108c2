// The tree of a text: places, bounds, refusals, and calls that stand unquoted.
import Scenarios
import Testing

private func tree(_ text: String) throws -> YAMLNode {
  try #require(try YAMLReader.read(Array(text.utf8)).get().root)
}

private func problem(_ text: String) -> String {
  switch YAMLReader.read(Array(text.utf8)) {
  case .success(let document): document.problems.map(describe).joined(separator: "\n")
  case .failure(let problem): describe(problem)
  }
}

private func describe(_ problem: YAMLProblem) -> String {
  "\(problem.line):\(problem.column): \(problem.reason)"
}

@Suite struct YAMLReaderTests {
  @Test("Every node knows its line and column, counted in characters from 1")
  func places() throws {
    let pairs = try #require(try tree("ä: é\nlist:\n  - x\n  - {k: \"v\"}\n").mapping)
    #expect(pairs[0].value.line == 1 && pairs[0].value.column == 4)
    let list = try #require(pairs[1].value.sequence)
    #expect(list[0].line == 3 && list[0].column == 5)
    let inner = try #require(list[1].mapping?.first)
    #expect(inner.value.column == 9 && inner.value.style == .quoted)
    #expect(inner.value.column(at: 0) == 10)
  }

  @Test("JSON is read too")
  func json() throws {
    let pairs = try #require(try tree("{\"a\": [1, 2.5, \"x,y\"],\n\t\"b\": null}").mapping)
    #expect(pairs[0].value.sequence?.map(\.scalar) == ["1", "2.5", "x,y"])
    #expect(pairs[1].value.isEmpty)
  }

  @Test(
    "Calls stand unquoted, in blocks and in brackets",
    arguments: [
      "a: lognormal(median: 1.2s, sigma: 0.5)", "{a: lognormal(median: 1.2s, sigma: 0.5), b: 1}",
      "a: \"lognormal(median: 1.2s, sigma: 0.5)\"",
    ])
  func calls(text: String) throws {
    let pairs = try #require(try tree(text).mapping)
    #expect(pairs[0].value.scalar == "lognormal(median: 1.2s, sigma: 0.5)")
  }

  @Test("A shielded call leaves the columns after it as they are")
  func columnsAfterCalls() throws {
    let pairs = try #require(try tree("{a: f(x: 1, y: 2), b: c}").mapping)
    #expect(pairs[1].key.column == 20 && pairs[1].value.column == 23)
  }

  @Test("A bracket that is not closed on its line is left to YAML")
  func openBracket() throws {
    #expect(problem("{a: f(1, b: 2}").isEmpty)
    #expect(try tree("{a: f(1, b: 2}").mapping?.count == 2)
  }

  @Test(
    "What a scenario does not use is refused, with its place",
    arguments: [
      ("a: &x 1\nb: *x", "1:4: anchors"), ("a: !!str 1", "1:4: tags"),
      ("a: 1\n---\nb: 2", "2:1: a second document"), ("[a]: 1", "1:1: a key is a word"),
      ("a: 1\nb: 2\na: 3", "3:1: a is given twice; first on line 1"),
      ("a: [1, 2", "2:1: did not find expected"), ("a: b: c", "1:5: mapping values"),
      ("a: \"\\q\"", "1:5: found unknown escape"), ("a: 1\n\tb: 2", "2:1: found a tab"),
      ("a: 1\nb: \u{1}", "2:4: control characters"),
    ])
  func refusals(text: String, wanted: String) {
    let found = problem(text)
    #expect(found.hasPrefix(wanted), "\(found)")
  }

  @Test("Bytes that are no UTF-8 are refused where they stand")
  func badText() {
    guard case .failure(let problem) = YAMLReader.read([97, 58, 32, 49, 10, 98, 58, 32, 0xFF])
    else {
      Issue.record("read")
      return
    }
    #expect(problem.line == 2 && problem.column == 4)
  }

  @Test("Depth, size and number of values are bounded")
  func bounds() {
    let deep = String(repeating: "[", count: 1000)
    #expect(problem(deep).contains("nested deeper than 64"))
    let fits = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
    #expect(problem(fits).isEmpty)
    let large = [UInt8](repeating: 32, count: YAMLReader.largestText + 1)
    guard case .failure(let problem) = YAMLReader.read(large) else {
      Issue.record("read")
      return
    }
    #expect(problem.reason.contains("4 MiB"))
    let many = "[" + String(repeating: "a,", count: YAMLReader.mostNodes) + "]"
    #expect(self.many(many).contains("more than 200000 values"))
  }

  private func many(_ text: String) -> String { problem(text) }

  @Test("An empty text has no root")
  func empty() throws {
    #expect(try YAMLReader.read([]).get().root == nil)
    #expect(try YAMLReader.read(Array("# only this\n".utf8)).get().root == nil)
  }
}
