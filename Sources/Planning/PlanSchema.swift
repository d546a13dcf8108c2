// The JSON Schema of a plan (`seatrial.plan/1`), strict as that of results is: a misspelt member of
// our own output is caught, and readers know what may be null.
public import Basics
internal import Metrics

public enum PlanSchema {
  public static func document() -> JSONValue {
    var members: [JSONMember] = [
      JSONMember("$schema", "https://json-schema.org/draft/2020-12/schema"),
      JSONMember("$id", .string(Planner.schema)),
      JSONMember("title", "A plan of seatrial"),
    ]
    if case .object(let root) = root { members += root }
    return .object(members)
  }

  private static var root: JSONValue {
    record(
      [
        "schema": ["const": .string(Planner.schema)],
        "scenario": record(["name": text, "digest": text]),
        "about": text,
        "seed": ["anyOf": [natural, ["type": "string", "pattern": "^[0-9]+$"]]],
        "complete": flag,
        "basis": ["enum": ["closed-forms", "simulated"]],
        "confidence": number,
        "expectations": texts,
        "environment": ["type": "object", "additionalProperties": text],
        "assumptions": texts,
        "notes": texts,
        "prices": orNull(record(["name": text, "currency": text, "source": text])),
        "plans": list(of: plan),
        "confirmation": list(of: confirmation),
      ], optional: ["confirmation"])
  }

  private static var plan: JSONValue {
    record([
      "users": natural,
      "recommendation": record([
        "candidate": textOrNull, "sentences": texts, "reasons": texts, "changes": texts,
      ]),
      "candidates": list(of: candidate),
      "frontier": list(
        of: record([
          "candidate": text, "size": natural, "cost": numberOrNull,
          "cost_unit": ["enum": ["cores", "month"]], "response_p95_seconds": numberOrNull,
          "verdict": verdict, "on_frontier": flag,
        ])),
      "next_steps": list(
        of: record([
          "name": text, "servers": numberOrNull, "extra_servers": numberOrNull,
          "extra_month": numberOrNull, "note": text,
        ])),
      "analysis": orNull(analysis),
    ])
  }

  private static var candidate: JSONValue {
    record([
      "name": text, "recommended": flag, "pattern": text, "routing": textOrNull, "storage": text,
      "session_limit": naturalOrNull, "session_limit_scope": text, "evict": text,
      "host_cores": number, "host_memory_bytes": numberOrNull, "servers_per_host": naturalOrNull,
      "unit": ["enum": ["server", "host"]], "basis": ["enum": ["simulated", "closed-forms"]],
      "ending": text, "size": naturalOrNull, "size_low": naturalOrNull, "obstacle": textOrNull,
      "sizes_that_miss_above": list(of: natural),
      "closed_forms": record([
        "size": naturalOrNull, "response_p95_seconds": numberOrNull,
        "response_mean_seconds": numberOrNull, "unanswered": texts,
      ]),
      "headroom": numberOrNull,
      "probes": list(of: probe),
      "events": list(
        of: record([
          "event": text, "size": naturalOrNull, "verdict": verdict, "judged": flag,
          "response_p95_seconds": numberOrNull, "turns_lost": natural, "turns_failed": natural,
        ])),
      "resources": orNull(resources),
      "cost": orNull(
        record([
          "currency": text, "month": numberOrNull, "per_user_month": numberOrNull,
          "host": textOrNull,
          "parts": list(of: record(["name": text, "month": numberOrNull, "note": text])),
          "holes": texts,
        ])),
    ])
  }

  private static var probe: JSONValue {
    record([
      "size": natural, "verdict": verdict, "replications": natural, "scale": numberOrNull,
      "response_p50_seconds": numberOrNull, "response_p95_seconds": numberOrNull,
      "response_p95_low": numberOrNull, "response_p95_high": numberOrNull,
      "response_p99_seconds": numberOrNull,
      "figures": list(
        of: record([
          "text": text, "metric": text, "unit": text, "value": numberOrNull, "low": numberOrNull,
          "high": numberOrNull, "bound": numberOrNull, "verdict": verdict,
          "broken_days_at_most": numberOrNull,
        ])),
    ])
  }

  private static var resources: JSONValue {
    record([
      "servers": natural, "hosts": natural, "cores": numberOrNull, "busy_cores": numberOrNull,
      "host_memory_bytes": numberOrNull, "server_memory_bytes": numberOrNull,
      "fleet_memory_bytes": numberOrNull, "turns_per_second": numberOrNull,
      "failed_share": numberOrNull, "disk_bytes_per_day": numberOrNull,
      "disk_bytes_kept": numberOrNull, "retention_days": numberOrNull, "shared_disk": flag,
      "sessions_per_server": numberOrNull, "descriptors_per_server": numberOrNull,
      "event_bytes_per_second": numberOrNull, "model_bytes_per_second": numberOrNull,
      "redis": flag, "redis_commands_per_second": numberOrNull, "backend_instances": natural,
    ])
  }

  private static var analysis: JSONValue {
    let relaxations = list(
      of: record(["name": text, "servers": numberOrNull, "gain": numberOrNull]))
    let points = list(
      of: record([
        "x": numberOrNull, "label": text, "servers": numberOrNull, "month": numberOrNull,
      ]))
    return record([
      "servers_exact": numberOrNull,
      "binding": orNull(
        record([
          "servers": numberOrNull, "relaxed_by": number, "relaxations": relaxations,
          "next": relaxations,
        ])),
      "tornado": list(
        of: record([
          "factor": text, "low": text, "high": text, "servers_at_low": numberOrNull,
          "servers_at_high": numberOrNull, "note": textOrNull,
        ])),
      "uncertainty": orNull(
        record([
          "assumption": text, "assumed": texts, "draws": list(of: numberOrNull),
          "median": numberOrNull, "p05": numberOrNull, "p90": numberOrNull, "p95": numberOrNull,
        ])),
      "curves": list(
        of: record([
          "name": text, "x": text, "basis": ["enum": ["simulated", "closed-forms"]],
          "lines": list(of: record(["name": text, "points": points])),
        ])),
      "day": orNull(
        record([
          "peak_at_seconds": numberOrNull, "peak_rate": numberOrNull, "mean_rate": numberOrNull,
          "open_at_peak": numberOrNull, "open_most": numberOrNull, "lag_seconds": numberOrNull,
        ])),
    ])
  }

  /// `--confirm`: fleets that were driven live on mock processes.
  private static var confirmation: JSONValue {
    record([
      "candidate": text, "users": natural, "size": natural, "measured_seconds": number,
      "verdict": ["enum": .array(RunResult.Verdict.allCases.map { .string($0.rawValue) })],
      "reasons": texts,
      "figures": list(
        of: record([
          "text": text, "metric": text, "unit": text, "planned": numberOrNull,
          "live": numberOrNull,
          "outcome": [
            "enum": .array(ExpectationResult.Outcome.allCases.map { .string($0.rawValue) })
          ],
        ])),
    ])
  }

  // MARK: shapes

  private static let text: JSONValue = ["type": "string"]
  private static let textOrNull: JSONValue = ["type": ["string", "null"]]
  private static let number: JSONValue = ["type": "number"]
  private static let numberOrNull: JSONValue = ["type": ["number", "null"]]
  private static let natural: JSONValue = ["type": "integer", "minimum": 0]
  private static let naturalOrNull: JSONValue = ["type": ["integer", "null"], "minimum": 0]
  private static let flag: JSONValue = ["type": "boolean"]
  private static let verdict: JSONValue = [
    "enum": .array(Verdict.allCases.map { .string($0.rawValue) })
  ]
  private static var texts: JSONValue { list(of: text) }

  private static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

  private static func orNull(_ shape: JSONValue) -> JSONValue {
    ["anyOf": [shape, ["type": "null"]]]
  }

  /// An object that has these members and no others.
  private static func record(_ properties: JSONValue, optional: [String] = []) -> JSONValue {
    guard case .object(let members) = properties else {
      preconditionFailure("a schema is an object")
    }
    return [
      "type": "object", "properties": properties,
      "required": .array(
        members.map(\.key).filter { !optional.contains($0) }.map(JSONValue.string)),
      "additionalProperties": false,
    ]
  }
}
