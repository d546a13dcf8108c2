// Takes apart a stream of `Content-Length: N\r\n\r\n<body>` frames: feed bytes, take frames. Pure;
// it never looks into a body. Where a sender breaks the framing it goes wrong exactly as the real
// CLI 1.0.57 does: no error, no close, and the messages that follow are swallowed. A client that
// survives only a kinder server would not survive the real one.
public import Basics

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
  /// What was fed and not yet taken. A frame handed out stays at its front until the next call.
  private var held = ByteBuffer()
  /// Bytes at the front that were handed out by the last call.
  private var spent = 0
  /// How far the header block has been searched for its end, and how much of `\r\n\r\n` stands
  /// right before that place. Kept between feeds, so no byte is looked at twice.
  private var searched = 0
  private var matched = 0

  public init(limit: Int = FrameDecoder.standardLimit) {
    precondition(limit > 0, "a frame decoder needs room for at least one byte")
    self.limit = limit
  }

  /// Bytes held for frames that are not complete.
  public var pending: Int { held.count - spent }

  /// A copy of the first bytes held, for whoever has to explain what a peer sends.
  public func front(_ most: Int) -> [UInt8] {
    held.array(min(spent, held.count)..<min(spent + most, held.count))
  }

  /// Lets `receive` append what has arrived, straight from a socket.
  public mutating func receive<Result>(_ receive: (inout ByteBuffer) -> Result) -> Result {
    letGo()
    // A connection that once took a large message must not keep its room for good.
    if held.isEmpty { held.removeAll(keeping: keptRoom) }
    return receive(&held)
  }

  public mutating func feed(_ bytes: Span<UInt8>) {
    letGo()
    held.append(bytes)
  }

  public mutating func feed(_ bytes: [UInt8]) { feed(bytes.span) }

  /// Hands the next whole body to `use`; nil when more bytes are needed. Call until nil.
  public mutating func next<Value>(_ use: (Span<UInt8>) -> Value) -> Value? {
    guard let count = nextBody() else { return nil }
    return held.withSpan { use($0.extracting(0..<count)) }
  }

  /// The next whole body as an array of its own.
  public mutating func nextFrame() -> [UInt8]? {
    guard let count = nextBody() else { return nil }
    return held.array(0..<count)
  }

  /// The length of the body that now stands at the front.
  private mutating func nextBody() -> Int? {
    letGo()
    while true {
      switch state {
      case .header, .endlessHeader:
        guard findEndOfHeader() else {
          boundHeader()
          return nil
        }
        judgeHeader()
      case .body(let count):
        guard held.count >= count else { return nil }
        spent = count
        state = .header
        return count
      case .skipping(let count):
        let passed = min(count, held.count)
        take(passed)
        state = passed == count ? .header : .skipping(count: count - passed)
        if passed < count { return nil }
      }
    }
  }

  /// Moves `searched` past the blank line that ends a header block. The same small automaton as the
  /// real reader's, which is not a search for a substring: `\r\r\n` does not end a line in it.
  private mutating func findEndOfHeader() -> Bool {
    while searched < held.count {
      let byte = held[searched]
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
      let end = searched - 4
      length = held.withSpan { HeaderBlock.length(in: $0.extracting(0..<end)) }
    }
    take(searched)
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
    guard held.count > limit else { return }
    if case .header = state { refused += 1 }
    state = .endlessHeader
    let progress = matched
    take(held.count)
    matched = progress
  }

  private mutating func take(_ count: Int) {
    held.removeFirst(count)
    searched = 0
    matched = 0
  }

  private mutating func letGo() {
    guard spent > 0 else { return }
    let count = spent
    spent = 0
    take(count)
  }
}

private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")
/// The largest ordinary message is the 24 kB system prompt; a burst of ten of them fits.
private let keptRoom = 256 << 10
