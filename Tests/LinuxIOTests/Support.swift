// A directory of its own for each test that touches files, gone when the test is over.
internal import Glibc
import LinuxIO
import Synchronization
import Testing

private let serial = Atomic<Int>(0)

/// Calls `body` with a fresh, empty directory.
func withDirectory(_ body: (String) throws -> Void) throws {
  let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
  let path = "\(Environment.value("TMPDIR") ?? "/tmp")/seatrial-test-\(getpid())-\(number)"
  try #require(Files.makeDirectories(path) == nil)
  defer { removeTree(path) }
  try body(path)
}

private func removeTree(_ path: String) {
  if case .names(let names) = Files.list(path) {
    for name in names { removeTree("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  } else {
    _ = Files.remove(path)
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
