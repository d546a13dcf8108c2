// JSON by chance: whatever is written reads back, and no input, however broken, does worse than be
// refused.
import Basics
import Testing

@Suite struct JSONPropertyTests {
  @Test("Random values survive writing and reading, and give the same bytes again")
  func roundTrip() throws {
    for seed in seeds(400) {
      var random = random(seed, "json")
      let value = anyValue(&random, depth: 5)
      for style in [JSONStyle.pretty, .compact] {
        let bytes = value.utf8(style)
        let read = try JSONValue(parsing: bytes)
        #expect(read == value, "seed \(seed)")
        #expect(read.utf8(style) == bytes, "seed \(seed)")
      }
    }
  }

  @Test("Mutated documents are read or refused, and what is read can be written")
  func mutation() {
    var refused = 0
    for seed in seeds(400) {
      var random = random(seed, "mutation")
      let original = anyValue(&random, depth: 4).utf8(.compact)
      for _ in 0..<50 {
        let bytes = mutated(original, &random)
        do throws(JSONError) {
          let read = try JSONValue(parsing: bytes)
          #expect((try? JSONValue(parsing: read.utf8())) == read, "seed \(seed)")
        } catch {
          refused += 1
          #expect(error.offset <= bytes.count, "seed \(seed)")
          #expect(error.line >= 1 && error.column >= 1, "seed \(seed)")
        }
      }
    }
    #expect(refused > 0)
  }

  @Test("Every cut of a document is refused, except where a value is complete")
  func cuts() throws {
    let text = #"{"a": [1, -2.5e3, "x\u00e9\n"], "b": {"c": null, "d": true}}"#
    let bytes = Array(text.utf8)
    for end in 0..<bytes.count {
      #expect(throws: JSONError.self, "cut at \(end)") {
        try JSONValue(parsing: Array(bytes[..<end]))
      }
    }
    _ = try JSONValue(parsing: bytes)
  }

  private func mutated(_ original: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = original
    for _ in 0...random.index(below: 3) {
      let place = random.index(below: bytes.count + 1)
      // Bytes with a meaning are likelier to get past the first check.
      let marks = Array("{}[]\",:\\u0-9.eE+tfn \n".utf8)
      let byte =
        random.index(below: 2) == 0
        ? marks[random.index(below: marks.count)] : UInt8(random.index(below: 256))
      switch random.index(below: 4) {
      case 0: bytes.insert(byte, at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2 where place < bytes.count: bytes[place] = byte
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  private func anyValue(_ random: inout SeededRandom, depth: Int) -> JSONValue {
    switch random.index(below: depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.index(below: 2) == 0)
    case 2: return .integer(Int64(truncatingIfNeeded: bits(&random)))
    case 3:
      // Any bit pattern is a double; those that are not finite have no place in JSON.
      let number = Double(bitPattern: bits(&random))
      return .number(number.isFinite ? number : 0.1)
    case 4: return .number(random.uniform())
    case 5: return .string(anyText(&random))
    case 6:
      return .array((0..<random.index(below: 5)).map { _ in anyValue(&random, depth: depth - 1) })
    default:
      return .object(
        (0..<random.index(below: 5)).map { place in
          JSONMember("\(place)" + anyText(&random), anyValue(&random, depth: depth - 1))
        })
    }
  }

  private func bits(_ random: inout SeededRandom) -> UInt64 {
    UInt64(random.index(below: 1 << 32)) << 32 | UInt64(random.index(below: 1 << 32))
  }

  private func anyText(_ random: inout SeededRandom) -> String {
    var text = ""
    for _ in 0..<random.index(below: 8) {
      let code = random.index(below: random.index(below: 2) == 0 ? 0x80 : 0x11_0000)
      if let scalar = Unicode.Scalar(UInt32(code)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
