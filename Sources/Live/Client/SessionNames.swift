// The ids of sessions on the wire. A machine knows a session by its number; servers, storage and
// logs know it by a text that also says whose it is, which run made it and which conversation under
// that number it holds, since numbers are used again:
//
//     user-17-5e3a91-34-2      owner, run, number 34, its second conversation
internal import Basics
internal import Scenarios

struct SessionNames: Sendable {
  struct Place: Hashable, Sendable, BitwiseCopyable {
    var session: SessionID
    var conversation: UInt32

    /// One word for a map.
    var code: UInt64 { UInt64(session.index) << 32 | UInt64(conversation) }
  }

  private let ids: UserIDs
  private let sessionsPerPerson: Int
  private let own: Int
  private let firstEphemeral: Int
  /// Six hexadecimal digits: sessions of an earlier run in the same storage are not ours.
  let tag: [UInt8]

  init(_ ids: UserIDs, people: Int, sessionsPerPerson: Int, groupSize: Int?, run: UInt64) {
    self.ids = ids
    self.sessionsPerPerson = sessionsPerPerson
    own = people * sessionsPerPerson
    firstEphemeral = own + (groupSize.map { (people + $0 - 1) / $0 } ?? 0)
    var text = ByteBuffer()
    text.append(hexadecimal: run & 0xFF_FFFF, digits: 6)
    tag = text.array
  }

  /// - person: who asks; an ephemeral session has no other owner.
  func append(_ place: Place, person: Int, to text: inout ByteBuffer) {
    let number = place.session.place
    if number >= own && number < firstEphemeral {
      // Everybody in a group has to name its session alike.
      text.append("group-")
      text.append(decimal: number - own)
    } else {
      // The CLI takes letters, digits, `_` and `-` in an id, and nothing else.
      for byte in ids.name(of: number < own ? number / sessionsPerPerson : person).utf8 {
        text.append(SessionNames.isTaken(byte) ? byte : UInt8(ascii: "_"))
      }
    }
    text.append("-")
    text.append(tag)
    text.append("-")
    text.append(decimal: number)
    text.append("-")
    text.append(decimal: Int(place.conversation))
  }

  private static func isTaken(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_")
  }

  /// A server's words with our ids in them, as words that repeat: `invalid sessionId: …`.
  func withoutIDs(_ text: String) -> String {
    let mark = "-" + String(decoding: tag, as: UTF8.self) + "-"
    guard text.contains(mark) else { return text }
    return text.split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.contains(mark) ? "\u{2026}" : String($0) }.joined(separator: " ")
  }

  /// Nil: not a session of this run.
  func place(in text: Span<UInt8>, _ range: Range<Int>) -> Place? {
    var end = range.upperBound
    guard let conversation = number(in: text, range.lowerBound, &end), end > range.lowerBound,
      text[end - 1] == UInt8(ascii: "-")
    else { return nil }
    end -= 1
    guard let session = number(in: text, range.lowerBound, &end),
      end - range.lowerBound > tag.count + 1, text[end - 1] == UInt8(ascii: "-")
    else { return nil }
    let start = end - 1 - tag.count
    for place in 0..<tag.count where text[start + place] != tag[place] { return nil }
    guard session < Int(UInt32.max) else { return nil }
    return Place(
      session: SessionID(session), conversation: UInt32(truncatingIfNeeded: conversation))
  }

  /// The number whose last digit stands before `end`, which moves to its first.
  private func number(in text: Span<UInt8>, _ start: Int, _ end: inout Int) -> Int? {
    var value = 0
    var unit = 1
    var place = end
    while place > start && end - place < 11 && text[place - 1] &- 48 < 10 {
      value += Int(text[place - 1] - 48) * unit
      unit *= 10
      place -= 1
    }
    guard place < end else { return nil }
    end = place
    return value
  }
}
