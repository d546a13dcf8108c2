// No false alarm: more than 100,000 turns on lean mocks, over all patterns with their cures on, and
// nothing is found. What was looked at is counted, since a checker that looks at nothing is silent
// too.
import Basics
import LinuxIO
import Metrics
import Testing

@Suite(.serialized, LiveTrial.long) struct CleanRunTests {
  private static let findings = [
    "turns.lost", "turns.duplicated", "turns.foreign", "turns.reordered", "locks.double_held",
    "locks.wrong_release", "locks.stale_writes",
  ]

  @Test("A clean run of more than 100,000 turns, all patterns, has no finding")
  func clean() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "run", Seatrial.root + "/scenarios/clean.yaml", "--out", "o", "--no-progress")
      try #require(run.code == 0, "\(run.errors)")
      let result = try seatrial.result(at: "o/result.json")
      #expect(result.variants.count == 6)
      var turns = 0
      print("variant           turns  turns/s  histories read  turns in them  findings")
      for variant in result.variants {
        let completed = variant.count("turns.completed")
        turns += completed
        let fact = result.environment.first {
          $0.name == "histories checked (\(variant.name))"
        }
        let words = try #require(fact).value
        let numbers = words.split { !$0.isNumber }.compactMap { Int($0) }
        try #require(numbers.count >= 3, "\(words)")
        let (sessions, all, looked) = (numbers[0], numbers[1], numbers[2])
        // The last turn of a conversation that ended is in no later request to the provider.
        let unseen = numbers.count > 3 ? numbers[3] : 0
        let sum = Self.findings.reduce(0) { $0 + max(0, variant.count($1)) }
        print(
          padded(variant.name, to: 16), padded("\(completed)", to: 6),
          padded("\(Int(variant["turn.throughput"]?.value() ?? 0))", to: 8),
          padded("\(sessions) of \(all)", to: 15), padded("\(looked)", to: 14), sum)
        // Every session and every turn was looked at, not only those of the measured time.
        #expect(sessions == all && sessions > 0 && looked + unseen >= completed, "\(words)")
        #expect(unseen == 0 || variant.name == "seen-by-provider" && unseen <= all, "\(words)")
        #expect(variant.findings.isEmpty, "\(variant.name): \(variant.findings.map(\.text))")
        for name in Self.findings { #expect(variant.count(name) == 0, "\(variant.name) \(name)") }
        #expect(variant.count("turns.failed") == 0, "\(variant.name): \(result.reasons)")
        #expect(completed > 5000, "\(variant.name): \(result.reasons)")
      }
      print("\(turns) turns, \(result.verdict.rawValue) \(result.reasons)")
      #expect(turns >= 100_000)
    }
  }

  private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
