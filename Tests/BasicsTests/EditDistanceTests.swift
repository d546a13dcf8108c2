// Guesses at mistyped words.
import Basics
import Testing

@Suite struct EditDistanceTests {
  @Test(
    "Distances count insertions, deletions, substitutions and swaps",
    arguments: [
      ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1),
      ("turn.respones", "turn.response", 1), ("same", "same", 0), ("ca", "abc", 3),
    ])
  func distance(a: String, b: String, expected: Int) {
    #expect(editDistance(a, b) == expected)
    #expect(editDistance(b, a) == expected)
  }

  @Test("The nearest word wins, and of equals the first")
  func closest() {
    #expect(nearest(to: "routting", among: ["pattern", "routing", "router"]) == "routing")
    #expect(nearest(to: "bat", among: ["cat", "hat"]) == "cat")
  }

  @Test("Far words give no guess")
  func far() {
    #expect(nearest(to: "xyz", among: ["pattern", "routing"]) == nil)
    #expect(nearest(to: "", among: ["a"]) == nil)
    #expect(nearest(to: String(repeating: "a", count: 65), among: ["a"]) == nil)
  }
}
