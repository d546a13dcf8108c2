// What the control groups of this process allow it: a container has a fraction of the machine, and
// /proc shows the whole. Versions 1 and 2 of the kernel's interface; the tightest bound on the way
// up to the root counts.
internal import Glibc

public struct ControlGroup: Hashable, Sendable {
  /// Cores' worth of time; nil: all of them. The same for those below.
  public var cores: Double?
  public var memoryBytes: Int?
  public var memoryUsed: Int?
  public var processes: Int?
  public var processesUsed: Int?

  public init() {}

  public static func current(root: String = "/sys/fs/cgroup") -> ControlGroup {
    guard let text = ControlGroup.text("/proc/self/cgroup") else { return ControlGroup() }
    return read(membership: text, root: root) { ControlGroup.text($0) }
  }

  /// `membership`: what /proc/self/cgroup says; `read` gives the text of a file, nil where it is
  /// not there. Pure, for tests.
  package static func read(
    membership: String, root: String, _ read: (String) -> String?
  ) -> ControlGroup {
    var group = ControlGroup()
    visit(membership, root) { controller, folder in
      if let controller {
        group.tighten(inVersion1: folder, controller, read)
      } else {
        group.tighten(inVersion2: folder, read)
      }
    }
    return group
  }

  /// Microseconds in which a quota held this process, or others of its groups, back so far: of the
  /// group that was held most.
  public static func throttled(root: String = "/sys/fs/cgroup") -> Int {
    guard let membership = ControlGroup.text("/proc/self/cgroup") else { return 0 }
    return throttled(membership: membership, root: root) { ControlGroup.text($0) }
  }

  package static func throttled(
    membership: String, root: String, _ read: (String) -> String?
  ) -> Int {
    var most = 0
    visit(membership, root) { controller, folder in
      guard controller == nil || controller == "cpu", let text = read("\(folder)/cpu.stat") else {
        return
      }
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count == 2, let value = Int(words[1]) else { continue }
        // Version 1 counts nanoseconds.
        if words[0] == "throttled_usec" { most = max(most, value) }
        if words[0] == "throttled_time" { most = max(most, value / 1000) }
      }
    }
    return most
  }

  /// Every folder that may bind this process; a controller's name with version 1 alone.
  private static func visit(
    _ membership: String, _ root: String, _ body: (_ controller: String?, _ folder: String) -> Void
  ) {
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[1].isEmpty {
        for base in [root, root + "/unified"] {
          for folder in folders(base, String(parts[2])) { body(nil, folder) }
        }
      } else {
        for controller in parts[1].split(separator: ",") {
          for folder in folders(root + "/" + controller, String(parts[2])) {
            body(String(controller), folder)
          }
        }
      }
    }
  }

  /// The group's own folder and those above it. Inside a container the path may not be there, and
  /// its mount's root is the group.
  private static func folders(_ base: String, _ path: String) -> [String] {
    var parts = path.split(separator: "/")
    var folders: [String] = []
    while true {
      folders.append(([Substring(base)] + parts).joined(separator: "/"))
      if parts.popLast() == nil { return folders }
    }
  }

  private mutating func tighten(inVersion2 folder: String, _ read: (String) -> String?) {
    func value(_ name: String) -> String? {
      read("\(folder)/\(name)").map { KernelText.trimmed($0[...]) }
    }
    if let words = value("cpu.max")?.split(separator: " "), words.count == 2,
      let quota = Double(words[0]), let period = Double(words[1]), period > 0
    {
      cores = min(cores ?? .infinity, quota / period)
    }
    tightenMemory(value("memory.max"), used: value("memory.current"))
    tightenProcesses(value("pids.max"), used: value("pids.current"))
  }

  private mutating func tighten(
    inVersion1 folder: String, _ controller: String, _ read: (String) -> String?
  ) {
    func value(_ name: String) -> String? {
      read("\(folder)/\(name)").map { KernelText.trimmed($0[...]) }
    }
    switch controller {
    case "cpu":
      if let quota = value("cpu.cfs_quota_us").flatMap(Double.init), quota > 0,
        let period = value("cpu.cfs_period_us").flatMap(Double.init), period > 0
      {
        cores = min(cores ?? .infinity, quota / period)
      }
    case "memory":
      tightenMemory(value("memory.limit_in_bytes"), used: value("memory.usage_in_bytes"))
    case "pids": tightenProcesses(value("pids.max"), used: value("pids.current"))
    default: break
    }
  }

  private mutating func tightenMemory(_ most: String?, used: String?) {
    // Version 1 writes "no bound" as the largest number of pages: an exabyte is none.
    guard let most = most.flatMap({ Int($0) }), most < 1 << 60, most < memoryBytes ?? Int.max else {
      return
    }
    memoryBytes = most
    memoryUsed = used.flatMap { Int($0) }
  }

  private mutating func tightenProcesses(_ most: String?, used: String?) {
    guard let most = most.flatMap({ Int($0) }), most < processes ?? Int.max else { return }
    processes = most
    processesUsed = used.flatMap { Int($0) }
  }

  static func text(_ path: String) -> String? {
    guard case .contents(let bytes) = Files.read(path, limit: 1 << 16) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
