// What would run out first if more people came: each resource as the share of its limit that is
// used. Arithmetic on the figures of a result and the keys of its scenario, no forecast.
internal import Metrics

struct Headroom {
  struct Resource {
    /// `the busiest server's CPU`.
    var name: String
    /// 1 is full.
    var used: Double
    var usedText: String
    var limitText: String
  }

  /// The fullest first.
  let resources: [Resource]

  init(_ contender: Contender, in result: RunResult) {
    let settings = Comparability.settings(of: result, contender.variant)
    func setting(_ key: String) -> String? { settings.first { $0.key == key }?.value }
    let units = HumanUnits(plain: false)
    func text(_ value: Double, _ unit: String) -> String { units.text(value, unit: unit) }
    var found: [Resource] = []
    // What a mock takes says nothing of what the CLI would.
    let isTheCLI = contender.standIn(in: result) == nil
    let busiest = contender.variant.servers.compactMap(\.cpu).max()
    if isTheCLI, let cpu = busiest ?? contender.value("server.cpu"), cpu > 0 {
      found.append(
        Resource(
          name: "the busiest server's CPU", used: cpu, usedText: text(cpu, "ratio"),
          limitText: "one core"))
    }
    let hosts = setting("fleet.hosts.count").flatMap { Double($0) }
    if isTheCLI, let hosts, let cores = setting("fleet.hosts.cores").flatMap({ Double($0) }),
      cores > 0,
      let mean = contender.value("server.cpu"), let servers = contender.value("fleet.servers")
    {
      let used = mean * servers
      found.append(
        Resource(
          name: "the hosts' cores", used: used / (hosts * cores),
          usedText: text(used, "factor") + " busy", limitText: text(hosts * cores, "factor")))
    }
    if let limit = setting("app.sessions.limit").flatMap({ Double($0) }), limit > 0,
      let most = contender.value("sessions.resident_max")
    {
      found.append(
        Resource(
          name: "the session limit", used: most / limit, usedText: text(most, "count"),
          limitText: text(limit, "count")))
    }
    if isTheCLI, let hosts, let each = setting("fleet.hosts.memory").flatMap(Headroom.bytes),
      let memory = contender.value("fleet.memory"), each > 0
    {
      found.append(
        Resource(
          name: "the hosts' memory", used: memory / (hosts * each), usedText: text(memory, "bytes"),
          limitText: text(hosts * each, "bytes")))
    }
    resources = found.sorted { $0.used > $1.used }
  }

  /// `64GiB`, `255MB`, as scenarios write them.
  static func bytes(_ text: String) -> Double? {
    let units: [(String, Double)] = [
      ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("kB", 1e3), ("KB", 1e3),
      ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ]
    for (suffix, factor) in units where text.hasSuffix(suffix) {
      return Double(text.dropLast(suffix.count)).map { $0 * factor }
    }
    return Double(text)
  }
}
