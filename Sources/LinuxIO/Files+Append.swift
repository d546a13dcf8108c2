// What a session folder needs of the file system: appends that are one write, removal of whole
// trees, times, room set aside. Outcomes are values, as in the rest of Files.
public import Basics
internal import Glibc

public struct FileTimes: Hashable, Sendable {
  /// Milliseconds since 1970. Birth is the earliest time the file system can tell.
  public var created: Int64
  public var modified: Int64
  public var size: Int
}

extension Files {
  /// Opens, appends in one write, closes: what the real CLI does with its event log. Returns the
  /// size of the file afterwards. Nothing is synced.
  public static func append(_ path: String, _ bytes: [UInt8]) -> Result<Int, SystemFailure> {
    switch openAtEnd(path) {
    case .failure(let problem): return .failure(problem)
    case .success(let descriptor):
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = uninterrupted {
          unsafe rest.withUnsafeBytes { unsafe write(descriptor.number, $0.baseAddress, $0.count) }
        }
        guard count >= 0 else { return .failure(failure("write", path, count)) }
        rest = rest.dropFirst(count)
      }
      return .success(Int(lseek(descriptor.number, 0, SEEK_CUR)))
    }
  }

  private static func openAtEnd(_ path: String) -> Result<Descriptor, SystemFailure> {
    let number = uninterrupted {
      Int(unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644))
    }
    guard number >= 0 else { return .failure(failure("open", path, number)) }
    return .success(Descriptor(owning: Int32(number)))
  }

  /// The same for bytes of which a part stands elsewhere: `piece` is written at each of the places,
  /// which are counted in `bytes` and in order. Gathered by the kernel, so still one append.
  public static func append(
    _ path: String, _ bytes: borrowing ByteBuffer, inserting piece: [UInt8], at places: [Int]
  ) -> Result<Int, SystemFailure> {
    switch openAtEnd(path) {
    case .failure(let problem): return .failure(problem)
    case .success(let descriptor):
      let total = bytes.count + places.count * piece.count
      let count = bytes.withSpan { text in
        unsafe text.withUnsafeBytes { text in
          unsafe piece.withUnsafeBytes { piece in
            unsafe gather(descriptor.number, text, piece, places)
          }
        }
      }
      guard count == total else {
        return .failure(failure("write", path, count < 0 ? count : -Int(ENOSPC)))
      }
      return .success(Int(lseek(descriptor.number, 0, SEEK_CUR)))
    }
  }

  /// Bytes written, or errno as a negative number. The kernel takes 1024 pieces in a call.
  private static func gather(
    _ descriptor: Int32, _ text: UnsafeRawBufferPointer, _ piece: UnsafeRawBufferPointer,
    _ places: [Int]
  ) -> Int {
    var parts = unsafe [iovec]()
    var start = 0
    for place in places {
      unsafe parts.append(part(text, start..<place))
      unsafe parts.append(part(piece, 0..<piece.count))
      start = place
    }
    unsafe parts.append(part(text, start..<text.count))
    var written = 0
    var first = 0
    while unsafe first < parts.count {
      let batch = unsafe min(1024, parts.count - first)
      let wanted = unsafe parts[first..<first + batch].reduce(0) { unsafe $0 + $1.iov_len }
      let count = uninterrupted {
        unsafe parts[first..<first + batch].withUnsafeBufferPointer {
          unsafe writev(descriptor, $0.baseAddress, Int32(batch))
        }
      }
      if count < 0 { return count }
      written += count
      if count < wanted { return written }
      first += batch
    }
    return written
  }

  private static func part(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> iovec {
    unsafe iovec(
      iov_base: UnsafeMutableRawPointer(
        mutating: bytes.baseAddress.map { unsafe $0 + range.lowerBound }),
      iov_len: range.count)
  }

  /// Replaces the content. For small files whose loss in a crash nobody minds.
  public static func overwrite(_ path: String, _ bytes: [UInt8]) -> SystemFailure? {
    let number = uninterrupted {
      Int(unsafe open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o644))
    }
    guard number >= 0 else { return failure("open", path, number) }
    let descriptor = Descriptor(owning: Int32(number))
    let count = uninterrupted {
      unsafe bytes.withUnsafeBytes { unsafe write(descriptor.number, $0.baseAddress, $0.count) }
    }
    return count == bytes.count ? nil : failure("write", path, min(count, -Int(ENOSPC)))
  }

  /// A file of the given size whose blocks are really taken, left open.
  public static func reserve(_ path: String, size: Int) -> Result<Descriptor, SystemFailure> {
    let number = uninterrupted { Int(unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)) }
    guard number >= 0 else { return .failure(failure("open", path, number)) }
    let descriptor = Descriptor(owning: Int32(number))
    let result = posix_fallocate(descriptor.number, 0, size)
    if result != 0 { return .failure(failure("posix_fallocate", path, -Int(result))) }
    return .success(descriptor)
  }

  /// Made where it is not there; for another program's output.
  public static func openForAppending(_ path: String) -> Result<Descriptor, SystemFailure> {
    let number = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else {
      return .failure(SystemFailure(call: "open", subject: path, number: errno))
    }
    return .success(Descriptor(owning: number))
  }

  public static func makeDirectory(_ path: String) -> SystemFailure? {
    let result = uninterrupted { Int(unsafe mkdir(path, 0o755)) }
    return result >= 0 || result == -Int(EEXIST) ? nil : failure("mkdir", path, result)
  }

  /// Removes a folder with everything in it, without following links. What is gone already is fine.
  @discardableResult public static func removeTree(_ path: String) -> SystemFailure? {
    var facts = stat()
    guard unsafe lstat(path, &facts) == 0 else { return nil }
    guard facts.st_mode & S_IFMT == S_IFDIR else { return remove(path) }
    if case .names(let names) = list(path) {
      for name in names { removeTree(path + "/" + name) }
    }
    let result = uninterrupted { Int(unsafe rmdir(path)) }
    return result >= 0 || result == -Int(ENOENT) ? nil : failure("rmdir", path, result)
  }

  public static func times(of path: String) -> FileTimes? {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return nil }
    let modified = milliseconds(facts.st_mtim)
    return FileTimes(
      created: min(modified, milliseconds(facts.st_ctim)), modified: modified,
      size: Int(facts.st_size))
  }

  private static func milliseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
