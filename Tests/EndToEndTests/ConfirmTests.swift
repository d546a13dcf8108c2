// plan --confirm on a fleet small enough for any machine: what was planned holds live, and one
// server less does not, or cannot tell. The candidate is a variant, and as the base no fleet would
// do: mocks that did not know their variant would miss everything.
import Basics
import LinuxIO
import Testing

@Suite(.serialized) struct ConfirmTests {
  private static let scenario = """
    seatrial: 1
    name: confirm
    seed: 7
    workload:
      users: 40
      think: exponential(2s)
      sessions: {turns: geometric(20)}
      phases: {warm-up: auto, measure: 5m}
    model: {latency: 9s}
    fleet: {storage: local, hosts: {cores: 1}, costs: {turn-before: 20ms, turn-after: 60ms}}
    app: {routing: rendezvous}
    expect: [turn.response.p95 < 1500ms]
    plan: {candidates: variants}
    variants:
      near: {model.latency: "lognormal(median: 300ms, sigma: 0.3)"}

    """

  @Test("A fleet of two is confirmed live, one less misses or cannot tell", LiveTrial.long)
  func confirmed() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(Self.scenario, to: "confirm.yaml")
      let run = try seatrial.run("plan", "confirm.yaml", "--confirm", "--json", "--out", "o")
      #expect(run.code == 0, "\(run.code ?? -1): \(run.errors)")
      let plan = JSONField(try JSONValue(parsing: run.output))
      let fleets = try plan.member("confirmation").elements()
      #expect(try fleets.map { try $0.member("size").integer() } == [2, 1], "\(run.errors)")
      for fleet in fleets {
        #expect(try fleet.member("candidate").string() == "near")
        let outcomes = try fleet.member("figures").elements().map {
          try $0.member("outcome").string()
        }
        if try fleet.member("size").integer() == 2 {
          #expect(outcomes == ["met"], "\(run.errors)")
        } else {
          #expect(outcomes.first != "met", "\(run.errors)")
        }
      }
      #expect(run.errors.contains("confirmed: the planned fleet meets"), "\(run.errors)")
    }
  }
}
