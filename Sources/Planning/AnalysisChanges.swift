// The single changes that an analysis makes to the recommended candidate: each constraint eased by
// a tenth, each factor of the workload moved a fifth down and up, drawn profiles. A change that has
// no effect here says why and is not simulated.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios
internal import Workload

struct AnalysisChanges: Sendable {
  struct Change: Sendable {
    var name: String
    var candidate: Candidate
    /// nil: the scenario's own expectations.
    var judge: Judge?
  }

  struct Factor: Sendable {
    var name: String
    var lowName: String
    var highName: String
    var low: Candidate?
    var high: Candidate?
    var note: String?
  }

  let candidate: Candidate
  let relaxations: [Change]
  let factors: [Factor]
  let profiles: [Change]
  let draws: [Candidate]
  let limits: [(limit: Int?, candidate: Candidate)]
  let routings: [(routing: Routing, candidate: Candidate)]
  let tighter: Change?
  let measured: String
  let assumedParameters: [String]

  /// By a tenth, as capacity planners do; a fifth is what people misjudge about their users.
  static let tenth = 0.1
  static let fifth = 0.2
  /// Enough for a median and a 90 % quantile that move by less than a fifth of the spread.
  static let drawCount = 40

  init(_ candidate: Candidate, users: Int, full: Bool) {
    self.candidate = candidate
    let profile = candidate.template.profile
    measured = profile.name
    relaxations = Self.relaxations(candidate)
    factors = Self.factors(candidate)
    profiles =
      full
      ? candidate.template.plan.profiles.map { other in
        Change(name: other.name, candidate: candidate.with { $0.profile = other }, judge: nil)
      } : []
    let stream = candidate.template.seed.stream("profiles of a plan")
    draws =
      full
      ? (0..<Self.drawCount).map { index in
        candidate.with {
          $0.profile = ProfileUncertainty.draw(profile, index: index, from: stream)
        }
      } : []
    limits = full ? Self.limits(candidate) : []
    routings = full ? Self.routings(candidate) : []
    tighter = Self.tighter(candidate)
    assumedParameters = profile.evidence.filter { $0.isAssumed || $0.samples == nil }.map(\.path)
  }

  // MARK: constraints

  private static func relaxations(_ candidate: Candidate) -> [Change] {
    var list: [Change] = []
    let scenario = candidate.template
    let more = 1 + tenth
    func ease(_ name: String, _ change: (inout Scenario) -> Void) {
      list.append(Change(name: name, candidate: candidate.with(change), judge: nil))
    }
    let judge = Judge(scenario)
    for (index, expectation) in judge.expectations.enumerated() {
      guard let eased = judge.easing(index, by: tenth) else { continue }
      list.append(
        Change(name: "expectation \(expectation.text)", candidate: candidate, judge: eased))
    }
    ease("CPU of a turn") { $0.profile = $0.profile.scaled(by: 1 / more) }
    ease("cores of a host") { $0.fleet.hosts.cores *= more }
    if let memory = scenario.fleet.hosts.memory {
      ease("memory of a host") { $0.fleet.hosts.memory = memory * more }
    }
    if let limit = scenario.app.sessions.limit {
      ease("session limit") {
        $0.app.sessions.limit = max(limit + 1, Int(Double(limit) * more + 0.5))
      }
    }
    ease("model latency") { $0.model.latency = $0.model.latency.scaled(by: 1 - tenth) }
    if let limit = scenario.model.rateLimit {
      ease("rate limit of the model") {
        $0.model.rateLimit?.rate = limit.rate * more
        $0.model.rateLimit?.burst = Int(Double(limit.burst) * more + 0.5)
        $0.model.rateLimit?.concurrent = limit.concurrent.map { Int(Double($0) * more + 0.5) }
      }
    }
    if scenario.fleet.storage.latency.mean > 0 {
      ease("latency of the storage") {
        $0.fleet.storage.latency = $0.fleet.storage.latency.scaled(by: 1 - tenth)
      }
    }
    return list
  }

  /// 100 ms less for the first expectation on a time; a tenth less where the bound is short.
  private static func tighter(_ candidate: Candidate) -> Change? {
    let judge = Judge(candidate.template)
    for (index, expectation) in judge.expectations.enumerated()
    where expectation.unit == .seconds
      && (expectation.comparison == .below || expectation.comparison == .atMost)
    {
      let step = min(0.1, expectation.bound * tenth)
      guard let judge = judge.setting(index, bound: expectation.bound - step) else { continue }
      let name = "\(Int(step * 1000 + 0.5)) ms less for \(expectation.text)"
      return Change(name: name, candidate: candidate, judge: judge)
    }
    return nil
  }

  // MARK: factors

  private static func factors(_ candidate: Candidate) -> [Factor] {
    let scenario = candidate.template
    func factor(
      _ name: String, _ low: String, _ high: String, _ change: (inout Scenario, Double) -> Void
    ) -> Factor {
      Factor(
        name: name, lowName: low, highName: high,
        low: candidate.with { change(&$0, 1 - fifth) },
        high: candidate.with { change(&$0, 1 + fifth) })
    }
    func none(_ name: String, _ note: String) -> Factor {
      Factor(name: name, lowName: "-", highName: "-", note: note)
    }
    var list: [Factor] = []
    let isThinking =
      scenario.workload.arrivals == .closed || scenario.workload.arrivalBrings == .visit
    list.append(
      isThinking
        ? factor("think time", "20 % shorter", "20 % longer") {
          $0.workload.think = $0.workload.think.scaled(by: $1)
        } : none("think time", "arrivals bring one turn each, so nobody thinks"))
    list.append(
      scenario.workload.sessions.turns == nil
        ? none("turns of a session", "sessions never end")
        : factor("turns of a session", "20 % fewer", "20 % more") {
          $0.workload.sessions.turns = $0.workload.sessions.turns?.scaled(by: $1)
        })
    list.append(
      factor("model latency", "20 % shorter", "20 % longer") {
        $0.model.latency = $0.model.latency.scaled(by: $1)
      })
    if case .lognormal = scenario.model.latency {
      list.append(
        factor("tail of the model", "sigma 20 % less", "sigma 20 % more") {
          $0.model.latency = $0.model.latency.withSigma(scaledBy: $1)
        })
    } else {
      list.append(none("tail of the model", "only a lognormal latency has a tail to move"))
    }
    list.append(
      factor("CPU of a turn", "20 % less", "20 % more") {
        $0.profile = $0.profile.scaled(by: $1)
      })
    list.append(popularity(candidate) ?? none("popularity", "each person has one conversation"))
    return list
  }

  private static func popularity(_ candidate: Candidate) -> Factor? {
    let isOpen = candidate.template.workload.arrivals != .closed
    guard isOpen || candidate.template.workload.sessions.perUser > 1 else { return nil }
    func with(_ law: Popularity) -> Candidate {
      candidate.with {
        if isOpen { $0.workload.popularity = law } else { $0.workload.sessions.popularity = law }
      }
    }
    return Factor(
      name: isOpen ? "popularity of people" : "popularity of conversations", lowName: "uniform",
      highName: "zipf(1)", low: with(.uniform), high: with(.zipf(exponent: 1)))
  }

  // MARK: prices of properties

  private static func limits(_ candidate: Candidate) -> [(limit: Int?, candidate: Candidate)] {
    if candidate.isIsolated { return [] }
    let limits: [Int?] = [10, 25, 50, 100, 200, 400, nil]
    return limits.map { limit in
      let changed = candidate.with {
        $0.app.sessions.limit = limit
        $0.app.sessions.scope = .server
      }
      return (limit, changed)
    }
  }

  private static func routings(_ candidate: Candidate) -> [(routing: Routing, candidate: Candidate)]
  {
    if candidate.isIsolated { return [] }
    let all: [Routing] = [.stickyModulo, .rendezvous, .boundedLoad, .leastActive, .roundRobin]
    return all.map { routing in
      let changed = candidate.with {
        $0.app.routing = routing
        if $0.fleet.storage.kind == .local, routing != .stickyModulo, routing != .rendezvous {
          $0.fleet.storage.kind = .shared
          $0.fleet.storage.latency = $0.plan.sharedLatency
        }
      }
      return (routing, changed)
    }
  }
}

extension Candidate {
  func with(_ change: (inout Scenario) -> Void) -> Candidate {
    var changed = self
    change(&changed.template)
    return changed
  }
}

extension CostProfile {
  /// All work of the CLI, as a faster or slower processor would do it.
  func scaled(by factor: Double) -> CostProfile {
    var scaled = self
    for place: WritableKeyPath<CostProfile, OperationCost> in [
      \.create, \.resume, \.resumeLive, \.destroy, \.delete, \.turnBefore, \.turnAfter,
      \.compaction,
    ] {
      scaled[keyPath: place].cpu = self[keyPath: place].cpu.scaled(by: factor)
      scaled[keyPath: place].outlier *= factor
    }
    scaled.resumePerTurn *= factor
    scaled.turnPerLiveSession *= factor
    return scaled
  }
}

extension Distribution {
  /// A lognormal law with another sigma and the same mean.
  func withSigma(scaledBy factor: Double) -> Distribution {
    guard case .lognormal(let median, let sigma) = self else { return self }
    let changed = sigma * factor
    return .lognormal(
      median: median * Basics.exponential((sigma * sigma - changed * changed) / 2), sigma: changed)
  }
}

extension Judge {
  /// With one bound moved the lenient way; nil where a bound has no such way.
  func easing(_ index: Int, by share: Double) -> Judge? {
    let expectation = expectations[index]
    switch expectation.comparison {
    case .below, .atMost: return setting(index, bound: expectation.bound * (1 + share))
    case .above, .atLeast: return setting(index, bound: expectation.bound * (1 - share))
    case .equal, .unequal: return nil
    }
  }

  func setting(_ index: Int, bound: Double) -> Judge? {
    var judge = self
    judge.expectations[index] = expectations[index].with(bound: bound)
    return judge
  }
}
