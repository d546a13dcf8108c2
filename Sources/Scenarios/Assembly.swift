// A draft to a scenario: what belongs together is put together, the profile gets the scenario's own
// costs, every key gets its final text and the whole its digest. The checks have passed by then, so
// nothing is refused here.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

enum Assembly {
  static func scenario(
    _ layered: LayeredDraft, variant: String, profile: CostProfile, others: [CostProfile] = []
  ) -> Scenario {
    var layered = layered
    settle(&layered, profile)
    let draft = layered.draft
    let resolved = zip(ScenarioKeys.all, layered.origins).map { key, origin in
      ResolvedKey(key: key.path, value: key.show(draft), origin: origin)
    }
    let costs = overridden(profile, by: draft.costs)
    var plan = draft.plan
    plan.profiles = others
    let world = zip(ScenarioKeys.all, resolved).filter { $0.0.part == .world }
      .map { "\($0.1.key) = \($0.1.value)" }
    return Scenario(
      variant: variant, name: draft.name, about: draft.about,
      seed: Seed(UInt64(truncatingIfNeeded: draft.seed)),
      digest: Text.digest(world + ProfileKeys.lines(of: costs)),
      workload: workload(draft), userIDs: draft.userIDs,
      phases: Phases(
        warmUp: draft.warmUp.map { .fixed($0) } ?? .auto, measure: draft.measure),
      model: model(draft), cli: draft.cli, fleet: fleet(draft), profile: costs, app: app(draft),
      live: draft.live, run: draft.run, plan: plan, expectations: draft.expectations,
      resolved: resolved)
  }

  /// Defaults that depend on other keys, so that `inspect` shows what will be used.
  private static func settle(_ layered: inout LayeredDraft, _ profile: CostProfile) {
    if layered.draft.app.pattern == .collaborative, layered.draft.groupSize == nil {
      layered.draft.groupSize = GroupPlan().size
    }
    if layered.draft.lockRoundTrip == nil {
      // 0.2 ms: Redis on the same machine, measured 0.1 to 0.3 ms there; across a network more.
      layered.draft.lockRoundTrip =
        layered.draft.app.lock.backend == .redis ? .microseconds(200) : .zero
    }
    func fill<Value>(
      _ path: String, _ place: WritableKeyPath<CostOverrides, Value?>, _ value: Value
    ) {
      if layered.draft.costs[keyPath: place] == nil {
        layered.draft.costs[keyPath: place] = value
        layered.mark(path, .profile(profile.name))
      }
    }
    fill("fleet.costs.turn-before", \.turnBefore, profile.turnBefore.cpu)
    fill("fleet.costs.turn-after", \.turnAfter, profile.turnAfter.cpu)
    fill("fleet.costs.create", \.create, profile.create.cpu)
    fill("fleet.costs.resume", \.resume, profile.resume.cpu)
    fill(
      "fleet.costs.resume-per-turn", \.resumePerTurn, Interval(seconds: profile.resumePerTurn))
    fill("fleet.costs.destroy", \.destroy, profile.destroy.cpu)
  }

  private static func overridden(_ profile: CostProfile, by costs: CostOverrides) -> CostProfile {
    var profile = profile
    func take(
      _ law: Distribution?, _ place: WritableKeyPath<CostProfile, Distribution>, _ path: String
    ) {
      guard let law, law != profile[keyPath: place] else { return }
      profile[keyPath: place] = law
      // What the scenario states is no longer what the profile measured.
      profile.evidence.removeAll { $0.path == path }
    }
    take(costs.turnBefore, \.turnBefore.cpu, "turn-before.cpu")
    take(costs.turnAfter, \.turnAfter.cpu, "turn-after.cpu")
    take(costs.create, \.create.cpu, "create.cpu")
    take(costs.resume, \.resume.cpu, "resume.cpu")
    take(costs.destroy, \.destroy.cpu, "destroy.cpu")
    if let time = costs.resumePerTurn, time != Interval(seconds: profile.resumePerTurn) {
      profile.resumePerTurn = time.seconds
      profile.evidence.removeAll { $0.path == "resume.per-turn" }
    }
    return profile
  }

  private static func workload(_ draft: Draft) -> WorkloadPlan {
    var plan = draft.workload
    switch draft.arrivals {
    case .trace(let list): plan.arrivals = .trace(list)
    case .constant(let rate):
      plan.arrivals = RateCurves.curve(draft, rate: rate).map { .constant($0) } ?? .closed
    case .poisson(let rate):
      plan.arrivals = RateCurves.curve(draft, rate: rate).map { .poisson($0) } ?? .closed
    case .closed:
      plan.arrivals = RateCurves.curve(draft, rate: nil).map { .poisson($0) } ?? .closed
    }
    if let size = draft.groupSize {
      var groups = GroupPlan()
      groups.size = size
      groups.share = draft.groupShare
      plan.groups = groups
    }
    return plan
  }

  private static func model(_ draft: Draft) -> ModelPlan {
    var plan = draft.model
    if let rate = draft.providerRate {
      plan.rateLimit = draft.providerLimit
      plan.rateLimit?.rate = rate
    }
    return plan
  }

  private static func fleet(_ draft: Draft) -> FleetPlan {
    var plan = draft.fleet
    if let threshold = draft.compactionThreshold {
      var compaction = CompactionPlan()
      compaction.threshold = threshold
      plan.compaction = compaction
    }
    // By time; changes of one instant keep the order of the file.
    plan.changes = plan.changes.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map(\.element)
    return plan
  }

  private static func app(_ draft: Draft) -> GatewayPolicy {
    var policy = draft.app
    policy.lock.roundTrip = draft.lockRoundTrip ?? .zero
    if let every = draft.cleanUpEvery {
      var cleanUp = CleanUpPolicy()
      cleanUp.every = every
      cleanUp.olderThan = draft.cleanUpOlderThan
      policy.cleanUp = cleanUp
    }
    return policy
  }
}
