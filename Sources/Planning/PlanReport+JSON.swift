// A plan as one JSON document (`seatrial.plan/1`): everything that the table shows and everything a
// page needs, units in the names, SI throughout. Members may be added, none renamed;
// docs/planning.md names each.
public import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios
internal import Simulation
internal import Statistics
internal import Workload

extension Planner {
  public static let schema = "seatrial.plan/1"

  /// - environment: what the program knows of where and how the plan was made.
  public func document(complete: Bool, environment: [(String, String)]) -> JSONValue {
    [
      "schema": .string(Planner.schema),
      "scenario": ["name": .string(file.base.name), "digest": .string(file.digest)],
      "about": .string(file.base.about),
      "seed": JSONValue(whole: UInt128(file.base.seed.value)),
      "complete": .bool(complete && !stopped),
      "basis": isQuick ? "closed-forms" : "simulated",
      "confidence": .number(1 - Judge.risk),
      "expectations": .array(file.base.expectations.map { .string($0.text) }),
      "environment": .object(environment.map { JSONMember($0.0, .string($0.1)) }),
      "assumptions": .array(assumptions.map(JSONValue.string)),
      "notes": .array(notes.map(JSONValue.string)),
      "prices": prices.map { list in
        [
          "name": .string(list.name), "currency": .string(list.currency),
          "source": .string(list.source),
        ]
      } ?? .null,
      "plans": .array(users.map { plan(for: $0) }),
    ]
  }

  /// What was taken for granted, in sentences.
  public var assumptions: [String] {
    let base = file.base
    let profile = base.profile
    var list = [
      "costs of profile \(profile.name) (CLI \(profile.cliVersion))",
      "intervals are at 95 % over replications, for the whole of one search",
    ]
    if let wanted = base.plan.cliVersion, wanted != profile.cliVersion {
      list.append("CLI \(wanted) costs what \(profile.cliVersion) costs: it was not measured")
    }
    switch base.workload.arrivals {
    case .closed: break
    case .poisson(let curve), .constant(let curve):
      list.append("arrivals grow with the people: \(base.workload.users) have the scenario's rate")
      if case .constant = curve { break }
      list.append("a load that changes over the day is planned at its peak, as if it lasted")
    case .trace: break
    }
    if base.app.healthCheck == nil {
      list.append("lost servers are looked for every 10 s; the scenario has no app.health-check")
    }
    if candidates.contains(where: {
      $0.template.fleet.storage.kind == .shared && base.fleet.storage.kind == .local
    }) {
      list.append("shared storage answers as plan.shared-latency says; the scenario has none")
    }
    if prices != nil { list.append("tokens of the model are not in the money") }
    list.append(ProfileUncertainty.assumption)
    return list
  }

  // MARK: one number of people

  private func plan(for people: Int) -> JSONValue {
    let best = ranking(for: people).first
    let words = recommendation(for: people)
    let analysis = analyses.first { $0.users == people }
    return [
      "users": .integer(Int64(people)),
      "recommendation": [
        "candidate": words.candidate.map(JSONValue.string) ?? .null,
        "sentences": texts(words.sentences), "reasons": texts(words.reasons),
        "changes": texts(words.changes),
      ],
      "candidates": .array(
        answers.indices.filter { answers[$0].users == people }.map { place in
          candidate(answers[place], isRecommended: place == best)
        }),
      "frontier": .array(frontier(for: people)),
      "next_steps": .array(nextSteps(for: people).map(step)),
      "analysis": analysis.map { self.analysis($0) } ?? .null,
    ]
  }

  private func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
  private func whole(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
  private func figure(_ value: Double?) -> JSONValue { JSONValue(measured: value) }

  private func candidate(_ answer: CandidateAnswer, isRecommended: Bool) -> JSONValue {
    let app = answer.candidate.template.app
    let fleet = answer.candidate.template.fleet
    let isIsolated = answer.candidate.isIsolated
    return [
      "name": .string(answer.candidate.name),
      "recommended": .bool(isRecommended),
      "pattern": .string(app.pattern.rawValue),
      "routing": isIsolated ? .null : .string(app.routing.rawValue),
      "storage": .string(fleet.storage.kind.rawValue),
      "session_limit": whole(app.sessions.limit),
      "session_limit_scope": .string(app.sessions.scope.rawValue),
      "evict": .string(app.sessions.evict.rawValue),
      "host_cores": .number(fleet.hosts.cores),
      "host_memory_bytes": figure(fleet.hosts.memory),
      "servers_per_host": whole(answer.candidate.serversPerHost),
      "unit": .string(answer.candidate.unit),
      "basis": .string(answer.basis.rawValue),
      "ending": .string(answer.ending.rawValue),
      "size": whole(answer.size),
      "size_low": whole(answer.lowest),
      "obstacle": answer.obstacle.map(JSONValue.string) ?? .null,
      "sizes_that_miss_above": .array(answer.exceptions.map { .integer(Int64($0)) }),
      "closed_forms": [
        "size": whole(answer.quick.size),
        "response_p95_seconds": figure(answer.quick.responseP95),
        "response_mean_seconds": figure(answer.quick.responseMean),
        "unanswered": texts(answer.quick.unanswered),
      ],
      "headroom": figure(answer.headroom.flatMap { $0.isOutside ? nil : $0.factor - 1 }),
      "probes": .array(answer.probes.map(probe)),
      "events": .array(answer.survivals.map(survival)),
      "resources": answer.resources.map(resources) ?? .null,
      "cost": answer.cost.map(cost) ?? .null,
    ]
  }

  private func probe(_ probe: Probe) -> JSONValue {
    let interval = probe.p95Interval
    return [
      "size": .integer(Int64(probe.size)),
      "verdict": .string(probe.verdict.rawValue),
      "replications": .integer(Int64(probe.runs.count)),
      "scale": figure(probe.scale),
      "response_p50_seconds": figure(probe.p50),
      "response_p95_seconds": figure(probe.p95),
      "response_p95_low": figure(interval?.low), "response_p95_high": figure(interval?.high),
      "response_p99_seconds": figure(probe.p99),
      "figures": .array(
        probe.figures.map { found in
          [
            "text": .string(found.text), "metric": .string(found.name),
            "unit": .string(found.unit), "value": figure(found.value),
            "low": figure(found.low), "high": figure(found.high), "bound": figure(found.bound),
            "verdict": .string(found.verdict.rawValue),
            "broken_days_at_most": figure(found.chanceAtMost),
          ]
        }),
    ]
  }

  private func survival(_ survival: Survival) -> JSONValue {
    [
      "event": .string(survival.event.name),
      "size": whole(survival.size),
      "verdict": .string(survival.verdict.rawValue), "judged": .bool(survival.isJudged),
      "response_p95_seconds": figure(survival.p95),
      "turns_lost": .integer(Int64(survival.lostTurns)),
      "turns_failed": .integer(Int64(survival.failedTurns)),
    ]
  }

  private func resources(_ found: FleetResources) -> JSONValue {
    [
      "servers": .integer(Int64(found.servers)), "hosts": .integer(Int64(found.hosts)),
      "cores": figure(found.cores), "busy_cores": figure(found.busyCores),
      "host_memory_bytes": figure(found.hostMemoryBytes),
      "server_memory_bytes": figure(found.serverMemoryBytes),
      "fleet_memory_bytes": figure(found.fleetMemoryBytes),
      "turns_per_second": figure(found.turnsPerSecond),
      "failed_share": figure(found.failedShare),
      "disk_bytes_per_day": figure(found.diskBytesPerDay),
      "disk_bytes_kept": figure(found.diskBytesKept),
      "retention_days": figure(found.retentionDays), "shared_disk": .bool(found.isSharedDisk),
      "sessions_per_server": figure(found.sessionsOnServer),
      "descriptors_per_server": figure(found.descriptors),
      "event_bytes_per_second": figure(found.eventBytesPerSecond),
      "model_bytes_per_second": figure(found.modelBytesPerSecond),
      "redis": .bool(found.usesRedis),
      "redis_commands_per_second": figure(found.redisCommandsPerSecond),
      "backend_instances": .integer(Int64(found.backendInstances)),
    ]
  }

  private func cost(_ found: FleetCost) -> JSONValue {
    [
      "currency": .string(found.currency), "month": figure(found.month),
      "per_user_month": figure(found.perUser),
      "host": found.host.map { .string($0.name) } ?? .null,
      "parts": .array(
        found.parts.map { part in
          [
            "name": .string(part.name), "month": figure(part.amount), "note": .string(part.note),
          ]
        }),
      "holes": texts(found.holes),
    ]
  }

  // MARK: curves

  /// Every size that was tried, with its cost and p95; those that no other beats in both are
  /// marked.
  private func frontier(for people: Int) -> [JSONValue] {
    struct Point {
      var name: String
      var size: Int
      var cost: Double
      var p95: Double
      var verdict: Verdict
    }
    var points: [Point] = []
    for answer in answers(for: people) {
      for probe in answer.probes {
        guard let p95 = probe.p95, let resources = answer.resources else { continue }
        let cores = resources.resized(to: probe.size, of: answer.candidate).cores
        points.append(
          Point(
            name: answer.candidate.name, size: probe.size,
            cost: cost(answer, at: probe.size)?.month ?? cores, p95: p95, verdict: probe.verdict))
      }
    }
    return points.map { point in
      let isBeaten = points.contains {
        $0.cost <= point.cost && $0.p95 <= point.p95 && ($0.cost < point.cost || $0.p95 < point.p95)
      }
      return [
        "candidate": .string(point.name), "size": .integer(Int64(point.size)),
        "cost": figure(point.cost), "cost_unit": prices == nil ? "cores" : "month",
        "response_p95_seconds": figure(point.p95), "verdict": .string(point.verdict.rawValue),
        "on_frontier": .bool(!isBeaten),
      ]
    }
  }

  private func step(_ step: NextStep) -> JSONValue {
    [
      "name": .string(step.name), "servers": figure(step.servers),
      "extra_servers": figure(step.extraServers), "extra_month": figure(step.extraMonth),
      "note": .string(step.note),
    ]
  }

  private func analysis(_ analysis: Analysis) -> JSONValue {
    func relaxation(_ found: Relaxation) -> JSONValue {
      ["name": .string(found.name), "servers": figure(found.servers), "gain": figure(found.gain)]
    }
    let curves =
      analysis.curves.filter { !$0.lines.isEmpty }
      .sorted { $0.name < $1.name }
      + [analysis.limitCurve, analysis.routingCurve].compactMap { $0 }
    return [
      "servers_exact": figure(analysis.servers),
      "binding": analysis.binding.map { binding in
        [
          "servers": figure(binding.servers),
          "relaxed_by": .number(AnalysisChanges.tenth),
          "relaxations": .array(binding.relaxations.map(relaxation)),
          "next": .array(binding.next.map(relaxation)),
        ]
      } ?? .null,
      "tornado": .array(
        analysis.tornado.map { bar in
          [
            "factor": .string(bar.factor), "low": .string(bar.low), "high": .string(bar.high),
            "servers_at_low": figure(bar.serversAtLow),
            "servers_at_high": figure(bar.serversAtHigh),
            "note": bar.note.map(JSONValue.string) ?? .null,
          ]
        }),
      "uncertainty": analysis.uncertainty.map { found in
        [
          "assumption": .string(found.assumption), "assumed": texts(found.assumed),
          "draws": .array(found.servers.map { figure($0) }),
          "median": figure(found.quantile(0.5)), "p05": figure(found.quantile(0.05)),
          "p90": figure(found.quantile(0.9)), "p95": figure(found.quantile(0.95)),
        ]
      } ?? .null,
      "curves": .array(curves.map(curve)),
      "day": analysis.day.map { day in
        [
          "peak_at_seconds": figure(day.peakAt), "peak_rate": figure(day.peakRate),
          "mean_rate": figure(day.meanRate), "open_at_peak": figure(day.openAtPeak),
          "open_most": figure(day.openMost), "lag_seconds": figure(day.lag),
        ]
      } ?? .null,
    ]
  }

  private func curve(_ curve: PriceCurve) -> JSONValue {
    [
      "name": .string(curve.name), "x": .string(curve.xName),
      "basis": .string(curve.basis.rawValue),
      "lines": .array(
        curve.lines.map { line in
          [
            "name": .string(line.name),
            "points": .array(
              line.points.map { point in
                [
                  "x": figure(point.x), "label": .string(point.label),
                  "servers": figure(point.servers), "month": figure(point.month),
                ]
              }),
          ]
        }),
    ]
  }
}
