// A redis-server of the tests' own: on a free loopback port, in a folder of its own, without
// writing anything to disk, ended by its process id. The only file of these tests that is `unsafe`.
import Basics
import Glibc
import LinuxIO
import Testing

final class RedisServer {
  let port: Int
  private let id: pid_t
  private let folder: String
  private var isRunning = true

  /// nil: there is none on the PATH.
  static let program: String? = {
    guard let path = unsafe getenv("PATH").map({ unsafe String(cString: $0) }) else { return nil }
    let places = path.split(separator: ":").map { "\($0)/redis-server" }
    return places.first { unsafe access($0, X_OK) == 0 }
  }()

  init(_ options: [String] = [], at place: Int? = nil) throws {
    let program = try #require(RedisServer.program)
    var name = Array("/tmp/seatrial-redis-XXXXXX\0".utf8).map { CChar(bitPattern: $0) }
    try #require(unsafe mkdtemp(&name) != nil)
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Somebody else may take a port between the look and the start.
    var started: (port: Int, id: pid_t)?
    for _ in 0..<3 where started == nil {
      let port = try place ?? RedisServer.freePort()
      let id = try RedisServer.start(program, port, folder, options)
      if try RedisServer.listens(id, "\(folder)/log") { started = (port, id) }
    }
    (port, id) = try #require(started, "redis-server ended, three times")
  }

  private static func start(
    _ program: String, _ port: Int, _ folder: String, _ options: [String]
  ) throws -> pid_t {
    let words =
      [
        program, "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "",
        "--appendonly", "no", "--daemonize", "no", "--logfile", "\(folder)/log",
      ] + options
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var started: pid_t = 0
    let result = unsafe posix_spawn(&started, program, &actions, nil, arguments, environ)
    try #require(result == 0, "\(program) could not be started: errno \(result)")
    return started
  }

  /// Waits until it says that it listens; false: it has ended.
  private static func listens(_ id: pid_t, _ log: String) throws -> Bool {
    var said = ""
    for _ in 0..<10_000 {
      said = String(decoding: Files.tail(of: log, 4096), as: UTF8.self)
      if said.contains("Ready to accept") { return true }
      if waitpid(id, nil, WNOHANG) == id { return false }
      _ = usleep(2000)
    }
    _ = kill(id, SIGKILL)
    _ = waitpid(id, nil, 0)
    try #require(Bool(false), "redis-server does not say that it listens: \(said)")
    return false
  }

  deinit { stop() }

  /// Ends it and waits until it has ended.
  func stop() {
    guard isRunning else { return }
    isRunning = false
    _ = kill(id, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
    if case .names(let names) = Files.list(folder) {
      for name in names { _ = Files.remove("\(folder)/\(name)") }
    }
    _ = unsafe rmdir(folder)
  }

  /// It keeps its connections and answers nothing, until `resume`.
  func freeze() { _ = kill(id, SIGSTOP) }
  func resume() { _ = kill(id, SIGCONT) }

  private static func freePort() throws -> Int {
    let listener = try Listener.open(host: "127.0.0.1", port: 0).get()
    return Int(listener.port)
  }
}
