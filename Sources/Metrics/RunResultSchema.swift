// The JSON Schema of a result, made from the same catalog as the results themselves, so the two
// cannot drift apart. It is strict (no unknown members), to catch a misspelt name in our own
// output; readers of files are not.
public import Basics

public enum RunResultSchema {
  public static func document() -> JSONValue {
    var members: [JSONMember] = [
      JSONMember("$schema", "https://json-schema.org/draft/2020-12/schema"),
      JSONMember("$id", .string(RunResult.schema)),
      JSONMember("title", "A result of seatrial"),
    ]
    if case .object(let root) = root { members += root }
    members.append(JSONMember("$defs", definitions))
    return .object(members)
  }

  private static var root: JSONValue {
    record([
      "schema": ["const": .string(RunResult.schema)],
      "kind": oneOf(RunResult.Kind.self),
      "scenario": record([
        "name": text, "digest": text, "about": text, "settings": reference("settings"),
      ]),
      "seed": whole,
      "complete": ["type": "boolean"],
      "verdict": oneOf(RunResult.Verdict.self),
      "reasons": list(of: text),
      "environment": ["type": "object", "additionalProperties": text],
      "variants": list(of: reference("variant")),
      "differences": list(of: reference("difference")),
      "cost": record([
        "wall_seconds": number, "cpu_seconds": number, "events": natural,
        "peak_memory_bytes": natural,
      ]),
    ])
  }

  private static var definitions: JSONValue {
    [
      "variant": record([
        "name": text, "settings": reference("settings"), "replications": natural,
        "warm_up_seconds": number,
        "measured_seconds": number, "metrics": metrics,
        "expectations": list(of: reference("expectation")),
        "servers": list(of: reference("server")), "series": list(of: reference("series")),
        "heat_maps": list(of: reference("heat_map")), "marks": list(of: reference("mark")),
        "findings": list(of: reference("finding")),
        "samples": ["type": "object", "additionalProperties": list(of: numberOrNull)],
      ]),
      "settings": [
        "type": "object", "additionalProperties": record(["value": text, "from": text]),
      ],
      "heat_map": record([
        "metric": text, "phase": oneOf(HeatMapResult.Phase.self), "start": number, "step": number,
        "edges": list(of: number), "counts": list(of: list(of: natural)),
      ]),
      "mark": record(["at": number, "label": text]),
      "finding": record([
        "kind": text, "at": number, "session": natural, "user": naturalOrNull,
        "turn": naturalOrNull, "server": naturalOrNull, "sent": numberOrNull,
        "acknowledged": numberOrNull, "text": text,
      ]),
      "expectation": record([
        "text": text, "metric": text, "unit": unit, "observed": numberOrNull, "bound": number,
        "outcome": oneOf(ExpectationResult.Outcome.self), "reason": ["type": ["string", "null"]],
      ]),
      "server": record([
        "name": text, "turns": natural, "sessions_max": naturalOrNull, "cpu": numberOrNull,
        "memory_max_bytes": naturalOrNull, "restarts": natural,
        "start_seconds": numberOrNull,
        "series": list(of: reference("series")),
      ]),
      "series": record([
        "name": text, "unit": unit, "start": number, "step": number,
        "values": list(of: numberOrNull),
      ]),
      "difference": record([
        "metric": text, "unit": unit, "variant": text, "against": text, "difference": number,
        "low": numberOrNull, "high": numberOrNull, "word": oneOf(PairedDifference.Word.self),
      ]),
      "time": time,
      "interval": ["type": "array", "items": number, "minItems": 2, "maxItems": 2],
      "histogram": record([
        "unit": ["const": "ns"],
        "buckets_per_octave": ["const": .integer(Int64(BucketLayout.bucketsPerOctave))],
        "count": natural, "sum": whole, "min": natural, "max": natural, "overflow": natural,
        "buckets": list(of: natural), "counts": list(of: natural),
      ]),
    ]
  }

  /// Not all are required: a live run may lack what only a simulator can see.
  private static var metrics: JSONValue {
    let properties = MetricCatalog.all.map { metric in
      let shape: JSONValue =
        metric.kind == .time
        ? reference("time")
        : record([
          "value": numberOrNull, "unit": ["const": .string(metric.unit.rawValue)],
          "interval": ["anyOf": [reference("interval"), ["type": "null"]]],
        ])
      return JSONMember(
        metric.name, .object([JSONMember("description", .string(metric.meaning))] + members(shape)))
    }
    return ["type": "object", "properties": .object(properties), "additionalProperties": false]
  }

  private static var time: JSONValue {
    let figures = Statistic.allCases.filter { $0 != .count }
      .map { JSONMember($0.rawValue, numberOrNull) }
    let intervals = Statistic.allCases.map { JSONMember($0.rawValue, reference("interval")) }
    return record(
      .object(
        [JSONMember("count", natural)] + figures + [
          JSONMember("unit", ["const": .string(MetricUnit.seconds.rawValue)]),
          JSONMember(
            "intervals",
            [
              "type": "object", "properties": .object(intervals), "additionalProperties": false,
            ]),
          JSONMember("histogram", reference("histogram")),
        ]))
  }

  // The few shapes everything is made of.
  private static let text: JSONValue = ["type": "string"]
  private static let number: JSONValue = ["type": "number"]
  private static let numberOrNull: JSONValue = ["type": ["number", "null"]]
  private static let natural: JSONValue = ["type": "integer", "minimum": 0]
  private static let naturalOrNull: JSONValue = ["type": ["integer", "null"], "minimum": 0]
  private static let unit = oneOf(MetricUnit.self)
  /// `JSONValue(whole:)`: digits as a string where 63 bits do not hold it.
  private static let whole: JSONValue = [
    "anyOf": [natural, ["type": "string", "pattern": "^[0-9]+$"]]
  ]

  private static func reference(_ name: String) -> JSONValue {
    ["$ref": .string("#/$defs/\(name)")]
  }

  private static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

  private static func oneOf<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> JSONValue
  where Word.RawValue == String { ["enum": .array(Word.allCases.map { .string($0.rawValue) })] }

  /// An object that has exactly these members.
  private static func record(_ properties: JSONValue) -> JSONValue {
    [
      "type": "object", "properties": properties,
      "required": .array(members(properties).map { .string($0.key) }),
      "additionalProperties": false,
    ]
  }

  private static func members(_ value: JSONValue) -> [JSONMember] {
    guard case .object(let members) = value else { preconditionFailure("a schema is an object") }
    return members
  }
}
