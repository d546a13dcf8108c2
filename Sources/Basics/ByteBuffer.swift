// Bytes on their way: appended at the end, taken from the front, kept in one block. What sockets
// fill and drain, and what messages are built in. Uniquely owned for the reason `Table` is: an
// append to `[UInt8]` pays a uniqueness check a byte. It knows nothing of what the bytes mean.

@safe public struct ByteBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var room: Int
  @usableFromInline var head: Int
  @usableFromInline var tail: Int

  @inlinable public init(capacity: Int = 0) {
    precondition(capacity >= 0, "a buffer cannot hold fewer than no bytes")
    room = capacity
    unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity < 1 ? 1 : capacity)
    head = 0
    tail = 0
  }

  deinit { unsafe base.deallocate() }

  @inlinable public var count: Int { tail &- head }
  @inlinable public var isEmpty: Bool { tail == head }
  /// Bytes held from the allocator, used or not.
  @inlinable public var capacity: Int { room }

  @inlinable public subscript(place: Int) -> UInt8 {
    get {
      precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "buffer place out of range")
      return unsafe base[head &+ place]
    }
    set {
      precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "buffer place out of range")
      unsafe base[head &+ place] = newValue
    }
  }

  @inlinable public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = unsafe UnsafeBufferPointer(start: base + head, count: count)
    return try unsafe body(bytes.span)
  }

  /// A copy of some of the bytes, counted from the front.
  public func array(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "buffer range out of range")
    return unsafe Array(
      UnsafeBufferPointer(start: base + head + range.lowerBound, count: range.count))
  }

  public var array: [UInt8] { array(0..<count) }

  // MARK: at the end

  @inlinable @inline(__always) public mutating func append(_ byte: UInt8) {
    makeRoom(for: 1)
    unsafe base[tail] = byte
    tail &+= 1
  }

  /// Inlined, so that the length is known where it stands: a few moves instead of a call.
  @inlinable @inline(__always) public mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    makeRoom(for: length)
    unsafe (base + tail).update(from: text.utf8Start, count: length)
    tail &+= length
  }

  @inlinable public mutating func append(_ bytes: Span<UInt8>) {
    makeRoom(for: bytes.count)
    unsafe bytes.withUnsafeBufferPointer {
      guard let start = $0.baseAddress else { return }
      unsafe (base + tail).update(from: start, count: $0.count)
    }
    tail &+= bytes.count
  }

  @inlinable public mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

  @inlinable public mutating func append(_ other: borrowing ByteBuffer) {
    let length = other.count
    makeRoom(for: length)
    unsafe (base + tail).update(from: other.base + other.head, count: length)
    tail &+= length
  }

  /// Literals are meant for the form above, which needs no string; the language prefers this one.
  @_disfavoredOverload public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      makeRoom(for: bytes.count)
      guard let start = bytes.baseAddress else { return }
      unsafe (base + tail).update(from: start, count: bytes.count)
      tail &+= bytes.count
    }
  }

  @inlinable public mutating func append(decimal value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    // 20 digits hold every 64-bit number.
    makeRoom(for: 20)
    var digits = 1
    var bound: UInt = 10
    while rest >= bound {
      digits &+= 1
      if digits == 20 { break }
      bound &*= 10
    }
    var place = tail &+ digits
    tail = place
    repeat {
      place &-= 1
      unsafe base[place] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// The lower `digits` hexadecimal digits of a value, at most eight, in lower case.
  @inlinable public mutating func append(hexadecimal value: UInt64, digits: Int) {
    precondition(digits > 0 && digits <= 8, "eight hexadecimal digits at a time")
    makeRoom(for: 8)
    let text = ByteBuffer.hexadecimal(value) &<< UInt64(64 &- 8 &* digits)
    unsafe UnsafeMutableRawPointer(base + tail).storeBytes(of: text.bigEndian, as: UInt64.self)
    tail &+= digits
  }

  /// The eight digits of a 32-bit value, the first in the highest byte.
  @inlinable @inline(__always) static func hexadecimal(_ value: UInt64) -> UInt64 {
    // One digit in each byte, the first in the highest: half of the digits move up at each step.
    var spread = value & 0xFFFF_FFFF
    spread = (spread &<< 16 | spread) & 0x0000_FFFF_0000_FFFF
    spread = (spread &<< 8 | spread) & 0x00FF_00FF_00FF_00FF
    spread = (spread &<< 4 | spread) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = ((spread &+ 0x0606_0606_0606_0606) &>> 4) & 0x0101_0101_0101_0101
    // A letter stands 39 behind where the digit of that value would stand.
    return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  /// The 36 letters of a UUID. Every event of the mock carries three of them.
  @inlinable public mutating func append(uuid high: UInt64, _ low: UInt64) {
    makeRoom(for: 36)
    let second = ByteBuffer.hexadecimal(high)
    let third = ByteBuffer.hexadecimal(low &>> 32)
    let start = unsafe UnsafeMutableRawPointer(base + tail)
    unsafe start.storeBytes(of: ByteBuffer.hexadecimal(high &>> 32).bigEndian, as: UInt64.self)
    unsafe ByteBuffer.store(second &>> 32, at: start + 8)
    unsafe ByteBuffer.store(second, at: start + 13)
    unsafe ByteBuffer.store(third &>> 32, at: start + 18)
    unsafe ByteBuffer.store(third, at: start + 23)
    unsafe (start + 28).storeBytes(
      of: ByteBuffer.hexadecimal(low).bigEndian, as: UInt64.self)
    tail &+= 36
  }

  /// A hyphen and the lower four letters.
  @inlinable @inline(__always) static func store(
    _ letters: UInt64, at place: UnsafeMutableRawPointer
  ) {
    unsafe place.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
    let four = UInt32(truncatingIfNeeded: letters).bigEndian
    unsafe (place + 1).storeBytes(of: four, as: UInt32.self)
  }

  public mutating func append(repeating byte: UInt8, count: Int) {
    makeRoom(for: count)
    unsafe (base + tail).update(repeating: byte, count: count)
    tail &+= count
  }

  /// Hands out room for at least `wanted` bytes; `body` says how many it wrote.
  @inlinable public mutating func fill(
    atLeast wanted: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    makeRoom(for: wanted)
    let free = unsafe UnsafeMutableRawBufferPointer(start: base + tail, count: room &- tail)
    let written = unsafe body(free)
    precondition(written <= free.count, "more bytes were written than there was room for")
    if written > 0 { tail &+= written }
    return written
  }

  // MARK: from the front

  @inlinable public mutating func removeFirst(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "more bytes removed than there are")
    head &+= count
    if head == tail {
      head = 0
      tail = 0
    }
  }

  /// Forgets what came after the first `count` bytes.
  @inlinable public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "a buffer cannot be cut longer")
    tail = head &+ count
  }

  @inlinable public mutating func removeAll() {
    head = 0
    tail = 0
  }

  /// Forgets the content, and the memory too where it is more than `kept` bytes.
  public mutating func removeAll(keeping kept: Int) {
    removeAll()
    guard room > kept else { return }
    unsafe base.deallocate()
    unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    room = 0
  }

  // MARK: room

  @inlinable @inline(__always) mutating func makeRoom(for more: Int) {
    if room &- tail < more { growOrMove(for: more) }
  }

  /// Moving what is held to the front frees `head` bytes at the price of copying `count`; where
  /// that is a bad bargain, room is bought.
  @usableFromInline @inline(never) mutating func growOrMove(for more: Int) {
    precondition(more >= 0, "a buffer cannot make room for fewer than no bytes")
    let held = count
    if head > held && room &- held >= more {
      unsafe base.update(from: base + head, count: held)
    } else {
      let wanted = max(held + more, room * 2, 64)
      let next = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
      unsafe next.update(from: base + head, count: held)
      unsafe base.deallocate()
      unsafe base = next
      room = wanted
    }
    head = 0
    tail = held
  }
}

extension Span<UInt8> {
  /// Whether the bytes of a range are exactly the word.
  @inlinable public func spells(_ word: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    var letter = unsafe word.utf8Start
    for place in range {
      if unsafe self[place] != letter.pointee { return false }
      unsafe letter += 1
    }
    return true
  }

  /// The first place of a byte at or behind `start`; eight bytes at a step, because conversations
  /// of 50 KB are searched for a rare one with every request.
  public func place(of byte: UInt8, from start: Int) -> Int? {
    precondition(start >= 0, "a search begins inside the text")
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    let count = count
    return unsafe withUnsafeBytes { bytes in
      var place = start
      while place &+ 8 <= count {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let difference = UInt64(littleEndian: word) ^ pattern
        // A byte that is zero borrows from its high bit; the lowest such bit is the first of them.
        let zeros =
          (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
        if zeros != 0 { return place &+ zeros.trailingZeroBitCount / 8 }
        place &+= 8
      }
      while place < count {
        if unsafe bytes[place] == byte { return place }
        place &+= 1
      }
      return nil
    }
  }

  /// A copy of some of the bytes.
  public func bytes(_ range: Range<Int>) -> [UInt8] {
    let part = extracting(range)
    return unsafe part.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
