// Writing a file so that a reader, or a crash, sees the old one or the new one and never half of
// either: a temporary file in the same directory (a rename does not cross file systems), flushed
// unless it may be lost with the power, then renamed over the name.
internal import Glibc
internal import Synchronization

/// Tells apart the temporary files of threads that write at the same time.
private let serial = Atomic<Int>(0)

extension Files {
  /// nil when the file is in place, and on the disk if it is to survive a power cut. After a
  /// failure the old file is untouched and no temporary remains.
  /// - survivesPowerCut: waits for the disk; without it only the end of a process is survived.
  public static func writeAtomically(
    _ bytes: [UInt8], to path: String, survivesPowerCut: Bool = true
  ) -> SystemFailure? {
    let (temporary, opened) = createTemporary(beside: path)
    guard opened >= 0 else { return failure("open", temporary, opened) }
    let descriptor = Int32(opened)
    let failed =
      fill(descriptor, with: bytes, path: path)
      ?? (survivesPowerCut ? flush(descriptor, path: path) : nil)
    if let failed {
      _ = close(descriptor)
      _ = unsafe unlink(temporary)
      return failed
    }
    // close may report a late write error on network storage; after it the descriptor is gone
    // either way.
    let closed = close(descriptor) == 0 ? 0 : -Int(errno)
    if closed < 0 && closed != -Int(EINTR) {
      _ = unsafe unlink(temporary)
      return failure("close", path, closed)
    }
    let renamed = uninterrupted { Int(unsafe rename(temporary, path)) }
    guard renamed >= 0 else {
      _ = unsafe unlink(temporary)
      return failure("rename", path, renamed)
    }
    return survivesPowerCut ? flushDirectory(of: path) : nil
  }

  /// Whether files can be made in a directory: nil where they can.
  public static func probe(_ directory: String) -> SystemFailure? {
    let (temporary, opened) = createTemporary(beside: directory + "/probe")
    guard opened >= 0 else { return failure("open", temporary, opened) }
    _ = close(Int32(opened))
    _ = unsafe unlink(temporary)
    return nil
  }

  /// Its path, with a descriptor or the negative error. O_EXCL: two processes with one id (in
  /// containers that share a volume) must not write into one file, and one that was killed may have
  /// left its own.
  private static func createTemporary(beside path: String) -> (path: String, opened: Int) {
    while true {
      let temporary = temporaryPath(beside: path)
      let opened = uninterrupted {
        Int(unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
      }
      if opened != -Int(EEXIST) { return (temporary, opened) }
    }
  }

  private static func fill(_ descriptor: Int32, with bytes: [UInt8], path: String) -> SystemFailure?
  {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = uninterrupted {
        unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      }
      guard count >= 0 else { return failure("write", path, count) }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  private static func flush(_ descriptor: Int32, path: String) -> SystemFailure? {
    let flushed = uninterrupted { Int(fsync(descriptor)) }
    return flushed >= 0 ? nil : failure("fsync", path, flushed)
  }

  /// Makes the new name itself survive a power cut. Some file systems refuse to flush a directory
  /// (EINVAL); that is as good as they get, and no reason to call the write a failure.
  private static func flushDirectory(of path: String) -> SystemFailure? {
    let directory = directory(of: path)
    let opened = uninterrupted { Int(unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
    guard opened >= 0 else { return nil }
    defer { _ = close(Int32(opened)) }
    let flushed = uninterrupted { Int(fsync(Int32(opened))) }
    return flushed >= 0 || flushed == -Int(EINVAL) ? nil : failure("fsync", directory, flushed)
  }

  /// A name of its own length, so that a target with the longest allowed name still works.
  private static func temporaryPath(beside path: String) -> String {
    let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let name = ".seatrial-\(getpid())-\(number).tmp"
    let directory = directory(of: path)
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  /// Everything before the last slash; `.` for a bare name and `/` for one right below the root.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
