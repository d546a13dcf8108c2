// What the encoder writes, literally, and that the decoder takes it back.
import Testing
import Wire

@Suite struct FrameEncoderTests {
  @Test("One part goes out with what stands before it")
  func onePart() {
    var output = bytes("before")
    #expect(FrameEncoder().append("{}".utf8, to: &output) == nil)
    #expect(output == bytes("beforeContent-Length: 2\r\n\r\n{}"))
  }

  @Test("Two parts are cut between header and body")
  func twoParts() throws {
    var output: [UInt8] = []
    let encoder = FrameEncoder(parts: .two)
    let first = try #require(encoder.append(bytes("{}"), to: &output))
    let second = try #require(encoder.append(bytes("[1]"), to: &output))
    #expect(Array(output[..<first]) == bytes("Content-Length: 2\r\n\r\n"))
    #expect(Array(output[first..<second]) == bytes("{}Content-Length: 3\r\n\r\n"))
    #expect(Array(output[second...]) == bytes("[1]"))
  }

  @Test("Lengths around every power of ten come back whole")
  func lengths() {
    var output: [UInt8] = []
    let counts = [0, 1, 9, 10, 11, 99, 100, 999, 1000, 1001, 9999, 10_000, 100_000]
    for count in counts {
      _ = FrameEncoder().append([UInt8](repeating: 48, count: count), to: &output)
    }
    var decoder = FrameDecoder()
    decoder.feed(output)
    for count in counts { #expect(decoder.next { $0.count } == count) }
  }
}
