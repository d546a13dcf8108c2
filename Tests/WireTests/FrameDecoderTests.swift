// The decoder at every split point, under mutation against a plain reference, and at its limits.
import Basics
import Testing
import Wire

/// Feeds the pieces one by one and takes every frame as soon as it is there.
private func decode(_ pieces: [[UInt8]], limit: Int = 1 << 20) -> (
  frames: [[UInt8]], malformed: Int
) {
  var decoder = FrameDecoder(limit: limit)
  var frames: [[UInt8]] = []
  for piece in pieces {
    decoder.feed(piece)
    while let frame = decoder.nextFrame() { frames.append(frame) }
  }
  return (frames, decoder.malformed)
}

private let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#

@Suite struct FrameDecoderTests {
  /// Bodies that look like headers, an empty one, one of several bytes a character.
  static let bodies = [ping, "", "a\r\n\r\nContent-Length: 3\r\n\r\nb", "grüße 👋", "\r\n"]
  static let stream =
    frame(bodies[0]) + bytes("content-LENGTH:\t0\r\n\r\n") + frame(bodies[2])
    + bytes("X-Trace: a:b\r\nContent-length: \(bodies[3].utf8.count)\r\nContent-Type: x\r\n\r\n")
    + bytes(bodies[3]) + frame(bodies[4])

  @Test("A stream gives the same frames wherever it is cut in two")
  func everySplitPoint() {
    let stream = FrameDecoderTests.stream
    let wanted = FrameDecoderTests.bodies.map(bytes)
    for cut in 0...stream.count {
      let got = decode([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(got.frames == wanted, "cut at \(cut)")
      #expect(got.malformed == 0, "cut at \(cut)")
    }
  }

  @Test("A stream gives the same frames byte by byte and all at once")
  func byteByByte() {
    let wanted = FrameDecoderTests.bodies.map(bytes)
    #expect(decode(FrameDecoderTests.stream.map { [$0] }).frames == wanted)
    #expect(decode([FrameDecoderTests.stream]).frames == wanted)
  }

  @Test("A frame is lent as a span that equals the array")
  func lentFrame() {
    var decoder = FrameDecoder()
    decoder.feed(frame("abc") + frame("de"))
    #expect(decoder.next { $0.count } == 3)
    #expect(decoder.next { [$0[0], $0[1]] } == bytes("de"))
    #expect(decoder.next { $0.count } == nil)
    #expect(decoder.pending == 0)
  }

  @Test("Mutated streams, cut at random, read as the plain reference reads them", arguments: 1...40)
  func mutation(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("mutation"))
    for round in 0..<100 {
      let stream = mutated(FrameDecoderTests.stream + FrameDecoderTests.stream, &random)
      let wanted = ReferenceReader(stream)
      let got = decode(cut(stream, &random))
      #expect(got.frames == wanted.frames, "seed \(seed) round \(round): \(stream)")
      #expect(got.malformed == wanted.malformed, "seed \(seed) round \(round): \(stream)")
    }
  }

  @Test(
    "A long stream is read whole while its room is moved, grown and given back", arguments: 1...20)
  func longStream(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("long"))
    var wanted: [[UInt8]] = []
    var stream: [UInt8] = []
    for _ in 0..<200 {
      // Mostly below the first room of 16 kB; one in forty above what is kept between messages.
      let size = random.index(below: random.index(below: 40) == 0 ? 400_000 : 6000)
      let body = [UInt8](repeating: UInt8(random.index(below: 256)), count: size)
      wanted.append(body)
      _ = FrameEncoder().append(body, to: &stream)
    }
    let got = decode(cut(stream, longest: 9000, &random))
    #expect(got.frames == wanted, "seed \(seed)")
  }

  /// One to four changes: most of a stream stays whole, so that what follows the damage is tested.
  private func mutated(_ stream: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    // Bytes that mean something to the framing, and two that do not.
    let spice = bytes("\r\n:0159-+ C{") + [0, 255]
    var stream = stream
    for _ in 0...random.index(below: 4) {
      let place = random.index(below: stream.count)
      switch random.index(below: 4) {
      case 0: stream[place] = spice[random.index(below: spice.count)]
      case 1: stream.insert(spice[random.index(below: spice.count)], at: place)
      case 2: stream.remove(at: place)
      default:
        let end = min(stream.count, place + random.index(below: 30))
        stream.insert(contentsOf: stream[place..<end], at: random.index(below: stream.count))
      }
    }
    return stream
  }

  private func cut(
    _ stream: [UInt8], longest: Int = 40, _ random: inout SeededRandom
  ) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = stream[...]
    while !rest.isEmpty {
      let count = 1 + random.index(below: longest)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

/// Seen on the real CLI 1.0.57: broken headers are never answered, nor is what follows them.
@Suite struct BrokenFramingTests {
  @Test(
    "After a broken header no following ping is read",
    arguments: [
      "X-Length: 40\r\n\r\n", "Content-Length: forty\r\n\r\n", "Content-Length: -40\r\n\r\n",
      "Content-Length:\r\n\r\n", "Content-Length: 5\r\n\r\n", "Content-Length: 50\r\n\r\n",
      "Content-Length 40\r\n\r\n",
    ])
  func desynchronized(header: String) {
    let pings = Array(repeating: frame(ping), count: 20)
    let got = decode([bytes(header + ping)] + pings)
    #expect(!got.frames.contains(bytes(ping)), "\(header)")
  }

  @Test("HTTP garbage costs nothing but itself")
  func recovery() {
    let got = decode([bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), frame(ping), frame(ping)])
    #expect(got.frames == [bytes(ping), bytes(ping)])
    #expect(got.malformed == 1)
  }
}

@Suite struct FrameLimitTests {
  @Test("A body of the limit passes, one byte more is refused, and the next frame is read")
  func bodyLimit() {
    let large = String(repeating: "x", count: 101)
    let stream = frame(String(large.dropLast())) + frame(large) + frame("ok")
    for cut in 0...stream.count {
      var decoder = FrameDecoder(limit: 100)
      var sizes: [Int] = []
      for piece in [stream[..<cut], stream[cut...]] {
        decoder.feed(Array(piece))
        while let size = decoder.next({ $0.count }) { sizes.append(size) }
      }
      #expect(sizes == [100, 2], "cut at \(cut)")
      #expect(decoder.refused == 1, "cut at \(cut)")
    }
  }

  @Test("A length beyond any number is refused once and holds nothing")
  func absurdLength() {
    var decoder = FrameDecoder(limit: 100)
    decoder.feed(bytes("Content-Length: 99999999999999999999999\r\n\r\n"))
    for _ in 0..<50 {
      decoder.feed(frame(ping))
      #expect(decoder.nextFrame() == nil)
      #expect(decoder.pending == 0)
    }
    #expect(decoder.refused == 1)
  }

  @Test("A header without an end is refused once, holds nothing, and is over at its blank line")
  func endlessHeader() {
    let ending = bytes("\r\nContent-Length: 2\r\n\r\n")
    for cut in 0...ending.count {
      var decoder = FrameDecoder(limit: 100)
      for _ in 0..<30 {
        decoder.feed([UInt8](repeating: 65, count: 10))
        #expect(decoder.nextFrame() == nil)
        #expect(decoder.pending <= 100)
      }
      decoder.feed(Array(ending[..<cut]))
      #expect(decoder.nextFrame() == nil)
      decoder.feed(Array(ending[cut...]) + frame("ok"))
      #expect(decoder.nextFrame() == bytes("ok"), "cut at \(cut)")
      #expect(decoder.refused == 1 && decoder.malformed == 1, "cut at \(cut)")
    }
  }

  @Test("A large frame among small ones is whole")
  func largeFrame() {
    let large = String(repeating: "0123456789", count: 300_000)
    let stream = frame("a") + frame(large) + frame("b")
    let pieces = stride(from: 0, to: stream.count, by: 65_536).map {
      Array(stream[$0..<min($0 + 65_536, stream.count)])
    }
    let got = decode(pieces, limit: FrameDecoder.standardLimit)
    #expect(got.frames == [bytes("a"), bytes(large), bytes("b")])
  }
}
