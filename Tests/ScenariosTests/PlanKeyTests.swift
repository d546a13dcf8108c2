// The keys of a plan and the price file: what is read, what is refused and with which words; and
// how profiles are drawn from what their file says about its numbers.
import Basics
import CLIModel
import Policies
import Scenarios
import Testing

@Suite struct PlanKeyTests {
  @Test("Lists of candidates are read, with units and words")
  func lists() throws {
    let plan = try sound(
      """
      seatrial: 1
      plan:
        users: [100, 1k]
        pattern: [shared, isolated]
        routing: [rendezvous]
        storage: [local, shared]
        limit: [50, unlimited]
        hosts: [{cores: 2, memory: 8GiB}, {cores: 8, servers: 4}]
        shared-latency: exponential(3ms)
        users-per-instance: 2k
        availability: 99.9%
        prices: prices/mine.yaml
        cli-version: 1.0.64
      """
    ).base.plan
    #expect(plan.users == [100, 1000] && plan.pattern == [.shared, .isolated])
    #expect(plan.routing == [.rendezvous] && plan.storage == [.local, .shared])
    #expect(plan.limit == [50, nil] && plan.listsCandidates)
    #expect(plan.hosts == [.init(cores: 2, memory: 8 * 0x1p30), .init(cores: 8, servers: 4)])
    #expect(plan.sharedLatency == .exponential(mean: 0.003) && plan.usersPerInstance == 2000)
    #expect(abs(plan.availability - 0.999) < 1e-12 && plan.prices == "prices/mine.yaml")
    #expect(plan.cliVersion == "1.0.64")
  }

  @Test("A plan does not change what is simulated, so it is not in the digest")
  func digest() throws {
    let plain = try sound("seatrial: 1").base.digest
    #expect(try sound("seatrial: 1\nplan: {users: [5], limit: [3]}").base.digest == plain)
  }

  @Test(
    "Mistakes are named where they stand",
    arguments: [
      ("plan: {routing: [stiky-modulo]}", "did you mean sticky-modulo?"),
      ("plan: {users: 100}", "a list is wanted here"),
      ("plan: {users: [0]}", "0 is outside of 1 to 10000000"),
      ("plan: {hosts: [{memory: 8GiB}]}", "cores is missing"),
      ("plan: {host: [{cores: 2}]}", "did you mean hosts?"),
      ("plan: {profiles: [nobody]}", "profiles/nobody.json: there is no such file"),
      ("plan: {availability: 40%}", "outside of 50% to"),
    ])
  func mistakes(text: String, words: String) {
    let found = complaints("seatrial: 1\n" + text)
    #expect(found.contains(words), "\(found)")
    #expect(found.hasPrefix("test.yaml:2:"), "\(found)")
  }

  @Test("Other profiles are read with the scenario")
  func profiles() throws {
    let bytes = Repository.text("scenarios/profiles/copilot-cli-1.0.57.json")
    let other = bytes.replacing("\"name\": \"copilot-cli-1.0.57\"", with: "\"name\": \"other\"")
    let file = try sound(
      "seatrial: 1\nplan: {profiles: [other]}", extra: ["profiles/other.json": other])
    #expect(file.base.plan.profiles.map(\.name) == ["other"])
  }

  // MARK: prices

  private func prices(_ text: String) -> Result<PriceList, Complaints> {
    PriceReader.read(Array(text.utf8), name: "p.yaml")
  }

  @Test("The example of the library is read whole")
  func example() throws {
    let list = try prices(Repository.text("scenarios/prices/example.yaml")).get()
    #expect(list.hosts.count == 4 && list.currency == "USD" && list.coreHour == 0.035)
    #expect(list.source.hasPrefix("Assumed"))
    #expect(list.redis != nil && list.sharedDisk != nil && list.network == 0)
  }

  @Test("What is left out is nothing, not zero")
  func holes() throws {
    let list = try prices("seatrial-prices: 1\nname: a\ncurrency: EUR\nsource: mine\n").get()
    #expect(list.hosts.isEmpty && list.coreHour == nil && list.network == nil)
  }

  @Test(
    "A price file is strict",
    arguments: [
      ("name: a\ncurrency: EUR\nsource: b\n", "seatrial-prices is missing"),
      ("seatrial-prices: 2\nname: a\ncurrency: EUR\nsource: b\n", "2 is outside of 1 to 1"),
      ("seatrial-prices: 1\nname: a\ncurrency: EUR\n", "source is missing"),
      ("seatrial-prices: 1\nname: a\ncurrency: EUR\nsource: b\nredi: 3\n", "did you mean redis?"),
      (
        "seatrial-prices: 1\nname: a\ncurrency: EUR\nsource: b\nhosts: [{cores: 2}]\n",
        "memory is missing"
      ),
      ("seatrial-prices: 1\nname: a\ncurrency: EUR\nsource: b\nredis: -3\n", "negative"),
      ("- 1\n", "a price file begins with"),
    ])
  func strict(text: String, words: String) {
    guard case .failure(let found) = prices(text) else {
      Issue.record("accepted: \(text)")
      return
    }
    #expect(found.text.contains(words), "\(found.text)")
    #expect(found.text.hasPrefix("p.yaml:"), "\(found.text)")
  }

  // MARK: uncertainty

  @Test("Well measured numbers are drawn close, assumed ones wide, stated ones not at all")
  func draws() throws {
    let stated = try sound("seatrial: 1\nfleet: {costs: {turn-after: 90ms}}").base.profile
    let stream = Seed(3).stream("draws")
    func spread(_ profile: CostProfile, _ value: (CostProfile) -> Double) -> Double {
      let values = (0..<400).map {
        value(ProfileUncertainty.draw(profile, index: $0, from: stream)) / value(profile)
      }
      let mean = values.reduce(0, +) / 400
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
    }
    let plain = try sound("seatrial: 1").base.profile
    // 15 turns: root of 0.05^2 + 0.2^2 / 15 is 7.2 %.
    let turn = spread(plain) { $0.turnAfter.cpu.mean }
    #expect(turn > 0.06 && turn < 0.085, "\(turn)")
    // Nobody says how often.
    let compaction = spread(plain) { $0.compaction.cpu.mean }
    #expect(compaction > 0.17 && compaction < 0.24, "\(compaction)")
    #expect(spread(stated) { $0.turnAfter.cpu.mean } == 0)
    // Six measured starts are drawn from themselves: 0.036 s over the root of 6, of 1.3 s.
    let start = spread(plain) { $0.start.mean }
    #expect(start > 0.005 && start < 0.02, "\(start)")
    let first = ProfileUncertainty.draw(plain, index: 5, from: stream)
    #expect(first == ProfileUncertainty.draw(plain, index: 5, from: stream))
    #expect(first.turnAfter.mainShare <= 1)
  }
}
