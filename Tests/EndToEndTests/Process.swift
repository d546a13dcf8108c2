// Starts programs and waits for them, by the C library: there is no Foundation here. Output goes to
// files, so that a program with much to say never waits for its reader. The only file of these
// tests that touches memory by hand.
import Glibc
import LinuxIO
import Synchronization
import Testing

/// How a program ended.
enum Ending: Equatable {
  case exited(Int32)
  case killed(by: Int32)
}

struct Finished {
  var ending: Ending
  var output: String
  var errors: String

  var code: Int32? { if case .exited(let code) = ending { code } else { nil } }
}

struct Process {
  let id: pid_t
  private let folder: String
  private let output: String?

  enum Output {
    /// Kept, and given back when the program has ended.
    case kept
    case path(String)
    /// A pipe that nobody reads.
    case closedPipe
  }

  /// Starts it in `folder`, with standard input empty.
  init(_ path: String, _ arguments: [String], in folder: String, output: Output = .kept) throws {
    self.folder = folder
    let name = "\(folder)/.run-\(Process.next())"
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let create = O_WRONLY | O_CREAT | O_TRUNC
    var writing: Int32 = -1
    switch output {
    case .kept:
      unsafe posix_spawn_file_actions_addopen(&actions, 1, name + ".out", create, 0o600)
    case .path(let path):
      unsafe posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
    case .closedPipe:
      let ends = try Pipe.make().get()
      unsafe posix_spawn_file_actions_adddup2(&actions, ends.writing, 1)
      _ = close(ends.reading)
      writing = ends.writing
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 2, name + ".err", create, 0o600)
    if case .kept = output { self.output = name } else { self.output = nil }
    errorsAt = name + ".err"
    // By the shell, because changing the folder between fork and exec is not in Swift's Glibc; it
    // replaces itself, so the process is the program's.
    let shell = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, path]
    var words = unsafe (shell + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    // Threads of the tests block most signals; a program that people start hears them.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var id: pid_t = 0
    let result = unsafe posix_spawn(&id, "/bin/sh", &actions, &attributes, words, environ)
    if writing >= 0 { _ = close(writing) }
    try #require(result == 0, "\(path) could not be started: errno \(result)")
    self.id = id
  }

  private let errorsAt: String

  /// What it has printed so far.
  var said: String { output.map { text("\($0).out") } ?? "" }

  /// What it has said on standard error so far.
  var errorsSoFar: String { text(errorsAt) }

  func send(_ signal: Int32) { _ = kill(id, signal) }

  /// Standard output, of a program that is still running.
  var outputSoFar: String { output.map { text("\($0).out") } ?? "" }

  func wait() -> Finished {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return Finished(
      ending: signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(by: signal),
      output: output.map { text("\($0).out") } ?? "", errors: text(errorsAt))
  }

  private static let serial = Counter()
  private static func next() -> Int { serial.next() }
}

/// The whole file as text; empty where there is none.
func text(_ path: String) -> String {
  guard case .contents(let bytes) = Files.read(path) else { return "" }
  return String(decoding: bytes, as: UTF8.self)
}

/// Asks ten times a second until it is so; a minute is long even on a busy machine.
func eventually(_ what: String, _ isSo: () -> Bool) throws {
  for _ in 0..<600 {
    if isSo() { return }
    _ = usleep(100_000)
  }
  try #require(Bool(false), "it did not happen within a minute: \(what)")
}

/// What a process has worked so far, in hundredths of a second; 0: there is none.
func ticks(of process: Int32) -> Int {
  let fields = text("/proc/\(process)/stat").split(separator: " ")
  return fields.count > 14 ? (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0) : 0
}

private let listeners = Atomic<Int>(0)

/// On a port below those that connections get by themselves, with some free ones behind it.
func freeListener(_ host: String) throws -> Listener {
  for _ in 0..<500 {
    let step = (Int(getpid()) + listeners.wrappingAdd(1, ordering: .relaxed).newValue) % 500
    if case .success(let listener) = Listener.open(host: host, port: UInt16(20_000 + step * 20)) {
      return listener
    }
  }
  return try Listener.open(host: host, port: 0).get()
}

func makeExecutable(_ path: String) -> Bool { unsafe chmod(path, 0o755) == 0 }

func removeTree(_ path: String) {
  if case .names(let names) = Files.list(path) {
    for name in names { removeTree("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  } else {
    _ = Files.remove(path)
  }
}
