// What the keys say together. An error is what cannot be played; a warning is what would be played
// otherwise than its writer may think: a key without effect, a hash that leaves servers empty.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

struct Checks {
  let layered: LayeredDraft
  /// Where a complaint points when none of its keys is stated.
  let start: Position
  private(set) var found: [Complaint] = []
  private(set) var idle: [Complaint] = []

  init(_ layered: LayeredDraft, start: Position) {
    self.layered = layered
    self.start = start
  }

  private var draft: Draft { layered.draft }

  mutating func run(profile: CostProfile) {
    if layered.position(of: "seatrial") == nil {
      fault("seatrial", "is missing: a scenario begins with seatrial: 1")
    }
    arrivals()
    people()
    fleetAndChanges()
    app()
    lock(profile)
    if draft.run.maxReplications < draft.run.replications {
      fault(
        "run.max-replications",
        "\(draft.run.maxReplications) is below the "
          + "\(draft.run.replications) replications", beside: "run.replications")
    }
    if draft.measure + (draft.warmUp ?? .zero) > .seconds(31_536_000) {
      fault("workload.phases.measure", "with the warm-up a run is longer than a year")
    }
  }

  private var isOpen: Bool {
    if case .closed = draft.arrivals {
      return !draft.stages.isEmpty || draft.diurnal.mean != nil
    }
    return true
  }

  private mutating func arrivals() {
    let key = "workload.arrivals"
    let stages = !draft.stages.isEmpty
    let diurnal = draft.diurnal.mean != nil
    if stages, diurnal {
      fault("workload.diurnal.mean", "there are stages too: one of the two states the rate")
    }
    switch draft.arrivals {
    case .closed:
      if layered.isStated(key), stages || diurnal {
        fault(
          key, "closed people have no rate, yet there are \(stages ? "stages" : "diurnal keys")")
      }
      if !stages, !diurnal, !draft.spikes.isEmpty {
        fault("workload.spikes", "spikes are added to a rate; closed people have none")
      }
    case .poisson(let rate), .constant(let rate):
      if rate != nil, stages || diurnal {
        fault(key, "the rate stands here and in \(stages ? "stages" : "diurnal"): drop one")
      }
      if rate == nil, !stages, !diurnal {
        fault(key, "needs a rate, as in poisson(4/s), or stages, or diurnal")
      }
    case .trace(let list):
      if stages || diurnal || !draft.spikes.isEmpty {
        fault(key, "a trace holds its own times: no stages, spikes or diurnal keys with it")
      }
      if let user = list.compactMap(\.user).max(), user >= draft.workload.users {
        fault(key, "the trace names user \(user), and there are \(draft.workload.users)")
      }
    }
    if diurnal, !draft.spikes.isEmpty {
      fault("workload.spikes", "spikes go with a rate or with stages, not with diurnal")
    }
    if !diurnal {
      for name in ["swing", "period", "peak-at"] {
        without("workload.diurnal.mean", "workload.diurnal.\(name)", "a daily curve needs its mean")
      }
    }
    arrivalEffects()
  }

  private mutating func arrivalEffects() {
    let brings = "workload.arrival-brings"
    if !isOpen {
      idle(brings, "closed people do not arrive")
      idle("workload.popularity", "closed people ask for themselves")
      return
    }
    idle("workload.start", "with open arrivals nobody is there at the start")
    if draft.workload.arrivalBrings == .turn {
      idle("workload.think", "an open arrival brings one turn, so nobody thinks; see \(brings)")
      idle("workload.tabs", "an open arrival brings one turn")
    } else if draft.workload.sessions.turns == nil, draft.workload.sessions.kind == .persistent {
      fault(
        brings,
        "a visit lasts one session, and these sessions never end: set workload.sessions.turns")
    }
  }

  private mutating func people() {
    let sessions = draft.workload.sessions
    if sessions.kind == .ephemeral {
      idle("workload.sessions.turns", "an ephemeral session serves one turn")
      idle("workload.sessions.at-end", "an ephemeral session is always deleted")
    }
    if draft.groupSize == nil, draft.app.pattern != .collaborative {
      without("workload.groups.size", "workload.groups.share", "there are no groups")
    }
    if draft.groupSize == nil, layered.isStated("workload.groups.size"),
      draft.app.pattern == .collaborative
    {
      fault(
        "workload.groups.size", "the collaborative pattern is about groups", beside: "app.pattern")
    }
    if let size = draft.groupSize, size > draft.workload.users {
      fault("workload.groups.size", "\(size) people in a group, and \(draft.workload.users) in all")
    }
    if draft.groupSize != nil, draft.app.pattern == .isolated {
      idle("workload.groups.size", "with a CLI for each person a group shares nothing")
    }
    if case .list(let ids) = draft.userIDs, ids.count < draft.workload.users {
      fault(
        "workload.user-ids", "the file holds \(ids.count) ids for \(draft.workload.users) users")
    }
    // Session ids are 32-bit; half of their space is left to sessions that end and begin anew.
    let held = draft.workload.users.multipliedReportingOverflow(by: sessions.perUser)
    if held.overflow || held.partialValue > 1 << 31 {
      fault(
        "workload.sessions.per-user", "more than two thousand million sessions",
        beside: "workload.users")
    }
  }

  private mutating func fleetAndChanges() {
    if draft.providerRate == nil {
      idle("model.rate-limit.burst", "there is no rate limit")
      idle("model.rate-limit.concurrent", "there is no rate limit")
    } else if draft.providerRate == 0 {
      fault("model.rate-limit.rate", "a provider that accepts nothing")
    }
    if draft.model.failureShare == 0 { idle("model.failures.status", "no call fails") }
    if draft.cleanUpEvery == nil {
      without("app.clean-up.every", "app.clean-up.older-than", "there is no clean-up")
    }
    let key = "fleet.changes"
    var servers = draft.fleet.servers
    let end = (draft.warmUp ?? draft.measure) + draft.measure
    for change in draft.fleet.changes.sorted(by: { $0.at < $1.at }) {
      let when = Text.duration(change.at)
      switch change.kind {
      case .add(let count): servers += count
      case .remove(let count):
        if count > servers { fault(key, "at \(when) \(count) are removed of \(servers)") }
        servers = max(0, servers - count)
      case .lose(let count, let back):
        if count > servers { fault(key, "at \(when) \(count) are lost of \(servers)") }
        if back == nil { servers = max(0, servers - count) }
      }
      if change.at >= end {
        // With warm-up: auto nobody knows the end; a second length of measurement is the least
        // doubt.
        let reason = "at \(when) the run is over: it ends at \(Text.duration(end))"
        if draft.warmUp == nil { warn(key, reason + " or before") } else { fault(key, reason) }
      }
    }
    if draft.app.pattern == .isolated {
      idle(key, "with a CLI for each person there is no fleet to change")
    }
  }

  private mutating func app() {
    let hashes = draft.app.routing == .stickyModulo && draft.app.pattern != .isolated
    if hashes, draft.fleet.servers % 31 == 0 {
      warn(
        "fleet.servers",
        "the guide's hash multiplies by 31, so of \(draft.fleet.servers) servers "
          + "many stay empty; take a number that 31 does not divide", beside: "app.routing")
    }
    if draft.app.routing == .external && draft.app.pattern != .isolated {
      if draft.live.targets.count > 1 {
        fault("fleet.targets", "a balancer has one address", beside: "app.routing")
      }
      let moves = draft.fleet.changes.contains { change in
        if case .lose = change.kind { false } else { true }
      }
      if moves {
        fault(
          "fleet.changes", "behind a balancer servers can be lost, not added or removed",
          beside: "app.routing")
      }
      idle("app.route-by", "a balancer knows connections, not people")
    }
    if draft.app.routing != .boundedLoad { idle("app.load-bound", "routing is not bounded-load") }
    if draft.app.pattern != .isolated {
      for name in ["spawn", "release", "idle", "stop", "ports", "first-port"] {
        idle("app.pool.\(name)", "only the isolated pattern has a pool")
      }
    } else {
      if draft.app.pool.release != .idle { idle("app.pool.idle", "release is not idle") }
      if draft.app.pool.ports != .counted { idle("app.pool.first-port", "ports are not counted") }
      idle("app.routing", "with a CLI for each person nothing is routed")
    }
    let sessions = draft.app.sessions
    let pinned = sessions.evict == .oldestPinned || sessions.evict == .lruPinned
    if !pinned {
      idle("app.sessions.when-busy", "without pins a busy session is evicted like any other")
    }
    if sessions.limit == nil {
      for name in ["scope", "evict", "overflow", "when-busy"] {
        idle("app.sessions.\(name)", "there is no limit")
      }
    }
  }

  private mutating func lock(_ profile: CostProfile) {
    let lock = draft.app.lock
    if lock.retryMaximum < lock.retryInitial {
      fault(
        "app.lock.retry-maximum",
        "\(Text.duration(lock.retryMaximum)) is below the first pause, "
          + Text.duration(lock.retryInitial), beside: "app.lock.retry-initial")
    }
    if let trip = draft.lockRoundTrip, trip >= lock.ttl {
      fault(
        "app.lock.round-trip", "as long as the TTL: no lock would ever be held",
        beside: "app.lock.ttl")
    }
    if lock.acquire == .failFast {
      for name in ["retry-initial", "retry-maximum", "patience"] {
        idle("app.lock.\(name)", "fail-fast does not try again")
      }
    } else if lock.acquire == .fifo {
      for name in ["retry-initial", "retry-maximum"] {
        idle("app.lock.\(name)", "fifo queues and does not try again")
      }
    }
    if lock.backend == .memory {
      for name in ["url", "timeout"] { idle("app.lock.\(name)", "the lock is kept in memory") }
    }
    let locks =
      lock.covers == .always
      || (lock.covers == .collaborative && draft.app.pattern == .collaborative)
    // A turn's mean without any queue; means of heavy laws may be infinite.
    let turn =
      draft.model.latency.mean + (draft.costs.turnBefore ?? profile.turnBefore.cpu).mean
      + (draft.costs.turnAfter ?? profile.turnAfter.cpu).mean
    if locks, !lock.renew, lock.ttl.seconds < turn {
      warn(
        "app.lock.ttl",
        "shorter than an undisturbed turn (\(Text.seconds(floorOf(turn * 1000) / 1000))): "
          + "locks expire while they are held")
    }
  }

  private mutating func fault(_ key: String, _ reason: String, beside other: String? = nil) {
    add(.error, key, reason, beside: other)
  }

  private mutating func warn(_ key: String, _ reason: String, beside other: String? = nil) {
    add(.warning, key, reason, beside: other)
  }

  /// A key that is stated and changes nothing in this run. A base may state what only some variants
  /// use, so the reader of the file reports it only where it has no effect in any run that holds
  /// it.
  private mutating func idle(_ key: String, _ reason: String) {
    guard let place = layered.position(of: key) else { return }
    idle.append(
      Complaint(
        position: place, severity: .warning, key: key, reason: "has no effect: \(reason)"))
  }

  /// A key that means nothing without another. Where that other is stated, it was switched off on
  /// purpose (a variant with `diurnal: off`); where it is not, it was forgotten.
  private mutating func without(_ needed: String, _ key: String, _ reason: String) {
    guard layered.isStated(key) else { return }
    if layered.isStated(needed) {
      idle(key, reason)
    } else {
      fault(key, "\(reason): set \(needed)")
    }
  }

  private mutating func add(
    _ severity: Complaint.Severity, _ key: String, _ reason: String, beside other: String?
  ) {
    let place = layered.position(of: key) ?? other.flatMap { layered.position(of: $0) } ?? start
    found.append(Complaint(position: place, severity: severity, key: key, reason: reason))
  }
}
