// Takes apart a stream of `Content-Length: N\r\n\r\n<body>` frames: feed bytes, take frames. Pure;
// it never looks into a body. Where a sender breaks the framing it goes wrong exactly as the real
// CLI 1.0.57 does: no error, no close, and the messages that follow are swallowed. A client that
// survives only a kinder server would not survive the real one.

/// The real reader consumes a header block up to its blank line before it judges it. A block it
/// cannot use is dropped, and the body that follows is taken for the first line of the next block.
/// A JSON body thus spoils the next header, and so on for ever; HTTP garbage, which has no body,
/// spoils nothing.
///
/// After each `feed` call `next` until nil: what is held then stays below the limit plus one
/// header.
public struct FrameDecoder: ~Copyable {
  /// 32 MiB: the real CLI took 20 MB in one message; this bounds what one peer can make us hold.
  public static let standardLimit = 32 << 20

  /// Frames and header blocks over the limit. Their bytes are passed over, never stored.
  public private(set) var refused = 0
  /// Header blocks that named no usable length.
  public private(set) var malformed = 0

  private enum State {
    case header
    /// In a header block that grew past the limit: its beginning is gone, so it cannot be used.
    case endlessHeader
    case body(count: Int)
    case skipping(count: Int)
  }

  private let limit: Int
  private var state = State.header
  /// `storage[head..<tail]` is what was fed and not yet taken.
  private var storage: [UInt8] = []
  private var head = 0
  private var tail = 0
  /// How far the header block has been searched for its end, and how much of `\r\n\r\n` stands
  /// right before that place. Kept between feeds, so no byte is looked at twice.
  private var searched = 0
  private var matched = 0

  public init(limit: Int = FrameDecoder.standardLimit) {
    precondition(limit > 0, "a frame decoder needs room for at least one byte")
    self.limit = limit
  }

  /// Bytes held for frames that are not complete.
  public var pending: Int { tail - head }

  public mutating func feed(_ bytes: Span<UInt8>) {
    var start = 0
    if case .skipping(let count) = state {
      start = min(count, bytes.count)
      state = start == count ? .header : .skipping(count: count - start)
    }
    let count = bytes.count - start
    guard count > 0 else { return }
    makeRoom(for: count)
    let end = tail
    var room = storage.mutableSpan
    for offset in 0..<count { room[end &+ offset] = bytes[start &+ offset] }
    tail += count
  }

  public mutating func feed(_ bytes: [UInt8]) { feed(bytes.span) }

  /// Hands the next whole body to `use`; nil when more bytes are needed. Call until nil.
  public mutating func next<Value>(_ use: (Span<UInt8>) -> Value) -> Value? {
    guard let range = nextBody() else { return nil }
    return use(storage.span.extracting(range))
  }

  /// The next whole body as an array of its own.
  public mutating func nextFrame() -> [UInt8]? {
    guard let range = nextBody() else { return nil }
    return Array(storage[range])
  }

  private mutating func nextBody() -> Range<Int>? {
    while true {
      switch state {
      case .header, .endlessHeader:
        guard findEndOfHeader() else {
          boundHeader()
          return nil
        }
        judgeHeader()
      case .body(let count):
        guard tail - head >= count else { return nil }
        defer { take(upTo: head + count) }
        state = .header
        return head..<head + count
      case .skipping(let count):
        let passed = min(count, tail - head)
        take(upTo: head + passed)
        state = passed == count ? .header : .skipping(count: count - passed)
        if passed < count { return nil }
      }
    }
  }

  /// Moves `searched` past the blank line that ends a header block. The same small automaton as the
  /// real reader's, which is not a search for a substring: `\r\r\n` does not end a line in it.
  private mutating func findEndOfHeader() -> Bool {
    while searched < tail {
      let byte = storage[searched]
      searched += 1
      switch (byte, matched) {
      case (carriageReturn, 0), (carriageReturn, 2), (lineFeed, 1): matched += 1
      case (lineFeed, 3): return true
      default: matched = 0
      }
    }
    return false
  }

  private mutating func judgeHeader() {
    var length: Int?
    if case .header = state {
      // Without its blank line: four bytes, the end of the last header and the empty line.
      length = HeaderBlock.length(in: storage.span.extracting(head..<searched - 4))
    }
    take(upTo: searched)
    if let length {
      state = length <= limit ? .body(count: length) : .skipping(count: length)
      if length > limit { refused += 1 }
    } else {
      malformed += 1
      state = .header
    }
  }

  /// Lets go of a header block that has grown past the limit without an end.
  private mutating func boundHeader() {
    guard tail - head > limit else { return }
    if case .header = state { refused += 1 }
    state = .endlessHeader
    let progress = matched
    take(upTo: tail)
    matched = progress
  }

  private mutating func take(upTo end: Int) {
    head = end
    searched = end
    matched = 0
  }

  /// Makes `storage[tail..<tail + count]` writable, by moving what is held to the front or growing.
  private mutating func makeRoom(for count: Int) {
    let held = tail - head
    // A connection that once took a large message must not keep its room for good.
    if held == 0 && storage.count > keptRoom && count <= keptRoom { storage = [] }
    guard tail + count > storage.count else { return }
    if held + count > storage.count || head < held {
      // Moving frees `head` bytes at the price of `held`; where that is a bad bargain, room is
      // bought.
      let wanted = max(held + count, storage.count * 2, smallestRoom)
      storage.append(contentsOf: repeatElement(0, count: wanted - storage.count))
    }
    moveDown(held)
  }

  private mutating func moveDown(_ held: Int) {
    let start = head
    if start > 0 {
      var room = storage.mutableSpan
      for place in 0..<held { room[place] = room[start &+ place] }
    }
    searched -= start
    tail = held
    head = 0
  }
}

private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")
/// Four pages for a start: most messages of the protocol are below 1 kB.
private let smallestRoom = 16 << 10
/// The largest ordinary message is the 24 kB system prompt; a burst of ten of them fits.
private let keptRoom = 256 << 10
