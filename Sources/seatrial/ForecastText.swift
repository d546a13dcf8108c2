// A forecast as lines for people and as JSON. Figures of people have a unit and three digits; those
// of the JSON are SI, with the unit in the name.
internal import Basics
internal import Reporting
internal import Simulation

enum ForecastText {
  private static let units = HumanUnits(plain: true)

  static func lines(_ forecast: Forecast) -> [String] {
    var lines: [String] = []
    for variant in forecast.variants {
      lines += ["  \(variant.name)"] + rows(variant).map { "    \(padded($0.0, to: 16))\($0.1)" }
      lines += variant.warnings.map { "    warning: \($0)" }
      if let refusal = variant.refusal { lines.append("    cannot be simulated: \(refusal)") }
    }
    let jobs = counted(forecast.jobs, "thread")
    lines += [
      "  the run: about \(units.text(forecast.events, unit: "count")) events, "
        + "\(units.text(forecast.runSeconds, unit: "s")) with \(jobs), "
        + "\(units.text(forecast.runMemory, unit: "bytes")) of memory"
    ]
    return lines
  }

  private static func rows(_ variant: VariantForecast) -> [(String, String)] {
    func text(_ value: Double?, _ unit: String) -> String { units.text(value, unit: unit) }
    let pace = variant.isOpen ? "at the peak" : "at most"
    var load =
      "\(text(variant.utilisation, "ratio")) of \(counted(variant.servers, "server"))"
    if variant.busiest > variant.utilisation * 1.01 {
      load += ", the busiest \(text(variant.busiest, "ratio"))"
    }
    if let host = variant.hostUtilisation { load += "; hosts' cores \(text(host, "ratio"))" }
    return [
      (
        "turns",
        "\(text(variant.turns, "count")) a replication, \(text(variant.throughput, "/s"))"
          + " (\(text(variant.offeredRate, "/s")) \(pace))"
      ),
      (
        "a turn",
        "\(text(variant.serverTime, "s")) of its server, "
          + "\(text(variant.processorTime, "s")) of CPU, "
          + "mean response \(variant.response.map { text($0, "s") } ?? "without bound")"
      ),
      ("load", load),
      (
        "sessions",
        "\(text(variant.peakSessions.rounded, "count")) live at most, "
          + "\(text(variant.peakSessionsOnServer.rounded, "count")) on a server"
      ),
      (
        "memory",
        "\(text(variant.serverMemory, "bytes")) a server, "
          + "\(text(variant.fleetMemory, "bytes")) for the fleet"
      ),
    ]
  }

  static func document(_ forecast: Forecast) -> JSONValue {
    [
      "events": JSONValue(measured: forecast.events.rounded),
      "run_seconds": JSONValue(measured: forecast.runSeconds),
      "run_memory_bytes": JSONValue(measured: forecast.runMemory.rounded),
      "jobs": .integer(Int64(forecast.jobs)),
      "variants": .array(forecast.variants.map(document)),
    ]
  }

  private static func document(_ variant: VariantForecast) -> JSONValue {
    [
      "name": .string(variant.name),
      "replications": .integer(Int64(variant.replications)),
      "offered_turns_per_second": JSONValue(measured: variant.offeredRate),
      "turns_per_second": JSONValue(measured: variant.throughput),
      "turns_per_replication": JSONValue(measured: variant.turns),
      "server_seconds_per_turn": JSONValue(measured: variant.serverTime),
      "cpu_seconds_per_turn": JSONValue(measured: variant.processorTime),
      "servers": .integer(Int64(variant.servers)),
      "utilisation": JSONValue(measured: variant.utilisation),
      "utilisation_busiest": JSONValue(measured: variant.busiest),
      "utilisation_hosts": JSONValue(measured: variant.hostUtilisation),
      "sessions_max": JSONValue(measured: variant.peakSessions),
      "sessions_on_server_max": JSONValue(measured: variant.peakSessionsOnServer),
      "server_memory_bytes": JSONValue(measured: variant.serverMemory),
      "fleet_memory_bytes": JSONValue(measured: variant.fleetMemory),
      "response_mean_seconds": JSONValue(measured: variant.response),
      "events": JSONValue(measured: variant.events),
      "processes": JSONValue(measured: variant.processes.rounded),
      "warnings": .array(variant.warnings.map(JSONValue.string)),
      "refusal": variant.refusal.map(JSONValue.string) ?? .null,
    ]
  }
}

extension Double {
  /// To the nearest whole number.
  fileprivate var rounded: Double { floorOf(self + 0.5) }
}
