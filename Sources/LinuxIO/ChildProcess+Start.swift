// Programs started and stopped: each in a process group of its own, dead with the thread that
// started it, its output and errors in files or pipes of ours.
internal import CLinux
internal import Glibc

extension ChildProcess {
  public struct Program: Sendable {
    public var path: String
    public var arguments: [String]
    public var environment: [(name: String, value: String)]
    /// nil: ours.
    public var directory: String?

    public init(
      path: String, arguments: [String], environment: [(name: String, value: String)],
      directory: String? = nil
    ) {
      self.path = path
      self.arguments = arguments
      self.environment = environment
      self.directory = directory
    }
  }

  /// From a thread that lives as long as the child may, unless it is to outlive this process.
  public static func start(
    _ program: Program, input: Int32? = nil, output: Int32, errors: Int32, outlives: Bool = false
  ) -> Result<ChildProcess, SystemFailure> {
    let words = [program.path] + program.arguments
    let settings = program.environment.map { "\($0.name)=\($0.value)" }
    let number = unsafe withCStrings(words) { words in
      unsafe withCStrings(settings) { settings in
        unsafe seatrial_spawn(
          program.path, words, settings, program.directory, input ?? -1, output, errors,
          outlives ? 0 : 1)
      }
    }
    guard number > 0 else {
      return .failure(SystemFailure(call: "execve", subject: program.path, number: -number))
    }
    return .success(ChildProcess(number: number))
  }

  public enum Ending: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)

    public var text: String {
      switch self {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "was ended by signal \(signal)"
      }
    }
  }

  /// What became of any child that has ended since; nil: none has. Never waits.
  public static func nextEnded() -> (process: ChildProcess, ending: Ending)? {
    var status: Int32 = 0
    let number = unsafe waitpid(-1, &status, WNOHANG)
    guard number > 0 else { return nil }
    let signal = status & 0x7F
    let ending: Ending =
      signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
    return (ChildProcess(number: number), ending)
  }

  /// Orphans of our children become ours instead of the system's.
  public static func adoptOrphans() { _ = seatrial_adopt_orphans() }

  public enum Order: Sendable {
    case terminate, kill, stop, goOn

    var signal: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .kill: SIGKILL
      case .stop: SIGSTOP
      case .goOn: SIGCONT
      }
    }
  }

  public func send(_ order: Order) { _ = kill(number, order.signal) }

  /// To everything in its process group, also after it has ended itself.
  public func sendToGroup(_ order: Order) { _ = kill(-number, order.signal) }
}

/// Strings as C wants a list of them, for the time of one call.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("a list ends with nil") }
    return unsafe body(start)
  }
}

extension ThisProcess {
  /// All of it, for children that inherit it.
  public static var wholeEnvironment: [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      if let place = text.firstIndex(of: "=") {
        found.append((String(text[..<place]), String(text[text.index(after: place)...])))
      }
      unsafe next += 1
    }
    return found
  }

  /// The file this process was started from.
  public static var path: String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe bytes.withUnsafeMutableBytes { room in
      guard let start = room.baseAddress else { return -1 }
      return unsafe readlink(
        "/proc/self/exe", start.assumingMemoryBound(to: CChar.self), room.count)
    }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}

/// A pipe; both ends close on exec, and reading never waits.
public enum Pipe {
  public static func make() -> Result<(reading: Int32, writing: Int32), SystemFailure> {
    var ends: [Int32] = [0, 0]
    guard unsafe seatrial_pipe(&ends) == 0 else {
      return .failure(SystemFailure(call: "pipe2", subject: "a server's output", number: errno))
    }
    if let failure = Descriptor.setNonBlocking(ends[0], true) { return .failure(failure) }
    return .success((ends[0], ends[1]))
  }
}
