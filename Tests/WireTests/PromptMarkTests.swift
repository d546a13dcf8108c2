// Marks in prompts: read back wherever they stand, through JSON too, and never out of damaged text.
import Basics
import Testing
import Wire

private func randomMark(_ random: inout SeededRandom) -> PromptMark {
  func number(_ random: inout SeededRandom) -> UInt32 {
    // Small and large ones alike.
    UInt32(truncatingIfNeeded: random.index(below: 1 << 32) >> random.index(below: 32))
  }
  let kinds = [PromptMark.Kind.prompt, .answer, .summary]
  return PromptMark(
    kinds[random.index(below: 3)], run: number(&random), loop: number(&random),
    turn: number(&random), session: number(&random),
    conversation: UInt8(random.index(below: 256)))
}

private func marks(_ text: String) -> [PromptMark] {
  var found: [PromptMark] = []
  PromptMark.collect(from: Array(text.utf8).span, into: &found)
  return found
}

@Suite struct PromptMarkTests {
  @Test("The text of a mark is what the header says")
  func text() {
    let mark = PromptMark(run: 0x8c1f_03aa, loop: 17, turn: 42, session: 3)
    #expect(mark.text.hasPrefix("~seatrial:p:8c1f03aa:17:42:3:0:"))
    #expect(mark.text.utf8.count <= PromptMark.longest)
    let largest = PromptMark(
      .summary, run: .max, loop: .max, turn: .max, session: .max, conversation: 255)
    #expect(largest.text.utf8.count == PromptMark.longest)
  }

  @Test("Marks are found among other text, in their order", arguments: 1...40)
  func found(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("marks"))
    let filler = ["~", "~~", "~seatrial:", "words ", "\n", "~seatrial:p:", "", "é", "x~"]
    for round in 0..<50 {
      let wanted = (0..<random.index(below: 5)).map { _ in randomMark(&random) }
      var text = filler[random.index(below: filler.count)]
      for mark in wanted { text += mark.text + filler[random.index(below: filler.count)] }
      #expect(marks(text) == wanted, "seed \(seed), round \(round): \(text)")
    }
  }

  @Test("A mark survives being quoted inside JSON, and that inside JSON again")
  func quoted() {
    let mark = PromptMark(run: 7, loop: 1, turn: 2, session: 3, conversation: 4)
    let once = JSONValue.object([.init("content", .string("say \"\(mark.text)\"\n"))]).text(
      .compact)
    let twice = JSONValue.object([.init("body", .string(once))]).text(.compact)
    #expect(marks(once) == [mark] && marks(twice) == [mark])
  }

  @Test("A mark that was cut or altered anywhere is not read", arguments: 1...20)
  func damaged(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("damage"))
    let text = Array(randomMark(&random).text.utf8)
    for cut in 0..<text.count {
      #expect(marks(String(decoding: text[..<cut], as: UTF8.self)) == [], "seed \(seed), \(cut)")
      var altered = text
      let byte = UInt8(32 + random.index(below: 95))
      guard altered[cut] != byte else { continue }
      altered[cut] = byte
      #expect(marks(String(decoding: altered, as: UTF8.self)) == [], "seed \(seed), \(cut)")
    }
  }
}
