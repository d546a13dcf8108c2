// The one or two sentences that a page opens with, made from the figures: what broke, who serves
// this best, what the others cost, what would run out first. It says nothing that a table below
// does not show, and less where the figures say less.
internal import Basics
internal import Metrics

public struct Answer: Sendable {
  private let contenders: [Contender]
  private let results: [NamedResult]
  private let comparison: Comparison
  private let units = HumanUnits(plain: false)

  public init(_ results: [NamedResult], comparison: Comparison) {
    self.results = results
    self.comparison = comparison
    contenders = Contender.all(of: results)
  }

  public var sentences: [Sentence] {
    guard let first = contenders.first else { return ["The result holds no variant."] }
    let alive = contenders.filter { $0.completed > 0 }
    guard !alive.isEmpty else { return [nothingCompleted(first)] }
    if results.contains(where: { $0.result.verdict == .invalid }) {
      let why: Sentence = "The measurement is invalid, so nothing can be chosen by it."
      return [why] + (contenders.count == 1 ? alone(first) : [])
    }
    if contenders.count == 1 { return [missed()].compactMap { $0 } + alone(first) }
    if comparison.pairs.contains(where: \.isPrediction) {
      let live = contenders.filter { results[$0.source].result.kind == .live }
      return ofTheModel() + modelAndFleet() + [missed(among: live)].compactMap { $0 }
    }
    if isBeforeAndAfter { return [missed()].compactMap { $0 } + changes() }
    if let sweep = Sweep(contenders, in: results) {
      return [missed()].compactMap { $0 } + along(sweep)
    }
    return [missed()].compactMap { $0 } + chosen(among: alive)
  }

  // MARK: nothing, or something that broke

  private func nothingCompleted(_ first: Contender) -> Sentence {
    let planned = contenders.reduce(0) { $0 + ($1.value("turns.planned") ?? 0) }
    let failed = contenders.reduce(0) { $0 + ($1.value("turns.failed") ?? 0) }
    guard planned > 0 else {
      return "No turn was planned in the measured time, so there is nothing to say."
    }
    let what = failed > 0 ? "\(count(failed)) failed" : "none came to an end in the measured time"
    let lead: Sentence = "No turn was completed: of \(count(planned)) planned, \(what)."
    return "\(lead) Response times mean nothing here."
  }

  private func missed(among some: [Contender]? = nil) -> Sentence? {
    let contenders = some ?? self.contenders
    var texts: [String] = []
    for contender in contenders {
      for found in contender.variant.expectations
      where found.outcome == .missed && !texts.contains(found.text) { texts.append(found.text) }
    }
    guard let worst = texts.first else { return nil }
    let who = contenders.compactMap { contender -> Sentence? in
      guard
        let found = contender.variant.expectations.first(where: {
          $0.text == worst && $0.outcome == .missed
        })
      else { return nil }
      return "\(name: contender.label) (\(units.text(found.observed, unit: found.unit)))"
    }
    let more = texts.count > 1 ? ", and \(counted(texts.count - 1, "other expectation")) too" : ""
    return "\(code: worst) is missed by \(Sentence.list(who))\(more)."
  }

  // MARK: one contender

  private func alone(_ contender: Contender) -> [Sentence] {
    let response = contender.variant["turn.response"]
    let shown: (String, Double)? =
      response?.value(.p95).map { ("95 % of the turns were answered within ", $0) }
      ?? response?.value(.mean).map { ("A turn took on average ", $0) }
    var sentences: [Sentence] = []
    if let shown {
      let rate = units.text(contender.value("turn.throughput"), unit: "/s")
      sentences.append(
        "\(shown.0)\(units.text(shown.1, unit: "s")), at \(rate); \(promises(of: contender)).")
    }
    return sentences + [firstToRunOut(contender)].compactMap { $0 }
  }

  private func promises(of contender: Contender) -> Sentence {
    let broken = worstPromise(of: contender)
    let turns = count(contender.value("turns.planned") ?? 0)
    return broken.map { "it \($0)" } ?? "none of \(turns) turns failed\(orLost(contender))"
  }

  /// Nothing is said of what nobody looked for: a live run does not see histories.
  private func orLost(_ contender: Contender) -> String {
    contender.value("turns.lost") == nil ? "" : " or lost its history"
  }

  private func worstPromise(of contender: Contender) -> String? {
    let worst = Promise.all.prefix(Promise.grave)
      .compactMap { promise in promise.share(of: contender).map { (promise, $0) } }
      .max { $0.1 < $1.1 }
    guard let worst, worst.1 > 0 else { return nil }
    return worst.0.broken(units.text(worst.1, unit: "ratio"))
  }

  private func firstToRunOut(_ contender: Contender) -> Sentence? {
    guard
      let fullest = Headroom(contender, in: results[contender.source].result).resources.first,
      fullest.used > 0
    else { return nil }
    let share = units.text(fullest.used, unit: "ratio")
    if fullest.used >= 1 { return "\(fullest.name.capitalisedFirst) is used up (\(share))." }
    let full = people(of: contender).map { Answer.twoDigits(Double($0) / fullest.used) }
    let when = full.map { ", at this rate full with \($0) people" } ?? ""
    return "First to run out: \(fullest.name), \(share) used\(when)."
  }

  /// A variant's name says what it changes; the scenario as it stands is only called base, so its
  /// pattern and its routing are told.
  private func introduced(_ contender: Contender) -> Sentence {
    let settings = results[contender.source].result.scenario.settings
    func value(_ key: String) -> String? { settings.first { $0.key == key }?.value }
    guard contender.variant.settings.isEmpty, let pattern = value("app.pattern") else {
      return "\(name: contender.label)"
    }
    let isRouted = pattern != "isolated"
    let routing = value("app.routing").map { isRouted ? ", \($0)" : "" } ?? ""
    return "\(name: contender.label) (\(pattern)\(routing))"
  }

  /// How many there are, where their number is what makes the load.
  private func people(of contender: Contender) -> Int? {
    let settings = Comparability.settings(
      of: results[contender.source].result, contender.variant)
    func value(_ key: String) -> String? { settings.first { $0.key == key }?.value }
    guard value("workload.arrivals") == "closed" else { return nil }
    return value("workload.users").flatMap { Int($0) }
  }

  /// Rounded down: nobody knows such a number better than that.
  private static func twoDigits(_ count: Double) -> Int {
    let scale = power(10, max(0, floorOf(naturalLog(max(1, count)) / naturalLog(10)) - 1))
    return Int(floorOf(count / scale + 1e-9) * scale)
  }

  // MARK: several contenders

  private func meetsAll(_ contender: Contender) -> Bool {
    !contender.variant.expectations.contains { $0.outcome == .missed }
  }

  /// Promises first, then expectations, then the bill, then time. Bills and times within the margin
  /// are equal, and the earlier contender stands first.
  private func best(of all: [Contender]) -> [Contender] {
    var rest = all
    func narrow(_ keep: (Contender) -> Bool) {
      let kept = rest.filter(keep)
      if !kept.isEmpty { rest = kept }
    }
    narrow { $0.keepsItsPromises }
    narrow { meetsAll($0) }
    // A p95 half as long again is worth more than memory; below that the bill decides. Memory of
    // mocks is no bill, their number is; and single runs differ by a tenth without any reason.
    let isMocked = all.contains { $0.standIn(in: results[$0.source].result) != nil }
    let isSingle = all.contains { $0.variant.replications < 2 }
    for (metric, statistic, tolerance) in [
      ("turn.response", Statistic.p95, 1.5),
      (isMocked ? "fleet.servers" : "fleet.memory", nil, 1.02),
      ("turn.response", .p95, isSingle ? 1.1 : 1.02),
    ] as [(String, Statistic?, Double)] {
      guard let least = rest.compactMap({ $0.value(metric, statistic) }).min() else { continue }
      narrow { ($0.value(metric, statistic) ?? .infinity) <= least * tolerance }
    }
    return rest
  }

  private func chosen(among alive: [Contender]) -> [Sentence] {
    let best = best(of: alive)
    guard let first = best.first else { return [] }
    var sentences: [Sentence] = []
    let times = alive.compactMap { $0.value("turn.response", .p95) }
    let time = response(of: first).map { ", \($0)" } ?? ""
    let bill = bill(of: first).map { ", with \($0)" } ?? ""
    let names = Sentence.list(best.map(introduced))
    let each = Set(alive.map { people(of: $0) })
    let whom = each.count == 1 ? people(of: first).map { "\($0) people" } ?? "this" : "this"
    let verb = best.count > 1 ? "serve \(whom) best, and alike" : "serves \(whom) best"
    let kept = first.keepsItsPromises ? "no turn failed\(orLost(first))" : promises(of: first)
    sentences.append("\(names) \(verb): \(kept)\(time)\(bill).")
    var told: [(who: Contender, what: [String])] = []
    func tell(_ who: Contender, _ what: String) {
      if let place = told.firstIndex(where: { $0.who == who }) {
        told[place].what.append(what)
      } else {
        told.append((who, [what]))
      }
    }
    var parts: [Sentence] = []
    let others = alive.filter { !best.contains($0) }
    if let low = times.min(), let high = times.max(), high <= low * 1.05, times.count == alive.count
    {
      let ends = units.row([low, high], unit: "s")
      let all = alive.count == 2 ? "Both" : "All \(alive.count)"
      parts.append("\(all) answer alike (p95 \(ends[0]) to \(ends[1]))")
    } else if let slowest = most(others, "turn.response", .p95),
      let high = slowest.value("turn.response", .p95)
    {
      tell(slowest, "needs \(units.text(high, unit: "s"))")
    }
    if let dearest = most(others, "fleet.memory"), let own = first.value("fleet.memory"), own > 0,
      (dearest.value("fleet.memory") ?? 0) > 1.5 * own, let bill = self.bill(of: dearest)
    {
      tell(dearest, "takes \(bill)")
    }
    let faulty = others.filter { !$0.keepsItsPromises }
      .sorted { ($1.brokenShare, $0.place) < ($0.brokenShare, $1.place) }
    for contender in faulty.prefix(2) {
      if let fault = worstPromise(of: contender) { tell(contender, fault) }
    }
    parts += told.map { who, what in
      "\(name: who.label) \(Sentence.list(what.map { "\($0)" }))"
    }
    if !parts.isEmpty {
      let joined = parts.enumerated().map { place, part -> Sentence in
        place == 0 ? part : "; \(part)"
      }
      sentences.append(Sentence(joined.flatMap(\.pieces) + [.words(".")]))
    }
    return sentences + [firstToRunOut(first)].compactMap { $0 }
  }

  /// The p95, or the mean where the turns are too few for it.
  private func response(of contender: Contender) -> String? {
    let response = contender.variant["turn.response"]
    if let p95 = response?.value(.p95) { return "p95 \(units.text(p95, unit: "s"))" }
    return response?.value(.mean).map { "mean response \(units.text($0, unit: "s"))" }
  }

  private func bill(of contender: Contender) -> String? {
    guard let memory = contender.value("fleet.memory"), memory > 0,
      let servers = contender.value("fleet.servers")
    else { return nil }
    // The memory of a mock is nobody's bill.
    if contender.standIn(in: results[contender.source].result) != nil {
      return counted(Int(servers), "server")
    }
    return "\(counted(Int(servers), "server")) and \(units.text(memory, unit: "bytes"))"
  }

  private func most(
    _ all: [Contender], _ metric: String, _ statistic: Statistic? = nil
  ) -> Contender? {
    all.max { ($0.value(metric, statistic) ?? 0) < ($1.value(metric, statistic) ?? 0) }
  }

  // MARK: along a key

  private static let swept: [(metric: String, statistic: Statistic?, words: String)] = [
    ("sessions.eviction_rate", nil, "evictions for each opening"),
    ("turn.response", .p95, "p95"), ("turns.failed", nil, "failed turns"),
    ("locks.contention_rate", nil, "refused locks"), ("turn.throughput", nil, "turns"),
    ("fleet.memory", nil, "memory"), ("server.cpu", nil, "a server\u{2019}s CPU"),
  ]

  /// What the ends of a sweep make of each figure; which point is right is for the reader to say.
  private func along(_ sweep: Sweep) -> [Sentence] {
    let (first, last) = (sweep.points[0].contender, sweep.points[sweep.points.count - 1].contender)
    var moved: [Sentence] = []
    var still: [Sentence] = []
    for figure in Answer.swept {
      guard let low = first.value(figure.metric, figure.statistic),
        let high = last.value(figure.metric, figure.statistic), low != 0 || high != 0
      else { continue }
      let unit = MetricCatalog.definition(named: figure.metric)?.unit.rawValue ?? ""
      // A twentieth: what is less is no reason to choose an end.
      guard (high - low).magnitude > 0.05 * max(low.magnitude, high.magnitude) else {
        still.append("\(figure.words)")
        continue
      }
      let ends = units.row([low, high], unit: unit)
      let verb = moved.isEmpty ? " go" : ""
      moved.append("\(figure.words)\(verb) from \(ends[0]) to \(ends[1])")
    }
    let span: Sentence = "From \(name: first.label) to \(name: last.label)"
    guard !moved.isEmpty else { return ["\(span), nothing moves by more than 5 %."] }
    let same: Sentence = "Within 5 % stay \(Sentence.list(still, most: 7))."
    return ["\(span), \(Sentence.list(moved, most: 7))."] + (still.isEmpty ? [] : [same])
  }

  // MARK: a model and a fleet

  /// What the simulation alone answers: who serves this best does not need the live run.
  private func ofTheModel() -> [Sentence] {
    guard let model = results.first(where: { $0.result.kind == .simulated }),
      comparison.pairs.count > 1
    else { return [] }
    return Answer([model], comparison: Comparison(of: [model])).sentences
  }

  /// Whether a live run lies where the simulation's next replication would.
  private func modelAndFleet() -> [Sentence] {
    let all = comparison.pairs.flatMap { pair in pair.predictions.map { (pair, $0) } }
    let told = all.filter { $0.1.word != .cannotTell }
    guard !told.isEmpty else {
      let why = all.first?.1.reason ?? "the two have no figure in common"
      return ["Nobody can tell whether the live run is as predicted: \(why)."]
    }
    let outside = told.filter { $0.1.word == .outside }
    let beyond = outside.filter(\.1.isBeyondChance)
      .sorted { ($0.1.chance ?? 1) < ($1.1.chance ?? 1) }
    let share = "\(told.count - outside.count) of \(counted(told.count, "figure"))"
    // One in twenty, by the confidence of the intervals.
    let usual = max(1, told.count / 20)
    var sentences: [Sentence] = []
    if beyond.isEmpty {
      let rest =
        outside.isEmpty
        ? "" : "; of so many, about \(usual) lie\(usual == 1 ? "s" : "") outside by chance"
      sentences.append(
        "The live run is as predicted: \(share) lie where one more replication would\(rest).")
    } else {
      let parts = beyond.map { pair, figure -> Sentence in
        let whose: Sentence =
          comparison.pairs.count > 1 ? " of \(name: pair.live?.variant.name ?? "")" : ""
        let seen = units.text(figure.live, unit: figure.unit)
        let span = figure.interval.map { units.span($0, unit: figure.unit) } ?? ""
        return "\(code: figure.metric)\(whose) is \(seen), predicted \(span)"
      }
      let lead = "\(share) of the live run lie where the simulation predicts"
      sentences.append("\(lead). Outside, and no chance: \(Sentence.list(parts)).")
    }
    return sentences
  }

  // MARK: the same thing at two times

  /// Pairs of the same variant in different results: yesterday and today, model and fleet.
  private var isBeforeAndAfter: Bool {
    results.count > 1 && comparison.pairs.contains { $0.candidate.source != $0.against.source }
  }

  private func changes() -> [Sentence] {
    let all = comparison.pairs.flatMap(\.figures)
    func told(_ word: PairedDifference.Word) -> Sentence? {
      let found = comparison.pairs.flatMap { pair in pair.with(word).map { (pair, $0) } }
        .sorted { ($0.1.relative ?? 1).magnitude > ($1.1.relative ?? 1).magnitude }
      guard !found.isEmpty else { return nil }
      let parts = found.map { pair, figure -> Sentence in
        let change =
          figure.relative.map { signedShare($0, units) }
          ?? "from 0 to \(units.text(figure.after, unit: figure.unit))"
        return comparison.pairs.count > 1
          ? "\(code: figure.metric) \(change) (\(name: pair.candidate.label))"
          : "\(code: figure.metric) \(change)"
      }
      let lead = "\(word.rawValue.capitalisedFirst) in \(counted(found.count, "figure"))"
      return "\(lead): \(Sentence.list(parts))."
    }
    var sentences = [told(.worse), told(.better)].compactMap { $0 }
    let open = all.filter { $0.word == .cannotTell }.count
    if sentences.isEmpty {
      let bound = all.filter { $0.word == .noDifference }.compactMap(\.bound).max() ?? 0
      let same = all.filter { $0.word == .noDifference }.count
      if same > 0 {
        let most = units.text(bound, unit: "ratio")
        sentences.append("No difference larger than \(most) in \(counted(same, "figure")).")
      }
    }
    if open > 0 { sentences.append("Of \(counted(open, "figure")) nobody can tell.") }
    return sentences
  }

  private func count(_ value: Double) -> String { units.text(value, unit: "count") }
}

/// `+5.4 %`.
func signedShare(_ share: Double, _ units: HumanUnits) -> String {
  let sign = share > 0 ? "+" : share < 0 ? units.minus : ""
  return sign + units.text(share.magnitude, unit: "ratio")
}

extension String {
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
