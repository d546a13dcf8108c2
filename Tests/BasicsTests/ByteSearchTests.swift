// The search for a byte, eight at a step, against one at a step.
import Basics
import Testing

@Suite struct ByteSearchTests {
  @Test("The first place is found from every start", arguments: 1...30)
  func first(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("bytes"))
    // Few values, with neighbours of what is looked for: borrows must not pass for finds.
    let values: [UInt8] = [0, 1, 126, 127, 128, 254, 255]
    let text = (0..<random.index(below: 60)).map { _ in values[random.index(below: 7)] }
    for wanted in values {
      for start in 0...text.count {
        let expected = text[start...].firstIndex(of: wanted)
        #expect(text.span.place(of: wanted, from: start) == expected, "seed \(seed), \(start)")
      }
    }
  }
}
