// The pieces of a recording. Each has a head of 16 bytes and a checksum, so that a reader knows
// where a file was cut or damaged and never takes one piece for another.
//
//   kind (1)  stream (3)  length of the content (4)  checksum of all the rest (8)  content
package import Basics

package enum ChunkKind: UInt8, CaseIterable, Sendable {
  /// The scenario with everything it names: the first chunk.
  case source = 1
  /// A variant begins: machines are new from here.
  case variant = 2
  case records = 3
  case variantEnd = 4
  /// Nothing follows. A file without it was cut.
  case end = 5
}

package enum ChunkHead {
  package static let size = 16
  static let checksumAt = 8
  /// Traces of a million arrivals are the largest thing a chunk holds; beyond it is damage.
  static let mostContent = 1 << 28
}

extension ByteBuffer {
  package mutating func beginChunk() {
    removeAll()
    append(repeating: 0, count: ChunkHead.size)
  }

  package mutating func endChunk(_ kind: ChunkKind, stream: Int) {
    self[0] = kind.rawValue
    put(UInt64(stream), bytes: 3, at: 1)
    put(UInt64(count - ChunkHead.size), bytes: 4, at: 4)
    put(withSpan { checksum(ofChunk: $0) }, bytes: 8, at: ChunkHead.checksumAt)
  }

  private mutating func put(_ value: UInt64, bytes: Int, at place: Int) {
    for index in 0..<bytes {
      self[place + index] = UInt8(truncatingIfNeeded: value &>> UInt64(8 * index))
    }
  }
}

extension Span<UInt8> {
  func number(bytes: Int, at place: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<bytes { value |= UInt64(self[place + index]) &<< UInt64(8 * index) }
    return value
  }
}

/// Over everything but the checksum itself. Multiply and fold, eight bytes at a time: it is there
/// against accidents, not against forgers.
func checksum(ofChunk bytes: Span<UInt8>) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  func take(_ word: UInt64) {
    hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash &>> 32
  }
  take(bytes.number(bytes: 8, at: 0))
  var place = ChunkHead.size
  while place &+ 8 <= bytes.count {
    take(bytes.number(bytes: 8, at: place))
    place &+= 8
  }
  if place < bytes.count { take(bytes.number(bytes: bytes.count - place, at: place)) }
  return hash
}
