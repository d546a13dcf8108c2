// How a system call went wrong, as a value: which call, on what, and the kernel's reason. Callers
// carry it to where a sentence is due; nothing here throws or prints. An errno that can only mean
// our own bug (a closed or foreign descriptor, a bad address) stops the process instead, because
// going on would act on somebody else's file.
internal import Glibc

public struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call's name as the manual spells it: `open`, `rename`.
  public let call: String
  /// The path, or what else the call was about.
  public let subject: String
  /// errno.
  public let number: Int32

  public init(call: String, subject: String, number: Int32) {
    self.call = call
    self.subject = subject
    self.number = number
  }

  /// What a full disk says.
  public static let diskFull = SystemFailure(
    call: "write", subject: "events.jsonl", number: ENOSPC)

  /// The number's name in C, for the few that are shown to clients; else `E` and the number.
  public var code: String {
    switch number {
    case ENOSPC: "ENOSPC"
    case ENAMETOOLONG: "ENAMETOOLONG"
    case EACCES: "EACCES"
    case EROFS: "EROFS"
    case ENOENT: "ENOENT"
    case EDQUOT: "EDQUOT"
    case EMFILE: "EMFILE"
    case EIO: "EIO"
    case EADDRINUSE: "EADDRINUSE"
    case EADDRNOTAVAIL: "EADDRNOTAVAIL"
    default: "E\(number)"
    }
  }

  /// The kernel's words for the number.
  public var reason: String {
    // strerror_r, for strerror shares one buffer between threads. 128 bytes hold glibc's longest
    // message twice.
    var buffer = [CChar](repeating: 0, count: 128)
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  public var description: String { "\(subject): \(reason) (\(call))" }
}

/// Repeats a call while a signal interrupts it. Returns what it returned, or errno as a negative
/// number.
func uninterrupted(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 { return result }
    let number = errno
    if number == EINTR { continue }
    precondition(
      number != EBADF && number != EFAULT,
      "a system call met errno \(number): a descriptor or an address of ours is wrong")
    return -Int(number)
  }
}
