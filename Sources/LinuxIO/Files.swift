// Whole files in and out. Everything comes back as a value that says what went wrong where; the
// caller makes the sentence. Reads have a limit, so that a wrong path (a device, a huge log) cannot
// eat the machine.
internal import Glibc

public enum ReadOutcome: Hashable, Sendable {
  case contents([UInt8])
  case tooLarge(limit: Int)
  case failed(SystemFailure)
}

public enum ListOutcome: Hashable, Sendable {
  case names([String])
  case failed(SystemFailure)
}

public enum FileKind: Hashable, Sendable {
  case file, directory, other
}

public enum Files {
  /// The whole file, unless it has more than `limit` bytes. Reads to the end instead of asking for
  /// the size, because the files of /proc claim to be empty.
  public static func read(_ path: String, limit: Int = 64 << 20) -> ReadOutcome {
    let descriptor = uninterrupted { Int(unsafe open(path, O_RDONLY | O_CLOEXEC)) }
    guard descriptor >= 0 else { return .failed(failure("open", path, descriptor)) }
    defer { _ = close(Int32(descriptor)) }
    var contents: [UInt8] = []
    // 64 KiB a call: the point past which fewer calls no longer show.
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = uninterrupted { unsafe Glibc.read(Int32(descriptor), &chunk, chunk.count) }
      guard count >= 0 else { return .failed(failure("read", path, count)) }
      if count == 0 { return .contents(contents) }
      guard contents.count + count <= limit else { return .tooLarge(limit: limit) }
      contents.append(contentsOf: chunk[..<count])
    }
  }

  /// The last bytes of a file, at most so many; none where it cannot be read.
  public static func tail(of path: String, _ count: Int) -> [UInt8] {
    let descriptor = uninterrupted { Int(unsafe open(path, O_RDONLY | O_CLOEXEC)) }
    guard descriptor >= 0 else { return [] }
    defer { _ = close(Int32(descriptor)) }
    let size = lseek(Int32(descriptor), 0, SEEK_END)
    guard size > 0, lseek(Int32(descriptor), max(0, size - count), SEEK_SET) >= 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: min(count, size))
    let got = uninterrupted { unsafe Glibc.read(Int32(descriptor), &bytes, bytes.count) }
    return Array(bytes.prefix(max(0, got)))
  }

  /// What is at the path, following links; nil when there is nothing or it cannot be seen.
  public static func kind(of path: String) -> FileKind? {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return nil }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  public static func exists(_ path: String) -> Bool { kind(of: path) != nil }

  /// Makes the directory and those above it; one that is there already is fine.
  public static func makeDirectories(_ path: String) -> SystemFailure? {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/" + part
      let result = uninterrupted { Int(unsafe mkdir(made, 0o777)) }
      if result >= 0 || kind(of: made) == .directory { continue }
      return failure("mkdir", made, result)
    }
    return nil
  }

  /// Names in a directory without `.` and `..`, sorted by their bytes, since the kernel's order
  /// means nothing.
  public static func list(_ path: String) -> ListOutcome {
    guard let directory = unsafe opendir(path) else {
      return .failed(SystemFailure(call: "opendir", subject: path, number: errno))
    }
    defer { unsafe _ = closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(directory) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else {
      return .failed(SystemFailure(call: "readdir", subject: path, number: errno))
    }
    return .names(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  /// How many names a directory has, without `.` and `..`; nil where it cannot be read.
  public static func entries(of path: String) -> Int? {
    guard let directory = unsafe opendir(path) else { return nil }
    defer { unsafe _ = closedir(directory) }
    var count = -2
    while unsafe readdir(directory) != nil { count += 1 }
    return max(0, count)
  }

  public static func remove(_ path: String) -> SystemFailure? {
    let result = uninterrupted { Int(unsafe unlink(path)) }
    return result >= 0 ? nil : failure("unlink", path, result)
  }

  /// Only an empty one.
  @discardableResult
  public static func removeDirectory(_ path: String) -> SystemFailure? {
    let result = uninterrupted { Int(unsafe rmdir(path)) }
    return result >= 0 ? nil : failure("rmdir", path, result)
  }

  static func failure(_ call: String, _ path: String, _ negative: Int) -> SystemFailure {
    SystemFailure(call: call, subject: path, number: Int32(-negative))
  }
}
