// How everything moved over time, read off the counters that the machines keep anyway at the end of
// each window: the path of a turn knows nothing of it. One replication of a variant carries it.
// Bounded: as many windows as the plan says, and a stated number of servers.
internal import Basics
internal import CLIModel
internal import Metrics

struct SeriesDetail {
  /// Twelve rows of small multiples and some to choose from. The figures hold all servers.
  static let servers = 32

  /// Per second, named as the tallies they come from.
  static let rates: [CountMetric] = [
    .turnsPlanned, .sessionsCreated, .sessionsResumed, .sessionsEvictedBusy, .sessionsIdleRemoved,
    .sessionsDeleted, .locksAcquired, .locksRefused,
  ]
  static let waits: [TimeMetric] = [.lockWait, .lockHold]

  struct Server {
    var turns = 0
    var cpu = 0.0
    var samples: [(turns: Int, cpu: Double, residents: Int)] = []
    /// Windows that were over before the server came.
    var missing = 0
  }

  /// By window, in the order of `rates`, and of `waits` with nil where nothing waited.
  fileprivate(set) var counts: [[Int]] = []
  fileprivate(set) var means: [[Double?]] = []
  fileprivate(set) var bands: [[Int]] = []
  fileprivate(set) var perServer: [Server] = []

  fileprivate var countsBefore: [Int]
  fileprivate var waitsBefore: [(sum: Double, count: Int)]
  fileprivate var bandsBefore = [Int](repeating: 0, count: BucketLayout.bands)

  /// - before: `Simulator.totals` at the start of the measurement.
  init(before: [Int]) {
    countsBefore = before
    waitsBefore = SeriesDetail.waits.map { _ in (0, 0) }
  }
}

extension Simulator {
  @inline(never) mutating func noteDetail() {
    guard var detail = series.detail.take() else { return }
    // What the recorder counts itself starts from nothing with the measurement, what machines
    // count does not; `countsBefore` began with the machines' totals, so their sum is right.
    var now = totals()
    now[CountMetric.turnsPlanned.rawValue] += recorder.value(of: .turnsPlanned)
    detail.counts.append(
      SeriesDetail.rates.map { now[$0.rawValue] - detail.countsBefore[$0.rawValue] })
    detail.countsBefore = now
    let waits = SeriesDetail.waits.map { (recorder.sum(of: $0), recorder.samples(of: $0)) }
    detail.means.append(
      zip(waits, detail.waitsBefore).map { now, before in
        now.1 > before.count ? (now.0 - before.sum) / 1e9 / Double(now.1 - before.count) : nil
      })
    detail.waitsBefore = waits
    let bands = recorder.bands(of: .turnResponse)
    detail.bands.append(zip(bands, detail.bandsBefore).map { $0 - $1 })
    detail.bandsBefore = bands
    noteServers(&detail)
    series.detail = detail
  }

  private mutating func noteServers(_ detail: inout SeriesDetail) {
    for place in 0..<min(servers.count, SeriesDetail.servers) {
      if place == detail.perServer.count {
        var fresh = SeriesDetail.Server()
        fresh.turns = states[place].turnsBefore
        fresh.cpu = states[place].cpuBefore
        fresh.missing = detail.bands.count - 1
        detail.perServer.append(fresh)
      }
      let turns = states[place].turns
      let cpu = servers[place].cpu
      let before = detail.perServer[place]
      detail.perServer[place].samples.append(
        (turns - before.turns, cpu - before.cpu, servers[place].residents))
      detail.perServer[place].turns = turns
      detail.perServer[place].cpu = cpu
    }
  }

  // MARK: at the end

  func heatMap() -> HeatMapResult? {
    guard let detail = series.detail, series.step > .zero else { return nil }
    return HeatMapResult(
      metric: TimeMetric.turnResponse.name, startSeconds: measuredFrom.seconds,
      stepSeconds: series.step.seconds, bands: detail.bands)
  }

  func detailSeries() -> [SeriesResult] {
    guard let detail = series.detail, !detail.counts.isEmpty, series.step > .zero else { return [] }
    let step = series.step.seconds
    let rates = SeriesDetail.rates.indices.map { place in
      result(SeriesDetail.rates[place].name, "/s", detail.counts.map { Double($0[place]) / step })
    }
    let means = SeriesDetail.waits.indices.map { place in
      result(SeriesDetail.waits[place].name + ".mean", "s", detail.means.map { $0[place] })
    }
    // What never happened needs no curve.
    return (rates + means).filter { $0.values.contains { ($0 ?? 0) != 0 } }
  }

  func serverSeries(_ place: Int) -> [SeriesResult] {
    guard let detail = series.detail, series.step > .zero, place < detail.perServer.count else {
      return []
    }
    let server = detail.perServer[place]
    let step = series.step.seconds
    let gap = [Double?](repeating: nil, count: server.missing)
    return [
      result("turn.throughput", "/s", gap + server.samples.map { Double($0.turns) / step }),
      result("server.cpu", "ratio", gap + server.samples.map { $0.cpu / step }),
      result("server.sessions", "count", gap + server.samples.map { Double($0.residents) }),
    ]
  }

  private func result(_ name: String, _ unit: String, _ values: [Double?]) -> SeriesResult {
    SeriesResult(
      name: name, unit: unit, startSeconds: measuredFrom.seconds,
      stepSeconds: series.step.seconds, values: values.map { $0.map(SeriesDetail.short) })
  }
}

extension SeriesDetail {
  /// Five digits: a picture shows three, and a result holds thousands of these.
  fileprivate static func short(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return 0 }
    let digits = ceilingOf(naturalLog(value.magnitude) / naturalLog(10))
    let scale = power(10, 5 - digits)
    return floorOf(value * scale + 0.5) / scale
  }
}
