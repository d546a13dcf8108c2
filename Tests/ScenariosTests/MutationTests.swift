// Damaged scenarios and profiles: whatever the bytes, the reader gives a scenario or a complaint
// with a place. SEATRIAL_SEED repeats a failure.
import Basics
import Glibc
import Scenarios
import Testing

private struct Mutator {
  var random: SeededRandom
  static let words = [
    "users", "20", "20s", "4/s", "1e308", "-1", "5%", "32GiB", "off", "auto", "unlimited", "{", "}",
    "[",
    "]", ":", ",", "- ", "? ", "#", "\"", "'", "&a", "*a", "!!x", "|", ">", "---", "...", "\t",
    "\u{0}",
    "ü", "😀", "lognormal(", "empirical(x)", "zipf(9)", "geometric(1)", "sweep: {seed: [1,2]}",
    "app.pattern: isolated", "(", ")", "99999999999999999999", "0.0000000000000000001", "9e99d",
    "\r\n",
    "\u{E000}", "\u{FEFF}", "null", "~", "<<", "%", "@", "`",
  ]

  mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.index(below: 4) {
      if bytes.isEmpty { return bytes }
      let at = random.index(below: bytes.count)
      let length = min(bytes.count - at, 1 + random.index(below: 40))
      switch random.index(below: 7) {
      case 0: bytes[at] = UInt8(random.index(below: 256))
      case 1: bytes.removeSubrange(at..<at + length)
      case 2: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
      case 3: bytes.removeSubrange(at...)
      case 4: bytes = swapLines(bytes)
      default:
        let word = Mutator.words[random.index(below: Mutator.words.count)]
        bytes.insert(contentsOf: Array(word.utf8), at: at)
      }
    }
    return bytes
  }

  private mutating func swapLines(_ bytes: [UInt8]) -> [UInt8] {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let first = random.index(below: lines.count)
    let second = random.index(below: lines.count)
    lines.swapAt(first, second)
    return Array(lines.joined(separator: [10]))
  }
}

private func seed() -> UInt64 {
  guard let text = unsafe getenv("SEATRIAL_SEED") else { return 20_261_121 }
  return unsafe UInt64(String(cString: text)) ?? 0
}

@Suite struct MutationTests {
  @Test("2,000 damaged scenarios each give a scenario or a complaint with a place")
  func scenarios() throws {
    let seed = seed()
    var mutator = Mutator(random: SeededRandom(Seed(seed).stream("mutation")))
    let texts = Repository.scenarios.compactMap { Repository.bytes("scenarios/\($0).yaml") }
    #expect(texts.count == Repository.scenarios.count)
    let shipped = try Dictionary(
      uniqueKeysWithValues: ["profiles/copilot-cli-1.0.57.json", "profiles/free.json"].map {
        ($0, try #require(Repository.bytes("scenarios/" + $0)))
      })
    var accepted = 0
    for round in 0..<2000 {
      let bytes = mutator.damage(texts[round % texts.count])
      let result = ScenarioFile.read(
        bytes: bytes, name: "m.yaml",
        files: { path in
          shipped[path].map { .success($0) }
            ?? .failure(FileProblem(reason: "there is no such file"))
        })
      switch result {
      case .success(let file):
        accepted += 1
        #expect(file.variants.first?.variant == "base")
        #expect(file.inspection().count >= ScenarioKeys.all.count)
      case .failure(let complaints):
        expectPlaces(complaints, "seed \(seed), round \(round)")
      }
    }
    // Many a change only meets a comment; many another must be caught.
    #expect(accepted > 200 && accepted < 1800, "seed \(seed): \(accepted) accepted")
  }

  @Test("1,000 damaged profiles each give a profile or a complaint with a place")
  func profiles() throws {
    let seed = seed()
    var mutator = Mutator(random: SeededRandom(Seed(seed).stream("profiles")))
    let shipped = try #require(Repository.bytes("scenarios/profiles/copilot-cli-1.0.57.json"))
    for round in 0..<1000 {
      let result = ProfileReader.read(mutator.damage(shipped), name: "m.json")
      if case .failure(let complaints) = result {
        expectPlaces(complaints, "seed \(seed), round \(round)")
      }
    }
  }

  @Test("2,000 damaged flags each give a scenario or a complaint with a place")
  func flags() {
    let seed = seed()
    var mutator = Mutator(random: SeededRandom(Seed(seed).stream("flags")))
    let flags = [
      "workload.think=lognormal(median: 1.2s, sigma: 0.5)", "fleet.changes=[{at: 1m, add: 2}]",
      "app.lock={ttl: 3s, renew: on}", "workload.user-ids=team-{n}",
      "workload.arrivals=poisson(4/s)",
      "app.sessions.limit=unlimited", "workload.diurnal={mean: 4/s, swing: 5%}",
    ]
    for round in 0..<2000 {
      let flag = mutator.damage(Array(flags[round % flags.count].utf8))
      let text = String(decoding: flag, as: UTF8.self)
      if case .failure(let complaints) = read("seatrial: 1", set: [text]) {
        expectPlaces(complaints, "seed \(seed), round \(round), flag \(text)")
      }
    }
  }

  private func expectPlaces(_ complaints: Complaints, _ context: String) {
    #expect(!complaints.errors.isEmpty, "\(context)")
    for complaint in complaints.all {
      let place = complaint.position
      #expect(place.line >= 1 && place.column >= 1 && !place.file.isEmpty, "\(context)")
      #expect(!complaint.reason.isEmpty && !complaint.text.contains("\n"), "\(context)")
    }
  }
}
