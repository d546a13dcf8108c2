// simulate: what it prints, what it leaves behind, and how it ends.
import Basics
import LinuxIO
import Metrics
import Testing

@Suite struct SimulateTests {
  @Test("--json prints one result, the same as the file it leaves")
  func json() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("simulate", "small.yaml", "--json", "--out", "here/it/is")
      #expect(run.code == 0, "\(run.errors)")
      let result = try decoded(run.output)
      #expect(try result == seatrial.result(at: "here/it/is/result.json"))
      #expect(result.complete && result.seed == 5 && result.scenario.name == "small")
      #expect(result.variants.map(\.name) == ["base", "round-robin"])
      #expect(result.variants.allSatisfy { $0.replications == 4 })
      #expect(result.variants.allSatisfy { $0["turns.completed"]?.value() ?? 0 > 1000 })
      #expect(result.cost.wallSeconds > 0 && result.cost.events > 1000)
      let facts = result.environment.map(\.name)
      for name in ["seatrial", "swift", "command", "cores", "allocated_bytes"] {
        #expect(facts.contains(name))
      }
      let command = result.environment.first { $0.name == "command" }?.value
      #expect(
        command == "seatrial simulate small.yaml --json --out here/it/is --seed 5")
      #expect(
        run.errors.hasPrefix(
          "small: 2 variants \u{D7} 4 replications \u{D7} 2 min simulated, seed 5\n"))
      #expect(run.errors.hasSuffix("result: here/it/is/result.json\n"))
    }
  }

  @Test("figures depend neither on the threads nor on the process")
  func deterministic() throws {
    try Seatrial.test { seatrial in
      let results = try ["1", "2", "2", "7"].map { jobs in
        try decoded(
          seatrial.run("simulate", "small.yaml", "--json", "--jobs", jobs, "--out", "o").output)
      }
      for other in results.dropFirst() {
        #expect(other.variants == results[0].variants)
        #expect(other.differences == results[0].differences)
        #expect(other.scenario == results[0].scenario && other.verdict == results[0].verdict)
      }
      let seeded = try decoded(
        seatrial.run("simulate", "small.yaml", "--json", "--seed", "6", "--out", "o").output)
      #expect(seeded.seed == 6 && seeded.variants != results[0].variants)
      #expect(seeded.scenario.digest == results[0].scenario.digest)
    }
  }

  @Test("the end of the warm-up is kept beside what was measured, in no figure")
  func leadIn() throws {
    try Seatrial.test { seatrial in
      func maps(_ settings: String...) throws -> (VariantResult, [HeatMapResult]) {
        let run = try Process(
          Seatrial.program,
          ["simulate", "small.yaml", "--json", "--replications", "1", "--out", "o"]
            + settings.flatMap { ["--set", $0] }, in: seatrial.folder
        ).wait()
        let variant = try decoded(run.output).variants[0]
        return (variant, variant.heatMaps)
      }
      func turns(_ map: HeatMapResult) -> Int { map.counts.reduce(0) { $0 + $1.reduce(0, +) } }
      let (variant, both) = try maps()
      #expect(both.map(\.phase) == [.measured, .warmUp])
      #expect(Double(turns(both[0])) == variant["turns.completed"]?.value())
      // 20 s in windows of one second, which end where the measurement begins.
      #expect(both[1].startSeconds == 0 && both[1].stepSeconds == 1 && both[1].counts.count == 20)
      #expect(both[0].startSeconds == 20 && turns(both[1]) > 20)
      // At most a quarter as long as what counts.
      let long = try maps("workload.phases.warm-up=400s").1
      #expect(long[1].startSeconds == 370 && long[1].counts.count == 30)
      let none = try maps("workload.phases.warm-up=0s").1
      #expect(none.map(\.phase) == [.measured])
    }
  }

  @Test("without --json the table goes to stdout; --quiet leaves stderr empty")
  func table() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("simulate", "small.yaml", "--quiet", "--out", "o")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("turn.response.p95") && run.output.contains("round-robin"))
      #expect(run.output.utf8.allSatisfy { $0 < 0x80 })
    }
  }

  @Test("--set, --variant and --replications are reflected")
  func overrides() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "simulate", "small.yaml", "--json", "--out=o", "--set", "workload.users=40",
        "--set=fleet.servers=3", "--variant", "base", "--replications", "2")
      let result = try decoded(run.output)
      #expect(result.variants.map(\.name) == ["base"] && result.variants[0].replications == 2)
      #expect(result.variants[0].servers.count == 3)
      let plain = try decoded(seatrial.run("simulate", "small.yaml", "--json", "--out=o").output)
      #expect(result.scenario.digest != plain.scenario.digest)
      let rate = try #require(result.variants[0]["turn.throughput"]?.value())
      #expect(rate > 9 && rate < 11, "40 people, once in four seconds: \(rate)")
    }
  }

  @Test("a setting that is wrong ends with 104")
  func wrongSetting() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("simulate", "small.yaml", "--set", "workload.usrs=40")
      #expect(run.code == 104 && run.output.isEmpty)
      #expect(run.errors.contains("--set:1:1: "), "\(run.errors)")
      #expect(!Files.exists(seatrial.folder + "/results"))
    }
  }

  @Test("--precision runs on until the mean is known that well")
  func precision() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "simulate", "small.yaml", "--json", "--out", "o", "--precision", "0.3%", "--variant=base")
      let result = try decoded(run.output)
      #expect(result.variants[0].replications > 4)
      let metric = try #require(result.variants[0]["turn.response"])
      let interval = try #require(metric.interval(.mean))
      let mean = try #require(metric.value(.mean))
      #expect((interval.high - interval.low) / 2 <= 0.00301 * mean)
    }
  }

  @Test("a missed expectation ends with 99 and is named, each one")
  func missed() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "simulate", "small.yaml", "--json", "--out", "o", "--set",
        "expect=[turn.response.p95 < 1ms, turns.completed < 5, turns.lost == 0]")
      #expect(run.code == 99)
      for variant in ["base", "round-robin"] {
        #expect(run.errors.contains("missed: \(variant): turn.response.p95 < 1ms (found "))
        #expect(run.errors.contains("missed: \(variant): turns.completed < 5 (found "))
      }
      #expect(!run.errors.contains("turns.lost"))
      #expect(try decoded(run.output).verdict == .valid)
    }
  }

  @Test("what nobody can tell ends with 4")
  func cannotTell() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "simulate", "small.yaml", "--out", "o", "--replications", "2", "--set",
        "expect=[turn.response.p999 < 9s]")
      #expect(run.code == 4)
      #expect(run.errors.contains("cannot tell: base: turn.response.p999 < 9s"), "\(run.errors)")
    }
  }

  @Test("a measurement without a completed turn is invalid and ends with 4")
  func invalid() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "simulate", "small.yaml", "--out", "o", "--set", "model.latency=10h", "--set",
        "app.timeout=20h")
      #expect(run.code == 4)
      #expect(run.errors.contains("no turn was completed"), "\(run.errors)")
    }
  }

  @Test(
    "more processes than the simulator can tell apart are refused, not crashed into",
    arguments: [
      ["fleet.servers=70000"], ["app.pattern=isolated", "workload.users=70000"],
      [
        "app.pattern=isolated", "app.pool.release=session-end", "workload.users=2000",
        "workload.phases.measure=2h",
      ],
    ])
  func tooManyProcesses(settings: [String]) throws {
    try Seatrial.test { seatrial in
      let flags = settings.flatMap { ["--set", $0] }
      let run = try Process(
        Seatrial.program, ["simulate", "small.yaml", "--out", "o"] + flags, in: seatrial.folder
      ).wait()
      #expect(run.ending == .exited(104), "\(run)")
      #expect(run.errors.contains("the simulator can tell 65535 apart"))
    }
  }

  @Test("two runs at once in one folder leave two results")
  func twoAtOnce() throws {
    try Seatrial.test { seatrial in
      let runs = try (0..<3).map { _ in try seatrial.start("simulate", "small.yaml", "--quiet") }
      for run in runs { #expect(run.wait().code == 0) }
      guard case .names(let names) = Files.list(seatrial.folder + "/results") else {
        Issue.record("there is no results/")
        return
      }
      #expect(names.count == 3 && names.allSatisfy { $0.hasPrefix("small-2") }, "\(names)")
      for name in names { #expect(try seatrial.result(at: "results/\(name)/result.json").complete) }
    }
  }

  @Test("the forecast agrees with the simulation")
  func forecast() throws {
    try Seatrial.test { seatrial in
      let inspected = try seatrial.run("inspect", "small.yaml", "--json")
      let result = try decoded(seatrial.run("simulate", "small.yaml", "--json", "--out=o").output)
      let document = JSONField(try JSONValue(parsing: inspected.output))
      let forecasts = try document.member("forecast").member("variants").elements()
      // A few percent of chance, and what means leave out.
      func near(_ name: String, _ forecast: Double, _ simulated: Double?, _ margin: Double) {
        let simulated = simulated ?? .nan
        #expect(abs(forecast / simulated - 1) < margin, "\(name): \(forecast), \(simulated)")
      }
      for (forecast, variant) in zip(forecasts, result.variants) {
        func figure(_ name: String) throws -> Double { try forecast.member(name).double() }
        let turns = variant["turns.completed"]?.value().map { $0 / 4 }
        near("turns", try figure("turns_per_replication"), turns, 0.05)
        let rate = try figure("turns_per_second") / figure("servers")
        let cpu = variant["server.cpu"]?.value()
        near("cpu", try rate * figure("cpu_seconds_per_turn"), cpu, 0.1)
        let mean = variant["turn.response"]?.value(.mean)
        near("response", try figure("response_mean_seconds"), mean, 0.1)
      }
      let all = try document.member("forecast").member("events").double()
      near("events", all, Double(result.cost.events), 0.35)
    }
  }
}
