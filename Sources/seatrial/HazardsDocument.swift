// `seatrial hazards --json`: the same as the text, for scripts. The names are a contract: members
// may be added, none renamed.
internal import Basics
internal import Hazards
internal import Metrics

struct HazardsDocument {
  private let findings: [HazardFinding]
  private let load: HazardLoad

  init(_ findings: [HazardFinding], _ load: HazardLoad) {
    self.findings = findings
    self.load = load
  }

  var json: JSONValue {
    [
      "schema": "seatrial.hazards/1",
      "load": HazardsDocument.document(load),
      "hazards": .array(findings.map(HazardsDocument.document)),
    ]
  }

  private static func document(_ load: HazardLoad) -> JSONValue {
    [
      "users": JSONValue(measured: load.users), "tabs": JSONValue(measured: load.tabs),
      "rate": JSONValue(measured: load.rate),
      "turn_mean_seconds": JSONValue(measured: load.turn.mean),
      "servers": JSONValue(measured: load.servers),
      "instances": JSONValue(measured: load.instances),
      "ttl_seconds": JSONValue(measured: load.ttl),
    ]
  }

  private static func document(_ finding: HazardFinding) -> JSONValue {
    [
      "name": .string(finding.hazard.name),
      "promise": .string(finding.hazard.promise.rawValue),
      "cause": .string(finding.hazard.cause),
      "cure": .string(finding.hazard.cure),
      "holds": .bool(finding.holds),
      "guide": document(finding.guide, finding.token(.guide)),
      "safe": document(finding.safe, finding.token(.safe)),
      "odds": [
        "probability": JSONValue(measured: finding.odds.probability),
        "per": .string(finding.odds.per), "form": .string(finding.odds.form),
        "also": finding.odds.also.map { .string($0) } ?? .null,
      ],
      "scenario": .string("scenarios/hazards/\(finding.hazard.scenario).yaml"),
      "metric": .string(finding.hazard.metric),
      "occasion": .string(finding.hazard.occasion.words),
      "load": document(finding.load),
      "seen": .array(
        finding.seen.map { sight in
          [
            "kind": .string(sight.kind.rawValue), "variant": .string(sight.variant.rawValue),
            "count": JSONValue(measured: sight.count), "turns": JSONValue(measured: sight.turns),
            "per_thousand_turns": JSONValue(measured: sight.perThousand),
            "occasions": JSONValue(measured: sight.occasions),
            "rate": sight.rate.map { JSONValue(measured: $0) } ?? .null,
            "rate_low": sight.interval.map { JSONValue(measured: $0.lowerBound) } ?? .null,
            "rate_high": sight.interval.map { JSONValue(measured: $0.upperBound) } ?? .null,
          ]
        }),
    ]
  }

  private static func document(_ found: Exploration, _ token: ScheduleToken?) -> JSONValue {
    [
      "program": .string(found.program.name),
      "schedules": .integer(Int64(found.schedules)),
      "broken": .integer(Int64(found.broken)),
      "runs": .integer(Int64(found.runs)),
      "complete": .bool(found.isComplete),
      "shortest": token.map { replay($0) } ?? .null,
    ]
  }

  static func replay(_ token: ScheduleToken) -> JSONValue {
    var steps: [JSONValue] = []
    if case .success(let taken) = Timeline.steps(of: token.schedule, in: token.program) {
      steps = taken.map { step in
        [
          "task": .string(token.program.nameOfTask(step.task)),
          "at": JSONValue(measured: step.seconds),
          "does": .array(step.words.map { .string($0) }),
          "breaks": .array(step.breaks.map { .string($0.rawValue) }),
        ]
      }
    }
    return ["schedule": .string(token.text), "steps": .array(steps)]
  }
}
