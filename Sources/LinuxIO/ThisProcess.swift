// Facts about this process and its neighbours that are not time or memory.
public import Basics
internal import CLinux
internal import Glibc

public enum ThisProcess {
  public static var number: Int32 { getpid() }

  public static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  public static var workingDirectory: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard unsafe getcwd(&path, path.count) != nil else { return "/" }
    return String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The folder of the program itself, where its companions lie.
  public static var folder: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return "." }
    let text = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.lastIndex(of: "/").map { $0 == text.startIndex ? "/" : String(text[..<$0]) } ?? "."
  }

  /// Whether a process of that number exists here, ours to signal or not.
  public static func isAlive(_ process: Int32) -> Bool {
    kill(process, 0) == 0 || errno == EPERM
  }

  /// As many descriptors as the system allows without being root. Node does the same when it starts
  /// (seen: 512 became the hard limit of 20,000), so a server of many connections needs no ulimit.
  public static func allowDescriptors() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Ends as `kill -9` would end it: nothing is flushed, nobody is told.
  public static func crash() -> Never {
    _ = kill(getpid(), SIGKILL)
    _exit(137)
  }

  /// Holds the whole thread up: for faults that are meant to.
  public static func sleep(_ length: Interval) {
    var pause = timespec()
    pause.tv_sec = Int(length.nanoseconds / 1_000_000_000)
    pause.tv_nsec = Int(length.nanoseconds % 1_000_000_000)
    var rest = timespec()
    while unsafe nanosleep(&pause, &rest) != 0 && errno == EINTR { pause = rest }
  }

  /// Waits of this thread end when they should instead of up to 50 us later.
  public static func sharpenTimers() {
    seatrial_sharpen_timers()
  }

  /// 64 bits that no other process has.
  public static func entropy() -> UInt64 {
    var bits: UInt64 = 0
    let count = unsafe getrandom(&bits, MemoryLayout<UInt64>.size, 0)
    precondition(count == MemoryLayout<UInt64>.size, "the kernel gave no random bits")
    return bits
  }

  /// CPU time of this thread.
  public static var cpu: Int64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
}
