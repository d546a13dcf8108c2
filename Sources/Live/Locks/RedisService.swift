// The Redis of a run: one of its own on a free loopback port, in the run's folder, writing nothing
// to disk and carrying the run's mark, or somebody's, where the run leaves none of its keys behind.
// On the thread that keeps the servers; it may wait.
internal import Basics
internal import LinuxIO
internal import Scenarios

struct RedisService {
  let place: RedisPlace
  let prefix: String
  /// nil: somebody else's.
  let process: ChildProcess?

  struct Problem: Error {
    let text: String
  }

  static let advice =
    "app.lock.backend: redis wants redis-server, which is not here: "
    + "sudo apt-get install redis-server, or name a Redis with app.lock.url"

  private static let startLimit = Interval.seconds(10)
  /// Somebody may take a free port between our look and the server's.
  private static let attempts = 3

  static func start(
    _ settings: LiveSettings, clients: Int, _ folder: RunFolder
  ) -> Result<RedisService, Problem> {
    let prefix = prefix(of: folder.mark)
    if let url = settings.redis {
      return find(somebodys(url), prefix).mapError {
        Problem(text: "app.lock.url \(url.text): \($0.text)")
      }
    }
    guard let program else { return .failure(Problem(text: advice)) }
    var last = Problem(text: "redis-server was not started")
    for _ in 0..<attempts {
      switch launch(program, prefix, clients, folder) {
      case .success(let service): return .success(service)
      case .failure(let problem): last = problem
      }
    }
    return .failure(last)
  }

  /// Where packages put it, which need not be in a person's PATH.
  static var program: String? {
    let path = (ThisProcess.environment("PATH") ?? "").split(separator: ":").map(String.init)
    return (path + ["/usr/bin", "/usr/local/bin"]).map { $0 + "/redis-server" }
      .first { Files.exists($0) }
  }

  static func prefix(of mark: String) -> String { "seatrial:\(mark):" }

  static func somebodys(_ url: RedisURL) -> RedisPlace {
    RedisPlace(
      host: url.host, port: url.port, database: url.database, user: url.user, password: password)
  }

  /// It stands in the environment and nowhere else.
  static var password: String? {
    ThisProcess.environment(RedisURL.passwordVariable).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Somebody else's, if it answers.
  static func find(_ named: RedisPlace, _ prefix: String) -> Result<RedisService, Problem> {
    var place = named
    var text = "the name is not known here"
    // Resolved once, and here: shards connect anew in mid-run, and a resolver would stop them.
    for host in TCP.numericHosts(of: named.host) {
      place.host = host
      var connection = RedisConnection(place, timeout: .seconds(5))
      let reply = connection.command(["PING"])
      if reply == .text("PONG") {
        return .success(RedisService(place: place, prefix: prefix, process: nil))
      }
      text = "an answer that Redis does not give"
      if case .failed(let failure) = reply { text = failure.text }
      if text.hasPrefix("NOAUTH") || text.hasPrefix("WRONGPASS") {
        text += " (the password is read from \(RedisURL.passwordVariable))"
        break
      }
    }
    return .failure(Problem(text: text))
  }

  private static func launch(
    _ program: String, _ prefix: String, _ clients: Int, _ folder: RunFolder
  ) -> Result<RedisService, Problem> {
    do throws(SystemFailure) {
      let home = folder.path + "/redis"
      if let failure = Files.makeDirectories(home) { throw failure }
      let port = try freePort()
      let output = try Files.openForAppending(home + "/log").get()
      let words = [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", home, "--save", "", "--appendonly",
        "no", "--daemonize", "no", "--databases", "1", "--maxclients", "\(clients + 100)",
      ]
      // None of the person's environment: it has nothing to say to this server.
      let process = try ChildProcess.start(
        .init(path: program, arguments: words, environment: [(RunFolder.markName, folder.mark)]),
        output: output.number, errors: output.number
      ).get()
      let service = RedisService(place: RedisPlace(port: port), prefix: prefix, process: process)
      if let reason = service.waitUntilUp(home) { return .failure(Problem(text: reason)) }
      return .success(service)
    } catch {
      return .failure(Problem(text: "redis-server: \(error)"))
    }
  }

  private static func freePort() throws(SystemFailure) -> UInt16 {
    let listener = try Listener.open(host: "127.0.0.1", port: 0).get()
    return listener.port
  }

  /// Nil: it answers.
  private func waitUntilUp(_ home: String) -> String? {
    let end = MonotonicClock.now() + RedisService.startLimit
    var ending: String?
    while ending == nil, MonotonicClock.now() < end {
      var connection = RedisConnection(place, timeout: .seconds(1))
      if connection.command(["PING"]) == .text("PONG") { return nil }
      while let (ended, how) = ChildProcess.nextEnded() {
        if ended == process { ending = how.text }
      }
      ThisProcess.sleep(.milliseconds(5))
    }
    process?.sendToGroup(.kill)
    var words = ""
    if case .contents(let bytes) = Files.read(home + "/log", limit: 1 << 20) {
      let said = String(decoding: bytes.suffix(2000), as: UTF8.self)
      words = said.split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(300))" } ?? ""
    }
    let limit = RedisService.startLimit.seconds
    return "redis-server \(ending ?? "did not answer within \(limit) s")\(words)"
  }

  // MARK: the end

  /// Ours is told to end; somebody's is left as it was. Says what could not be done.
  func end() -> String? {
    if let process {
      process.sendToGroup(.goOn)
      process.sendToGroup(.terminate)
      return nil
    }
    var connection = RedisConnection(place, timeout: .seconds(2))
    let end = MonotonicClock.now() + RedisService.startLimit
    var cursor = "0"
    repeat {
      let reply = connection.command(["SCAN", cursor, "MATCH", prefix + "*", "COUNT", "1000"])
      guard case .list(let parts) = reply, parts.count == 2, let next = parts[0].words,
        case .list(let names) = parts[1]
      else { return leftBehind }
      let keys = names.compactMap(\.words)
      if !keys.isEmpty, connection.command(["DEL"] + keys).number == nil { return leftBehind }
      cursor = next
    } while cursor != "0" && MonotonicClock.now() < end
    return cursor == "0" ? nil : leftBehind
  }

  private var leftBehind: String {
    "the run's keys (\(prefix)*) could not be removed from Redis; they expire by themselves"
  }
}
