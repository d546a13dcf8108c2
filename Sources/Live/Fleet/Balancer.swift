// An external load balancer in front of a run's own servers: HAProxy as Debian ships it, dealing
// out connections in turn, as any balancer has to that does not read the protocol. The driver then
// sees one address. It inherits a socket that listens already, so there is no port to race for and
// nothing to wait for.
internal import Basics
internal import LinuxIO

enum Balancer {
  static let advice =
    "app.routing: external wants HAProxy between driver and fleet, which is not here: "
    + "apt-get install haproxy"

  /// Where packages put it, which need not be in a person's PATH.
  static var program: String? {
    let path = (ThisProcess.environment("PATH") ?? "").split(separator: ":").map(String.init)
    return (path + ["/usr/sbin", "/usr/local/sbin"]).map { $0 + "/haproxy" }
      .first { Files.exists($0) }
  }

  /// - people: connections at the same time, at most.
  static func configuration(_ servers: [ServerAddress], people: Int) -> String {
    let lines = servers.enumerated().map { "  server cli-\($0 + 1) \($1.text)" }
    return """
      global
        maxconn \(people + 1000)
      defaults
        mode tcp
        timeout connect 5s
        # A connection is quiet for as long as nobody has a turn; 24 days are the most it takes.
        timeout client 20d
        timeout server 20d
      listen fleet
        bind fd@0
        balance roundrobin
        # A server that does not take connections gets none, and loses those it had.
        default-server check inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
      \(lines.joined(separator: "\n"))

      """
  }
}

extension Fleet {
  /// Starts it in front of all servers that are up.
  mutating func addBalancer(_ program: String, people: Int) -> Result<ServerID, SystemFailure> {
    let backends = servers.filter { $0.state == .up }.map(\.address)
    let place = folder.path + "/haproxy.cfg"
    let text = Balancer.configuration(backends, people: people)
    if let failure = Files.writeAtomically(Array(text.utf8), to: place) { return .failure(failure) }
    do throws(SystemFailure) {
      let listener = try Listener.open(host: "127.0.0.1", port: 0).get()
      let id = ServerID(servers.count)
      let errors = try Files.openForAppending(folder.log(of: id)).get()
      let environment = plan.environment + [(RunFolder.markName, folder.mark)]
      let process = try ChildProcess.start(
        .init(path: program, arguments: ["-db", "-f", place], environment: environment),
        input: listener.number(), output: errors.number, errors: errors.number
      ).get()
      let address = ServerAddress(host: "127.0.0.1", port: listener.port)
      append(balancer: id, process, address)
      return .success(id)
    } catch {
      return .failure(error)
    }
  }
}
