// Results to JSON. Every member is always there, null where there is nothing to say, so readers
// need no special cases; the order is that of docs/metrics.md and never depends on the run.
public import Basics

extension RunResult {
  public var json: JSONValue {
    [
      "schema": .string(RunResult.schema),
      "kind": .string(kind.rawValue),
      "scenario": [
        "name": .string(scenario.name), "digest": .string(scenario.digest),
        "about": .string(scenario.about), "settings": scenario.settings.json,
      ],
      "seed": JSONValue(whole: UInt128(seed)),
      "complete": .bool(complete),
      "verdict": .string(verdict.rawValue),
      "reasons": .array(reasons.map(JSONValue.string)),
      "environment": .object(environment.map { JSONMember($0.name, .string($0.value)) }),
      "variants": .array(variants.map(\.json)),
      "differences": .array(differences.map(\.json)),
      "cost": [
        "wall_seconds": JSONValue(measured: cost.wallSeconds),
        "cpu_seconds": JSONValue(measured: cost.cpuSeconds),
        "events": .integer(Int64(cost.events)),
        "peak_memory_bytes": .integer(Int64(cost.peakMemoryBytes)),
      ],
    ]
  }
}

extension VariantResult {
  var json: JSONValue {
    [
      "name": .string(name),
      "settings": settings.json,
      "replications": .integer(Int64(replications)),
      "warm_up_seconds": JSONValue(measured: warmUpSeconds),
      "measured_seconds": JSONValue(measured: measuredSeconds),
      "metrics": .object(metrics.map { JSONMember($0.name, $0.json) }),
      "expectations": .array(expectations.map(\.json)),
      "servers": .array(servers.map(\.json)),
      "series": .array(series.map(\.json)),
      "heat_maps": .array(heatMaps.map(\.json)),
      "marks": .array(marks.map(\.json)),
      "findings": .array(findings.map(\.json)),
      "samples": .object(
        samples.map { sample in
          JSONMember(sample.metric, .array(sample.values.map { JSONValue(measured: $0) }))
        }),
    ]
  }
}

extension [SettingResult] {
  /// By key, so that `jq .scenario.settings["app.routing"].value` reads one.
  var json: JSONValue {
    .object(
      map { JSONMember($0.key, ["value": .string($0.value), "from": .string($0.origin)]) })
  }
}

extension HeatMapResult {
  var json: JSONValue {
    [
      "metric": .string(metric),
      "phase": .string(phase.rawValue),
      "start": JSONValue(measured: startSeconds),
      "step": JSONValue(measured: stepSeconds),
      "edges": .array(edges.map { JSONValue(measured: $0) }),
      "counts": .array(counts.map { .array($0.map { .integer(Int64($0)) }) }),
    ]
  }
}

extension MarkResult {
  var json: JSONValue { ["at": JSONValue(measured: atSeconds), "label": .string(label)] }
}

extension FindingResult {
  var json: JSONValue {
    func number(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
    return [
      "kind": .string(kind), "at": JSONValue(measured: atSeconds), "session": number(session),
      "user": number(user), "turn": number(turn), "server": number(server),
      "sent": JSONValue(measured: sentSeconds),
      "acknowledged": JSONValue(measured: acknowledgedSeconds), "text": .string(text),
    ]
  }
}

extension MetricResult {
  var json: JSONValue {
    switch figure {
    case .value(let value, let interval):
      return [
        "value": JSONValue(measured: value), "unit": .string(unit),
        "interval": interval.map(\.json) ?? .null,
      ]
    case .time(let summary):
      var members = [JSONMember("count", .integer(Int64(summary.count)))]
      for statistic in Statistic.allCases where statistic != .count {
        members.append(JSONMember(statistic.rawValue, JSONValue(measured: summary[statistic])))
      }
      members.append(JSONMember("unit", .string(unit)))
      let intervals = Statistic.allCases.compactMap { statistic in
        summary.intervals[statistic].map { JSONMember(statistic.rawValue, $0.json) }
      }
      members.append(JSONMember("intervals", .object(intervals)))
      members.append(JSONMember("histogram", summary.histogram.json))
      return .object(members)
    }
  }
}

extension ConfidenceInterval {
  var json: JSONValue { [JSONValue(measured: low), JSONValue(measured: high)] }
}

extension ExpectationResult {
  var json: JSONValue {
    [
      "text": .string(text),
      "metric": .string(metric),
      "unit": .string(unit),
      "observed": JSONValue(measured: observed),
      "bound": JSONValue(measured: bound),
      "outcome": .string(outcome.rawValue),
      "reason": reason.map(JSONValue.string) ?? .null,
    ]
  }
}

extension ServerResult {
  var json: JSONValue {
    [
      "name": .string(name),
      "turns": .integer(Int64(turns)),
      "sessions_max": sessionsMax.map { .integer(Int64($0)) } ?? .null,
      "cpu": JSONValue(measured: cpu),
      "memory_max_bytes": memoryMaxBytes.map { .integer(Int64($0)) } ?? .null,
      "restarts": .integer(Int64(restarts)),
      "start_seconds": JSONValue(measured: startSeconds),
      "series": .array(series.map(\.json)),
    ]
  }
}

extension SeriesResult {
  var json: JSONValue {
    [
      "name": .string(name),
      "unit": .string(unit),
      "start": JSONValue(measured: startSeconds),
      "step": JSONValue(measured: stepSeconds),
      "values": .array(values.map { JSONValue(measured: $0) }),
    ]
  }
}

extension PairedDifference {
  var json: JSONValue {
    [
      "metric": .string(metric),
      "unit": .string(unit),
      "variant": .string(variant),
      "against": .string(against),
      "difference": JSONValue(measured: difference),
      "low": JSONValue(measured: interval?.low),
      "high": JSONValue(measured: interval?.high),
      "word": .string(word.rawValue),
    ]
  }
}
