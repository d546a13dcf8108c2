// Numbers and ids as a recording writes them, and how they are read back. Varints: seven bits a
// byte, so that small numbers, which nearly all are, take one. Each value has one form only: two
// equal lists of actions are equal byte by byte, which is how a replay compares them.
internal import Basics

extension ByteBuffer {
  @inline(__always) mutating func put(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  @inline(__always) mutating func put(_ value: UInt32) { put(UInt64(value)) }
  @inline(__always) mutating func put(count: Int) { put(UInt64(count)) }

  /// Near to zero on either side is short.
  @inline(__always) mutating func put(signed value: Int64) {
    put(UInt64(bitPattern: value &<< 1 ^ value &>> 63))
  }

  @inline(__always) mutating func put(_ flag: Bool) { append(flag ? 1 : 0) }
  @inline(__always) mutating func put(_ session: SessionID) { put(session.index) }

  /// The mark for "none" is the largest number there is, and the commonest: it becomes zero.
  @inline(__always) mutating func put(markable value: UInt32) { put(value &+ 1) }
  @inline(__always) mutating func put(_ server: ServerID) { put(markable: server.index) }

  /// The instance stands in the upper bits; behind the place it costs less.
  @inline(__always) mutating func put(_ turn: TurnID) {
    put(turn.index &<< 10 | turn.index &>> 22)
  }

  @inline(__always) mutating func put(_ instant: Instant, from now: Instant) {
    put(signed: instant.nanoseconds &- now.nanoseconds)
  }

  @inline(__always) mutating func put(_ length: Interval) { put(signed: length.nanoseconds) }

  mutating func put(_ plan: TurnPlan) {
    put(plan.loop)
    put(plan.ordinal)
    put(plan.session)
    put(plan.key)
    put(plan.promptBytes)
    append(plan.flags.rawValue)
    append(plan.conversation)
  }

  mutating func put(text: String) { put(bytes: Array(text.utf8)) }

  mutating func put(bytes: [UInt8]) {
    put(count: bytes.count)
    append(bytes)
  }
}

/// Reads what `put` wrote. After the first thing that cannot be it says so for ever: whoever reads
/// a whole message asks once.
struct RecordCursor {
  let bytes: [UInt8]
  private(set) var place: Int
  private(set) var hasFailed = false

  init(_ bytes: [UInt8], at place: Int = 0) {
    self.bytes = bytes
    self.place = place
  }

  var isAtEnd: Bool { place >= bytes.count }

  mutating func fail() { hasFailed = true }

  mutating func skip(_ count: Int) { place += count }

  mutating func byte() -> UInt8 {
    guard place < bytes.count else {
      hasFailed = true
      return 0
    }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func number() -> UInt64 {
    var value: UInt64 = 0
    // Ten bytes of seven bits hold 64.
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let next = byte()
      value |= UInt64(next & 0x7F) &<< shift
      if next < 0x80 { return value }
    }
    hasFailed = true
    return value
  }

  mutating func short() -> UInt32 {
    let value = number()
    if value > UInt64(UInt32.max) { hasFailed = true }
    return UInt32(truncatingIfNeeded: value)
  }

  /// A count of things that take at least a byte each, so there cannot be more than bytes left.
  mutating func count() -> Int {
    let value = number()
    guard value <= UInt64(bytes.count - min(place, bytes.count)) else {
      hasFailed = true
      return 0
    }
    return Int(value)
  }

  mutating func signed() -> Int64 {
    let value = number()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func flag() -> Bool {
    let value = byte()
    if value > 1 { hasFailed = true }
    return value == 1
  }

  mutating func session() -> SessionID { SessionID(Int(short())) }
  mutating func markable() -> UInt32 { short() &- 1 }
  mutating func server() -> ServerID { ServerID(Int(markable())) }

  mutating func turn() -> TurnID {
    let value = short()
    return TurnID(raw: value &>> 10 | value &<< 22)
  }

  mutating func instant(from now: Instant) -> Instant {
    Instant(nanoseconds: now.nanoseconds &+ signed())
  }

  mutating func length() -> Interval { Interval(nanoseconds: signed()) }

  mutating func plan() -> TurnPlan {
    TurnPlan(
      loop: short(), ordinal: short(), session: session(), key: short(), promptBytes: short(),
      flags: TurnFlags(rawValue: byte()), conversation: byte())
  }

  mutating func data() -> [UInt8] {
    let count = count()
    guard !hasFailed else { return [] }
    defer { place += count }
    return Array(bytes[place..<place + count])
  }

  mutating func text() -> String { String(decoding: data(), as: UTF8.self) }

  /// A closed set of words by its number.
  mutating func word<Word: RawRepresentable<UInt8>>(_ fallback: Word) -> Word {
    guard let word = Word(rawValue: byte()) else {
      hasFailed = true
      return fallback
    }
    return word
  }
}
