// One client: its socket or pipe, what it has sent and not yet been understood, and what it has not
// yet taken. Memory for a client that does not read is bounded.
internal import Basics
internal import LinuxIO
internal import Wire

final class Connection {
  enum Trust {
    /// No token is set, or the right one was given.
    case trusted
    case needsToken
    /// A refused call came first: the real CLI never answers `connect` on such a connection again.
    case refused
    /// A token was shown although none is set: the real CLI says so once, and then nothing more.
    case dead
  }

  let place: Int
  /// Tells this connection from others that had or will have the same place.
  let epoch: UInt32
  let reader: Descriptor
  /// Standard output where standard input is the reader; else the same socket.
  let writer: Descriptor?
  let writerNumber: Int32?
  var decoder: FrameDecoder
  var output = ByteBuffer()
  /// Where in `output` a write has to end, counted from its front, when writes are split.
  var cuts: [Int] = []
  var trust: Trust
  /// Requests that it has made and that are not over.
  var underway = 0
  /// The machine has been told of it.
  var isKnown = false
  var wantsWriting = false
  var isDirty = false
  var isClosed = false
  /// Bytes asked for at the next read; grows with what arrives.
  var appetite = 2048

  init(
    place: Int, epoch: UInt32, reader: consuming Descriptor, writer: consuming Descriptor? = nil,
    trust: Trust, limit: Int
  ) {
    self.place = place
    self.epoch = epoch
    self.reader = reader
    if let writer {
      writerNumber = writer.number
      self.writer = consume writer
    } else {
      writerNumber = nil
      self.writer = nil
    }
    self.trust = trust
    decoder = FrameDecoder(limit: limit)
  }

  var readerNumber: Int32 { reader.number }

  func write() -> Transfer {
    if let cut = cuts.first, cut < output.count {
      // One write a header and one a body, as the real CLI does it.
      var piece = ByteBuffer(capacity: cut)
      output.withSpan { piece.append($0.extracting(0..<cut)) }
      let before = piece.count
      let result = send(&piece)
      let sent = before - piece.count
      output.removeFirst(sent)
      for index in cuts.indices { cuts[index] -= sent }
      while let first = cuts.first, first <= 0 { cuts.removeFirst() }
      return result
    }
    cuts.removeAll(keepingCapacity: true)
    return send(&output)
  }

  private func send(_ buffer: inout ByteBuffer) -> Transfer {
    if writer != nil { return writer!.write(from: &buffer) }
    return reader.write(from: &buffer)
  }
}
