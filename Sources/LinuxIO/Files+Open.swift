// Files that are read or written piece by piece, by descriptor.
internal import Glibc

extension Files {
  public static func openForReading(_ path: String) -> Result<Descriptor, SystemFailure> {
    let number = uninterrupted { Int(unsafe open(path, O_RDONLY | O_CLOEXEC)) }
    return number >= 0
      ? .success(Descriptor(owning: Int32(number))) : .failure(failure("open", path, number))
  }

  /// New and empty, whatever stood there.
  public static func create(_ path: String) -> Result<Descriptor, SystemFailure> {
    let number = uninterrupted {
      Int(unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666))
    }
    return number >= 0
      ? .success(Descriptor(owning: Int32(number))) : .failure(failure("open", path, number))
  }
}
