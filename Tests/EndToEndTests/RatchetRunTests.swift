// The guide's session manager with a limit of 50, driven for real: it grows over its limit as the
// law of its race says, and as the simulation does.
import Basics
import LinuxIO
import Metrics
import Statistics
import Testing

@Suite(LiveTrial.long) struct RatchetRunTests {
  /// What a disconnect takes of its server. The law's D ends with the first disconnect of a victim;
  /// `session.disconnect` is longer, for whoever disconnects it again waits behind the first.
  private static let disconnect = 0.02

  /// Slots gained a second, and what the law makes of the misses measured.
  private struct Growth {
    var gained: Double
    var misses: Double
    var disconnect: Double

    init(_ result: RunResult, _ name: String) throws {
      let variant = try #require(result.variants.first { $0.name == name })
      let residents = try #require(variant.series.first { $0.name == "sessions.resident" })
      let levels = residents.values.compactMap(\.self)
      try #require(levels.count > 10)
      gained =
        (levels[levels.count - 1] - levels[0])
        / (residents.stepSeconds * Double(levels.count - 1))
      let opened = variant.count("sessions.created") + variant.count("sessions.resumed")
      misses = Double(opened) / variant.measuredSeconds
      disconnect = variant.seconds("session.disconnect", .mean)
    }

    var law: Double {
      LimitRatchet.gainRate(missRate: misses, disconnect: RatchetRunTests.disconnect)
    }
  }

  @Test("The guide's manager grows by l^2 D / (1 + l D) slots a second, live and simulated")
  func ratchet() throws {
    try Seatrial.test { seatrial in
      let file = Seatrial.root + "/scenarios/ratchet.yaml"
      let run = try seatrial.run("run", file, "--out", "o", "--no-progress")
      try #require(run.code == 0, "\(run.errors)")
      let live = try seatrial.result(at: "o/result.json")
      let simulation = try seatrial.run(
        "simulate", file, "--out", "s", "--quiet", "--replications", "10")
      try #require(simulation.code == 0, "\(simulation.errors)")
      let simulated = try seatrial.result(at: "s/result.json")
      let (real, model) = (try Growth(live, "base"), try Growth(simulated, "base"))
      print("                 misses/s  mean disconnect  slots gained/s  the law")
      for (name, one) in [("live", real), ("simulated", model)] {
        print(
          name, "\(one.misses) /s", "\(one.disconnect * 1000) ms", "\(one.gained)", "\(one.law)",
          separator: "\t")
      }
      let planned = LimitRatchet.gainRate(missRate: 100, disconnect: Self.disconnect)
      #expect(abs(planned - 200.0 / 3) < 1e-9)
      #expect(abs(real.gained / real.law - 1) < 0.1)
      #expect(abs(real.gained / model.gained - 1) < 0.1)
      #expect(abs(model.gained / model.law - 1) < 0.1)
      #expect(abs(real.gained / planned - 1) < 0.1)
      // Far over the limit, and only where no slot is taken before the first await.
      let over = try #require(live.variants.first).count("sessions.over_limit_max")
      #expect(over > 1000)
      let safe = try #require(live.variants.first { $0.name == "safe" })
      #expect(safe.count("sessions.over_limit_max") == 0)
      #expect(safe.count("sessions.evicted") > 1000)
    }
  }
}
