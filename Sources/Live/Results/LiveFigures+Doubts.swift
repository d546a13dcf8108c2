// When live figures are not to be believed. A driver that is late, out of CPU or cut short measures
// itself; the reader is told before the figures are.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Scenarios
internal import Statistics
internal import Truth
internal import Workload

extension LiveFigures {
  public var doubts: [Doubt] {
    var doubts: [Doubt] = []
    func doubt(_ text: String, invalid: Bool = false) {
      doubts.append(Doubt(text, invalid: invalid))
    }
    if isUnderWay {
      doubt("the run had not ended: this is what it had measured in \(text(measured))")
    } else if wasWarming {
      doubt("the run was stopped before its warm-up ended")
    } else if wasStopped {
      doubt("the run was stopped before its end")
    }
    explainTroubles(&doubts)
    balanceBooks(&doubts)
    let completed = count(.turnsCompleted)
    if completed == 0 {
      doubt("no turn was completed", invalid: true)
    } else {
      doubts += driver.doubts
      if let machine { doubts += machine.doubts(in: measured.seconds) }
      judgeProvider(&doubts)
      judgeRate(&doubts)
      let responses = time(.turnResponse)
      if responses.count < 100 {
        doubt("\(responses.count) turns are too few for a p99")
      }
      if warmUpNotFound {
        doubt("the responses were not steady within \(text(scenario.phases.measure))")
      }
    }
    let planned = count(.turnsPlanned)
    let dropped = count(.turnsDropped)
    if dropped * 1000 > planned {
      doubt("\(dropped) of \(planned + dropped) turns were never sent")
    }
    let left = reports.reduce(0) { $0 + $1.leftUnderWay }
    if left > 0 {
      doubt(
        "\(left == 1 ? "a turn" : "\(left) turns") had no answer "
          + "\(text(scenario.live.drain)) after the end")
    }
    if tallies.connectionsLost > 0 && scenario.fleet.changes.isEmpty {
      doubt(
        tallies.connectionsLost == 1
          ? "a connection broke" : "\(tallies.connectionsLost) connections broke")
    }
    if tallies.unreadable > 0 {
      doubt(
        tallies.unreadable == 1
          ? "a message of a server could not be read"
          : "\(tallies.unreadable) messages of servers could not be read")
    }
    for sentence in tallies.redis.sentences { doubt(sentence) }
    for note in notes { doubt(note) }
    return doubts
  }

  /// What failed is a figure, not a doubt, as long as the reader can see what it was: the servers'
  /// own words, the most frequent first.
  public var remarks: [String] {
    tallies.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
      .map { "\($0.value) x \($0.key)" }
  }

  /// What a connection for each person costs: every one of them hears of everybody's turns.
  public var broadcast: String? {
    let turns = count(.turnsCompleted)
    guard scenario.live.connections == .perUser, turns > 0 else { return nil }
    return "\(tallies.events) events for \(turns) turns, \(tallies.events / turns) a turn; with a "
      + "connection for each person a turn's events grow with the people, all events with their "
      + "square"
  }

  /// How much of what was acknowledged was looked for: where nobody looks nothing is found.
  public var checked: String { truth.tally.words }

  /// What went wrong with connections does cast doubt on figures.
  private func explainTroubles(_ doubts: inout [Doubt]) {
    let troubles = tallies.troubles.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (text, count) in troubles.prefix(5) {
      doubts.append(Doubt("\(count) x \(text)"))
    }
  }

  private func balanceBooks(_ doubts: inout [Doubt]) {
    let books = reports.reduce(into: TurnLedger()) { $0.merge($1.ledger) }
    guard books.missing != 0 else { return }
    doubts.append(
      Doubt(
        "seatrial lost count of \(books.missing) of \(books.planned) turns, which is a "
          + "mistake in seatrial", invalid: true))
  }

  private var driver: DriverLoad {
    var load = DriverLoad()
    load.lag = seconds(0.99, of: time(.driverLag))
    load.response = seconds(0.5, of: time(.turnResponse))
    load.planned = count(.turnsPlanned)
    load.late = count(.turnsLate)
    load.lateBound = lag.seconds
    if measured > .zero { load.threads = reports.map { $0.cpuUsed.seconds / measured.seconds } }
    load.instances = scenario.app.instances
    return load
  }

  /// More than this share of the turns that came was not done while they came.
  private static let behind = 0.05

  /// The rate that was asked for is not the rate that was served: what waited longest is not yet in
  /// the figures.
  private func judgeRate(_ doubts: inout [Doubt]) {
    let underWay = windows.map { Double($0.underWay) }
    if Backlog.pilesUp(underWay) {
      doubts.append(Doubt(Backlog.doubt(underWay: Int(underWay.last ?? 0))))
      return
    }
    if case .closed = scenario.workload.arrivals { return }
    let planned = count(.turnsPlanned)
    let done = count(.turnsCompleted) + count(.turnsFailed)
    guard planned >= 100, Double(planned - done) > LiveFigures.behind * Double(planned) else {
      return
    }
    doubts.append(
      Doubt(
        "\(planned) turns came and \(done) were done meanwhile: the fleet fell behind, or "
          + "had not settled"))
  }

  private func judgeProvider(_ doubts: inout [Doubt]) {
    if let late = observations.flatMap({ seconds(0.99, of: $0.lag) }),
      late > max(0.01, scenario.model.latency.mean * 0.05)
    {
      doubts.append(
        Doubt("the fake provider was late: p99 \(milliseconds(late)) behind its model"))
    }
  }

  private func seconds(_ share: Double, of times: HistogramSnapshot) -> Double? {
    times.quantile(share).map { $0 * 1e-9 }
  }

  private func text(_ interval: Interval) -> String {
    "\(Double(interval.nanoseconds / 1_000_000) / 1000) s"
  }
}
