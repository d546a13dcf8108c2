// The scanner, which builds nothing, against the reader, which builds everything.
import Basics
import Testing
import Wire

private let documents = [
  #"{"jsonrpc":"2.0","id":7,"method":"session.send","params":{"id":"s","text":"h\"i\u00fc"}}"#,
  #" { "a" : [ 1 , -2.5e3 , "x\n" , { } , [ ] ] , "b" : { "c" : null , "d" : true } } "#,
  #"{"id":"a","result":{"output":null},"error":false}"#,
]

/// The members that the scanner finds; nil where it refuses the text.
private func members(_ text: [UInt8]) -> [(key: [UInt8], value: [UInt8])]? {
  var ranges: [(Range<Int>, Range<Int>)] = []
  let start = JSONScan.skipSpace(text.span, from: 0)
  guard
    let end = JSONScan.members(ofObjectAt: start, in: text.span, { ranges.append(($0, $1)) }),
    JSONScan.skipSpace(text.span, from: end) == text.count
  else { return nil }
  return ranges.map { (Array(text[$0.0]), Array(text[$0.1])) }
}

@Suite struct JSONScanTests {
  @Test("Mutated documents are taken or refused as the reader does it", arguments: 1...60)
  func mutation(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("scan"))
    let alphabet = bytes("{}[]\",:\\0123456789truefalsn.eE+- x\n")
    for round in 0..<200 {
      var text = bytes(documents[random.index(below: documents.count)])
      for _ in 0..<random.index(below: 4) {
        text[random.index(below: text.count)] =
          alphabet[random.index(below: alphabet.count)]
      }
      let scanned = members(text)
      // Doubled keys are the one thing on which the two differ: they stay in what is compared.
      let read = try? JSONValue(parsing: text)
      guard case .object(let object)? = read else {
        let isRefused = scanned == nil || read == nil && hasOddNumber(text)
        #expect(isRefused, "seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))")
        continue
      }
      guard let scanned else {
        Issue.record("seed \(seed), round \(round): only the reader takes it")
        continue
      }
      for (one, other) in zip(scanned, object) {
        #expect((try? JSONValue(parsing: one.value)) == other.value, "seed \(seed), round \(round)")
      }
      #expect(scanned.count == object.count, "seed \(seed), round \(round)")
    }
  }

  /// The reader wants numbers to be finite and keys to come once, strings to be whole characters.
  private func hasOddNumber(_ text: [UInt8]) -> Bool {
    guard let list = members(text) else { return false }
    return Set(list.map(\.key)).count < list.count
      || list.contains { (try? JSONValue(parsing: $0.value)) == nil }
  }

  @Test("No cut of a document is taken for a whole one")
  func cuts() {
    for document in documents {
      let text = bytes(document)
      let last = text.lastIndex(of: UInt8(ascii: "}")) ?? 0
      for cut in 0...last {
        #expect(members(Array(text[..<cut])) == nil, "cut at \(cut) of \(document)")
      }
    }
  }

  @Test("Nesting past the bound is refused, and costs no more than its length")
  func depth() {
    let deep = bytes("{\"a\":" + String(repeating: "[", count: 100_000))
    #expect(members(deep) == nil)
    let fine =
      "{\"a\":" + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}"
    #expect(members(bytes(fine)) != nil)
  }

  @Test("A head finds what routes a message, and the last of two wins")
  func head() throws {
    let text = bytes(documents[0])
    let first = MessageHead(text.span)
    let head = try #require(first)
    #expect(head.id.map { Array(text[$0]) } == bytes("7"))
    #expect(head.method.map { Array(text[$0]) } == bytes("session.send"))
    #expect(head.params.map { text[$0].first } == UInt8(ascii: "{"))
    let twice = bytes(#"{"id":1,"id":"2","method":5,"params":null}"#)
    let other = MessageHead(twice.span)
    let second = try #require(other)
    #expect(second.id.map { Array(twice[$0]) } == bytes("\"2\""))
    #expect(second.method == nil)
  }

  @Test(
    "What is not one object has no head",
    arguments: ["", "[]", "5", "null", "\"x\"", "{", "{}}", "{} x", "[{}]", "{\"a\":1,}"])
  func noHead(text: String) {
    let body = bytes(text)
    let head = MessageHead(body.span)
    #expect(head == nil)
  }
}
