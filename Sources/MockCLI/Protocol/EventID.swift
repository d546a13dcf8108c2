// Version-4 UUIDs: events, messages and interactions carry one each. Kept as two words, because a
// session remembers one and 10,000 sessions may live in a process.
internal import Basics

package struct EventID: Equatable, Sendable {
  let high: UInt64
  let low: UInt64
}

/// Ids that no other process makes: seeded from the kernel, also in runs with a fixed seed, since
/// two servers on one folder must not write the same ones.
package struct EventIDs {
  private var state: UInt64

  package init(entropy: UInt64) { state = entropy }

  package mutating func next() -> EventID {
    state &+= 0x9E37_79B9_7F4A_7C15
    let high = mix64(state)
    let low = mix64(high ^ state)
    return EventID(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
      low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }
}

extension ByteBuffer {
  /// 36 letters: eight, four, four, four and twelve hexadecimal digits.
  mutating func append(_ id: EventID) {
    append(uuid: id.high, id.low)
  }
}

extension EventID {
  package var text: String {
    var buffer = ByteBuffer(capacity: 36)
    buffer.append(self)
    return String(decoding: buffer.array, as: UTF8.self)
  }

  /// Nil for text of another form.
  package init?(_ text: [UInt8]) {
    var words: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for byte in text where byte != UInt8(ascii: "-") {
      let digit: UInt8
      switch byte {
      case 48...57: digit = byte - 48
      case 97...102: digit = byte - 87
      default: return nil
      }
      if digits < 16 {
        words.0 = words.0 << 4 | UInt64(digit)
      } else {
        words.1 = words.1 << 4 | UInt64(digit)
      }
      digits += 1
    }
    guard digits == 32, text.count == 36 else { return nil }
    self.init(high: words.0, low: words.1)
  }
}
