// What more would cost: the price of what is added, not the average of what is there.
import Planning
import Scenarios
import Testing

@Suite struct NextStepTests {
  private static let text = """
    seatrial: 1
    name: next
    seed: 4
    workload: {users: 400, think: exponential(5s), sessions: {turns: geometric(6)}}
    model: {latency: "lognormal(median: 1s, sigma: 0.4)"}
    fleet: {storage: local, hosts: {cores: 2, memory: 8GiB}}
    app: {routing: rendezvous}
    expect: [turn.response.p95 < 3s]
    plan: {routing: [rendezvous], availability: 99%}
    """

  @Test("A server more costs a host more; the load balancer is there already")
  func marginal() throws {
    let prices = try PriceReader.read(
      Array(
        """
        seatrial-prices: 1
        name: x
        currency: EUR
        source: assumed
        hosts: [{name: small, cores: 2, memory: 8GiB, hour: 0.10}]
        load-balancer: 1000
        local-disk: 0.1
        """.utf8), name: "p.yaml"
    ).get()
    let planner = planned(
      try scenarioFile(Self.text), users: [400], prices: prices, quick: true)
    let best = try #require(planner.recommended(for: 400))
    let size = try #require(best.size)
    #expect(try #require(best.cost?.month) > 1000)
    let steps = planner.nextSteps(for: 400)
    let deployed = try #require(steps.first)
    #expect(deployed.name == "as --deploy writes it" && deployed.servers == Double(size + 1))
    #expect(steps.contains { $0.extraServers ?? 0 > 1 })
    for step in steps {
      let extra = try #require(step.extraServers)
      let month = try #require(step.extraMonth, "\(step.name)")
      #expect(abs(month - extra * 0.10 * 730) < 1e-6, "\(step.name): \(month) for \(extra)")
    }
  }
}
