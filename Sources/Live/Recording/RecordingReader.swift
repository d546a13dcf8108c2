// A recording from the disk, chunk by chunk: never more than one in memory. It knows whether a file
// is a recording, whole, cut or damaged, and where; what the chunks mean is others' business.
internal import Basics
internal import LinuxIO

package struct RecordingReader: ~Copyable {
  package struct Chunk: Sendable {
    package var kind: ChunkKind
    package var stream: Int
    /// Where its head stands in the file.
    package var place: Int
    package var bytes: [UInt8]
  }

  package enum Step: Sendable {
    case chunk(Chunk)
    case stopped(RecordingStop)
  }

  private let file: Descriptor
  private var buffer = ByteBuffer()
  private var place = 0
  private var hasEnded = false

  package static func open(_ path: String) -> Result<RecordingReader, RecordingStop> {
    switch Files.openForReading(path) {
    case .failure(let failure): return .failure(.unreadable(failure.reason))
    case .success(let file):
      var reader = RecordingReader(file)
      if let stop = reader.readMagic() { return .failure(stop) }
      return .success(reader)
    }
  }

  private init(_ file: consuming Descriptor) { self.file = file }

  private mutating func readMagic() -> RecordingStop? {
    let magic = Array(Recording.magic.utf8)
    if let stop = fill(magic.count) { return stop }
    // The number of the format is the last word of the line.
    let stem = magic.dropLast(2)
    let found = buffer.array(0..<min(buffer.count, magic.count))
    guard found.count == magic.count, found.starts(with: stem) else { return .noRecording }
    guard found == magic else { return .otherFormat }
    buffer.removeFirst(magic.count)
    place = magic.count
    return nil
  }

  package mutating func next() -> Step {
    if let stop = fill(ChunkHead.size) { return .stopped(stop) }
    if buffer.isEmpty { return .stopped(hasEnded ? .whole : .cut(at: place, "has no end mark")) }
    if hasEnded { return .stopped(.damaged(at: place, "goes on behind its end mark")) }
    if buffer.count < ChunkHead.size { return .stopped(cutShort) }
    let (kind, stream, length) = buffer.withSpan {
      (
        $0[0], Int($0.number(bytes: 3, at: 1)), Int($0.number(bytes: 4, at: 4))
      )
    }
    guard let kind = ChunkKind(rawValue: kind), length <= ChunkHead.mostContent else {
      return .stopped(.damaged(at: place, "no piece of a recording begins there"))
    }
    let whole = ChunkHead.size + length
    if let stop = fill(whole) { return .stopped(stop) }
    if buffer.count < whole { return .stopped(cutShort) }
    let isSound = buffer.withSpan {
      checksum(ofChunk: $0.extracting(0..<whole))
        == $0.number(bytes: 8, at: ChunkHead.checksumAt)
    }
    guard isSound else {
      return .stopped(
        .damaged(at: place, "the checksum of the \(whole) bytes from there is wrong"))
    }
    let chunk = Chunk(
      kind: kind, stream: stream, place: place, bytes: buffer.array(ChunkHead.size..<whole))
    buffer.removeFirst(whole)
    place += whole
    hasEnded = kind == .end
    return .chunk(chunk)
  }

  private var cutShort: RecordingStop { .cut(at: place, "ends within a piece") }

  /// Reads until so many bytes are there, or no more come.
  private mutating func fill(_ wanted: Int) -> RecordingStop? {
    while buffer.count < wanted {
      switch file.read(into: &buffer, limit: max(1 << 17, wanted - buffer.count)) {
      case .moved: break
      case .closed: return nil
      case .wouldBlock: return .unreadable("it would have to be waited for")
      case .failed(let number):
        return .unreadable(SystemFailure(call: "read", subject: "", number: number).reason)
      }
    }
    return nil
  }
}

/// Why the reading of a recording came to its end.
public enum RecordingStop: Error, Hashable, Sendable {
  case whole
  case unreadable(String)
  case noRecording
  /// Of another version of the format.
  case otherFormat
  /// A run that was killed leaves this: all that stands before the place is sound.
  case cut(at: Int, String)
  case damaged(at: Int, String)

  /// Follows the name of the file.
  public var text: String {
    switch self {
    case .whole: "is whole"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .noRecording: "is no recording; `seatrial run FILE --record` makes one"
    case .otherFormat: "is a recording of another version of seatrial, which has to replay it"
    case .cut(let place, let reason):
      "was cut at byte \(place): it \(reason), as a run that was killed leaves it"
    case .damaged(let place, let reason): "is damaged at byte \(place): \(reason)"
    }
  }
}
