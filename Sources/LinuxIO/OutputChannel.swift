// Text to standard output and standard error. stdout is the result and nothing else; everything
// said on the way goes to stderr. A reader that went away (`| head`) or a full disk is an outcome
// for the program to act on, never a crash.
internal import Glibc

public enum WriteOutcome: Hashable, Sendable {
  case written
  /// The other end of the pipe is closed: stop writing, quietly.
  case readerGone
  case failed(SystemFailure)
}

public struct OutputChannel: Hashable, Sendable {
  public let descriptor: Int32
  let name: String

  /// Does not own the descriptor: the standard ones are never ours to close.
  public init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes all of it, waiting where a descriptor was left non-blocking by whoever shares the
  /// terminal. Without `Signals.ignoreBrokenPipes()` a closed pipe would end the process before it
  /// could be an outcome.
  public func write(_ bytes: [UInt8]) -> WriteOutcome {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = uninterrupted {
        unsafe rest.withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
      }
      switch count {
      case 0...: rest = rest.dropFirst(count)
      case -Int(EAGAIN): waitUntilWritable()
      case -Int(EPIPE): return .readerGone
      default: return .failed(SystemFailure(call: "write", subject: name, number: Int32(-count)))
      }
    }
    return .written
  }

  public func write(_ text: String) -> WriteOutcome { write(Array(text.utf8)) }

  private func waitUntilWritable() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // A second at a time, so that a signal's flag is not held up for longer by a reader that
    // stopped.
    _ = uninterrupted { Int(unsafe poll(&entry, 1, 1000)) }
  }
}

public enum StandardOutput {
  public static let channel = OutputChannel(descriptor: 1, name: "standard output")
  public static var isTerminal: Bool { channel.isTerminal }
  /// The result of a command: whoever drops the outcome would report success for a truncated file.
  public static func write(_ text: String) -> WriteOutcome { channel.write(text) }
}

public enum StandardError {
  public static let channel = OutputChannel(descriptor: 2, name: "standard error")
  public static var isTerminal: Bool { channel.isTerminal }
  /// There is nowhere left to complain to, so the outcome may be dropped.
  @discardableResult public static func write(_ text: String) -> WriteOutcome {
    channel.write(text)
  }
}
