// What another process uses, from /proc: for the figures of each CLI server. Everything here costs
// the kernel some work, the proportional memory most of all, so callers choose how often.
public import Basics
internal import Glibc

public struct ProcessGauge: Sendable, Hashable {
  /// User and system time of all its threads since it began.
  public var cpu = Interval.zero
  public var residentBytes = 0
  /// After dividing pages that other processes map too; nil where it was not asked for or is not
  /// ours to see.
  public var proportionalBytes: Int?
  public var threads = 0
  /// Nil: not ours to see.
  public var descriptors: Int?
  public var children = 0

  /// Nil: there is no such process any more.
  public static func read(_ process: Int32, withProportional: Bool = false) -> ProcessGauge? {
    guard case .contents(let bytes) = Files.read("/proc/\(process)/stat", limit: 1 << 14) else {
      return nil
    }
    // The name in parentheses may hold anything, also spaces and parentheses.
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    // From the state, which is field 3 of the manual's list.
    guard fields.count > 21, let user = Int64(fields[11]), let system = Int64(fields[12]),
      let threads = Int(fields[17]), let pages = Int(fields[21])
    else { return nil }
    var gauge = ProcessGauge()
    gauge.cpu = Interval(nanoseconds: (user + system) * (1_000_000_000 / Int64(ticks)))
    gauge.threads = threads
    gauge.residentBytes = pages * pageSize
    gauge.descriptors = Files.entries(of: "/proc/\(process)/fd")
    gauge.children = ProcessGauge.children(of: process).count
    if withProportional,
      case .contents(let bytes) = Files.read("/proc/\(process)/smaps_rollup", limit: 1 << 16)
    {
      gauge.proportionalBytes = KernelText.bytes(
        of: "Pss", in: String(decoding: bytes, as: UTF8.self))
    }
    return gauge
  }

  public static func children(of process: Int32) -> [Int32] {
    guard
      case .contents(let bytes) = Files.read(
        "/proc/\(process)/task/\(process)/children", limit: 1 << 16)
    else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
  }

  private static let ticks = max(1, sysconf(Int32(_SC_CLK_TCK)))
  private static let pageSize = max(1, sysconf(Int32(_SC_PAGESIZE)))
}

public enum Processes {
  /// All of this user whose environment has the setting, children of children included, whatever
  /// session or group they have moved to. Not this process.
  public static func having(_ name: String, _ value: String) -> [ChildProcess] {
    guard case .names(let names) = Files.list("/proc") else { return [] }
    let wanted = Array("\(name)=\(value)".utf8)
    return names.compactMap { Int32($0) }.filter { number in
      guard number != getpid(),
        case .contents(let bytes) = Files.read("/proc/\(number)/environ", limit: 1 << 20)
      else { return false }
      return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }.map { ChildProcess(number: $0) }
  }
}

extension Files {
  /// Bytes of all files below a folder, as their lengths say; unreadable ones count nothing.
  public static func bytes(below path: String) -> Int {
    guard case .names(let names) = list(path) else { return 0 }
    var sum = 0
    for name in names {
      let inner = path + "/" + name
      var status = stat()
      guard unsafe lstat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        sum += bytes(below: inner)
      } else if status.st_mode & S_IFMT == S_IFREG {
        sum += Int(status.st_size)
      }
    }
    return sum
  }
}
