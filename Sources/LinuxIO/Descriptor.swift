// A file descriptor that is closed once, when its owner goes. Everything that reads or writes one
// without waiting answers with a `Transfer`: an outcome is a value, and the loop goes on.
public import Basics
internal import Glibc

public enum Transfer: Hashable, Sendable {
  case moved(Int)
  /// Nothing now; the loop will say when.
  case wouldBlock
  /// The other end has closed its side, or is gone.
  case closed
  case failed(Int32)
}

public struct Descriptor: ~Copyable, Sendable {
  public let number: Int32

  /// Takes over an open descriptor.
  public init(owning number: Int32) {
    precondition(number >= 0, "a descriptor cannot be negative")
    self.number = number
  }

  deinit { _ = Glibc.close(number) }

  /// Appends what can be read now, at most `limit` bytes.
  public func read(into buffer: inout ByteBuffer, limit: Int) -> Transfer {
    Descriptor.read(number, into: &buffer, limit: limit)
  }

  /// Writes from the front of the buffer and removes what went out.
  public func write(from buffer: inout ByteBuffer) -> Transfer {
    Descriptor.write(number, from: &buffer)
  }

  /// As `read`, of a descriptor that somebody else owns and closes.
  public static func readBorrowed(
    _ number: Int32, into buffer: inout ByteBuffer, limit: Int
  ) -> Transfer {
    read(number, into: &buffer, limit: limit)
  }

  static func read(_ number: Int32, into buffer: inout ByteBuffer, limit: Int) -> Transfer {
    let count = unsafe buffer.fill(atLeast: limit) { room in
      uninterrupted { unsafe Glibc.read(number, room.baseAddress, min(limit, room.count)) }
    }
    return transfer(count, endIsClosed: true)
  }

  static func write(_ number: Int32, from buffer: inout ByteBuffer) -> Transfer {
    let count = buffer.withSpan { bytes in
      uninterrupted {
        unsafe bytes.withUnsafeBufferPointer {
          unsafe Glibc.write(number, $0.baseAddress, $0.count)
        }
      }
    }
    if count > 0 { buffer.removeFirst(count) }
    return transfer(count, endIsClosed: false)
  }

  static func transfer(_ count: Int, endIsClosed: Bool) -> Transfer {
    switch count {
    case 0: endIsClosed ? .closed : .moved(0)
    case 1...: .moved(count)
    case -Int(EAGAIN): .wouldBlock
    case -Int(EPIPE), -Int(ECONNRESET): .closed
    default: .failed(Int32(-count))
    }
  }

  /// Whether reads and writes return at once instead of waiting.
  public static func setNonBlocking(_ number: Int32, _ wanted: Bool) -> SystemFailure? {
    let flags = fcntl(number, F_GETFL)
    let next = wanted ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
    guard flags >= 0, fcntl(number, F_SETFL, next) >= 0 else {
      return SystemFailure(call: "fcntl", subject: "descriptor \(number)", number: errno)
    }
    return nil
  }
}
