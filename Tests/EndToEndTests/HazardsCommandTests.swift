// `seatrial hazards` as its users meet it: the table, one hazard, a schedule again, a scenario's
// load, a result beside it, and what is said to whoever mistypes.
import Basics
import LinuxIO
import Testing

@Suite struct HazardsCommandTests {
  private func names(_ document: JSONValue?) -> [String] {
    guard case .array(let hazards)? = document?["hazards"] else { return [] }
    return hazards.compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
  }

  @Test("All hazards are in the guide's code and gone with their cures, in a table and as JSON")
  func all() throws {
    try Seatrial.test { seatrial in
      let table = try seatrial.run("hazards")
      #expect(table.code == 0 && table.errors.isEmpty)
      #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      let run = try seatrial.run("hazards", "--json")
      #expect(run.code == 0)
      let document = try JSONValue(parsing: run.output)
      #expect(document["schema"] == "seatrial.hazards/1")
      let names = names(document)
      #expect(names.count == 15)
      for name in names { #expect(table.output.contains(name)) }
      guard case .array(let hazards)? = document["hazards"] else { return }
      for hazard in hazards {
        #expect(hazard["holds"] == true)
        #expect(hazard["safe"]?["broken"] == .integer(0))
        #expect(hazard["guide"]?["broken"] != .integer(0))
        guard case .string(let scenario)? = hazard["scenario"] else { continue }
        #expect(Files.exists("\(Seatrial.root)/\(scenario)"), "\(scenario)")
      }
    }
  }

  @Test("The schedule that is shown can be run again, and breaks again")
  func replay() throws {
    try Seatrial.test { seatrial in
      let shown = try seatrial.run("hazards", "lock-wrong-delete", "--no-color")
      #expect(shown.code == 0)
      let line = try #require(shown.output.split(separator: "\n").first { $0.contains("again:") })
      let word = String(try #require(line.split(separator: " ").last))
      let again = try seatrial.run("hazards", "--replay", word, "--no-color")
      #expect(again.code == 0)
      #expect(again.output.contains("breaks: nobody releases another's lock"))
      #expect(again.output.contains("caller 1") && again.output.contains("clock"))
      let document = try JSONValue(
        parsing: try seatrial.run("hazards", "--replay", word, "--json").output)
      guard case .array(let replays)? = document["replays"] else {
        Issue.record("no replays in the document")
        return
      }
      #expect(replays.count == 1 && replays[0]["schedule"] == .string(word))
    }
  }

  @Test("Chance repeats itself with its seed")
  func random() throws {
    try Seatrial.test { seatrial in
      let line = ["hazards", "pool-double-spawn", "--random", "500", "--json", "--seed"]
      let runs = try ["7", "7", "8"].map {
        try Process(Seatrial.program, line + [$0], in: seatrial.folder).wait()
      }
      #expect(runs.allSatisfy { $0.code == 0 })
      #expect(runs[0].output == runs[1].output && runs[0].output != runs[2].output)
    }
  }

  @Test("A scenario gives the load, and a result what was seen")
  func scenarioAndResult() throws {
    try Seatrial.test { seatrial in
      let path = "\(Seatrial.root)/scenarios/hazards/evict-mid-turn.yaml"
      let simulated = try seatrial.run(
        "simulate", path, "--out", "o", "--quiet", "--replications", "2", "--json")
      #expect(simulated.code == 0)
      let run = try seatrial.run("hazards", "evict-mid-turn", path, "--result", "o", "--json")
      #expect(run.code == 0)
      let document = try JSONValue(parsing: run.output)
      #expect(document["load"]?["users"] == .integer(120))
      guard case .array(let hazards)? = document["hazards"], let hazard = hazards.first,
        case .array(let seen)? = hazard["seen"]
      else {
        Issue.record("nothing seen: \(run.output)")
        return
      }
      #expect(seen.count == 2)
      #expect(seen[0]["variant"] == "guide" && seen[0]["count"] != .integer(0))
      #expect(seen[1]["variant"] == "safe" && seen[1]["count"] == .integer(0))
      // A result knows its own load, and how often the hazard had the occasion.
      let alone = try JSONValue(
        parsing: seatrial.run("hazards", "evict-mid-turn", "--result", "o", "--json").output)
      guard case .array(let again)? = alone["hazards"], let same = again.first else { return }
      #expect(same["load"]?["users"] == .integer(120) && same["odds"] == hazard["odds"])
      func number(_ name: String) -> Double {
        switch seen[0][name] {
        case .integer(let value)?: Double(value)
        case .number(let value)?: value
        default: .nan
        }
      }
      #expect(same["occasion"] == "sessions.evicted")
      #expect(abs(number("rate") - number("count") / number("occasions")) < 1e-9)
      #expect(number("rate_low") < number("rate") && number("rate") < number("rate_high"))
      let table = try seatrial.run("hazards", "--result", "o").output
      #expect(table.contains("sessions.evicted_busy of sessions.evicted"), "\(table)")
      #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table)")
    }
  }

  /// Within the noise of the rare ones. What the odds leave out: people with a dash, who are
  /// refused at once, ask a little more often.
  @Test(
    "The odds of a scenario are what its simulation sees",
    arguments: [
      ("pool-double-spawn", "pool-double-spawn", 0.02), ("prefix-access", "prefix-access", 0.3),
      ("lock-expiry", "lock-expired", 0.05), ("lock-expiry", "lock-stale-write", 0.05),
    ])
  func oddsAndRates(scenario: String, hazard: String, share: Double) throws {
    try Seatrial.test { seatrial in
      let path = "\(Seatrial.root)/scenarios/hazards/\(scenario).yaml"
      let simulated = try seatrial.run(
        "simulate", path, "--out", "o", "--quiet", "--replications", "4", "--variant", "base")
      #expect(simulated.code == 0, "\(simulated.errors)")
      let run = try seatrial.run("hazards", hazard, path, "--result", "o", "--json")
      #expect(run.code == 0, "\(run.errors)")
      func number(_ value: JSONValue?) -> Double {
        switch value {
        case .integer(let value)?: Double(value)
        case .number(let value)?: value
        default: .nan
        }
      }
      guard case .array(let hazards)? = try JSONValue(parsing: run.output)["hazards"],
        let found = hazards.first, case .array(let seen)? = found["seen"], let guide = seen.first
      else {
        Issue.record("nothing seen: \(run.output)")
        return
      }
      let odds = number(found["odds"]?["probability"])
      let rate = number(guide["rate"])
      print("\(hazard): odds \(odds), simulated \(rate) of \(number(guide["occasions"]))")
      #expect(abs(odds - rate) <= share * rate, "\(hazard): odds \(odds), simulated \(rate)")
    }
  }

  @Test(
    "What cannot be done ends with code 2 and a reason",
    arguments: [
      (["pool-double-spwan"], "did you mean pool-double-spawn?"),
      (["--replay", "pool-double-spawn/guide:1.1.1"], "step 3 cannot be taken"),
      (["--load", "rte=3"], "did you mean rate?"), (["--load", "rate=fast"], "takes a number"),
      (["--random", "0"], "outside of"),
    ])
  func mistakes(line: [String], said: String) throws {
    try Seatrial.test { seatrial in
      let run = try Process(Seatrial.program, ["hazards"] + line, in: seatrial.folder).wait()
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains(said), "\(run.errors)")
    }
  }

  @Test("A missing scenario is a bad scenario")
  func missing() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("hazards", "nowhere.yaml")
      #expect(run.code == 104 && run.output.isEmpty)
    }
  }
}
