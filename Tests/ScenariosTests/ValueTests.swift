// Numbers with units and laws of chance: by hand, and back and forth over random values.
import Basics
import Scenarios
import Testing
import Workload

private func value(_ key: String, _ text: String) throws -> String {
  try #require(try sound("seatrial: 1", set: ["\(key)=\(text)"]).base.value(of: key))
}

private func reason(_ key: String, _ text: String) -> String {
  complaints("seatrial: 1", set: ["\(key)=\(text)"])
}

@Suite struct ValueTests {
  @Test(
    "Counts, durations, rates, sizes and shares are written in one canonical form",
    arguments: [
      ("workload.users", "5k", "5000"), ("workload.users", "1_000", "1000"),
      ("workload.users", "1M", "1000000"), ("workload.users", "2e3", "2000"),
      ("app.lock.ttl", "1m30s", "1m30s"), ("app.lock.ttl", "90s", "1m30s"),
      ("app.lock.ttl", "1500ms", "1.5s"), ("app.lock.ttl", "0.5h", "30m"),
      ("app.lock.ttl", "1d", "1d"), ("fleet.round-trip", "250us", "250us"),
      ("fleet.round-trip", "250µs", "250us"), ("fleet.round-trip", "0.5ns", "1ns"),
      ("model.rate-limit", "240/m", "4/s"), ("model.rate-limit", "10k/h", "10000/h"),
      ("model.rate-limit", "1k/s", "1000/s"), ("fleet.hosts.memory", "32GiB", "32GiB"),
      ("fleet.hosts.memory", "1500MB", "1500MB"), ("fleet.hosts.memory", "1.5GiB", "1536MiB"),
      ("workload.intruders", "5%", "5%"), ("workload.intruders", "0.07 %", "0.07%"),
    ])
  func canonical(key: String, text: String, wanted: String) throws {
    let path = key == "model.rate-limit" ? "model.rate-limit.rate" : key
    let file = try sound("seatrial: 1", set: ["\(key)=\(text)"])
    #expect(file.base.value(of: path) == wanted)
  }

  @Test(
    "Laws take arguments by place and by name",
    arguments: [
      ("20s", Distribution.fixed(20)), ("fixed(20s)", .fixed(20)),
      ("uniform(1s, 3s)", .uniform(low: 1, high: 3)),
      ("uniform(high: 3s, low: 1s)", .uniform(low: 1, high: 3)),
      ("exponential(20s)", .exponential(mean: 20)), ("erlang(4, 20s)", .erlang(shape: 4, mean: 20)),
      ("lognormal(median: 1.2s, sigma: 0.5)", .lognormal(median: 1.2, sigma: 0.5)),
      ("lognormal(median=1.2s, sigma=0.5)", .lognormal(median: 1.2, sigma: 0.5)),
      ("lognormal(1200ms, 0.5)", .lognormal(median: 1.2, sigma: 0.5)),
      ("gamma(2.5, 20s)", .gamma(shape: 2.5, mean: 20)),
      ("pareto(minimum: 1s, shape: 2.5)", .pareto(minimum: 1, shape: 2.5)),
    ])
  func laws(text: String, wanted: Distribution) throws {
    let file = try sound("seatrial: 1", set: ["workload.think=\(text)"])
    #expect(file.base.workload.think == wanted)
  }

  @Test("A measured law is read from its file, sorted, and shown by its content")
  func empirical() throws {
    let extra = ["think.csv": "seconds,who\n3,a\n500ms,b\n# note\n\n1.5,c\n"]
    let file = try sound("seatrial: 1", set: ["workload.think=empirical(think.csv)"], extra: extra)
    #expect(file.base.workload.think == .empirical([0.5, 1.5, 3]))
    let other = try sound(
      "seatrial: 1", set: ["workload.think=empirical(think.csv)"],
      extra: ["think.csv": "3\n0.5\n1.6\n"])
    #expect(file.base.digest != other.base.digest)
  }

  @Test(
    "A wrong value is refused at the character where it goes wrong",
    arguments: [
      ("workload.think", "20", "1:18: workload.think: a duration needs a unit"),
      ("workload.think", "20x", "1:18: workload.think: a duration has no unit \"x\""),
      ("workload.think", "uniform(3s, 1s)", "1:28: workload.think: uniform(low, high) has"),
      ("workload.think", "exponental(2s)", "1:16: workload.think: \"exponental\" is not known"),
      ("workload.think", "exponential", "1:16: workload.think: exponential needs its"),
      ("workload.think", "exponential(2s, 3s)", "1:32: workload.think: one argument too many"),
      ("workload.think", "exponential(2s", "1:27: workload.think: the bracket"),
      (
        "workload.think", "lognormal(median: 1s)",
        "1:16: workload.think: lognormal(median, sigma) lacks"
      ),
      ("workload.think", "lognormal(mediam: 1s, sigma: 1)", "1:26: workload.think: lognormal"),
      ("workload.think", "erlang(1.5, 2s)", "1:23: workload.think: the shape of erlang"),
      ("workload.think", "pareto(1s, 0.9)", "1:27: workload.think: 0.9 is outside"),
      ("workload.think", "geometric(3)", "1:16: workload.think: \"geometric\" is not known"),
      ("workload.think", "1s1m", "1:18: workload.think: write long units"),
      ("workload.think", "-3s", "1:16: workload.think: negative"),
      ("workload.think", "1e300d", "1:16: workload.think: longer than"),
      ("workload.think", "empirical(none.csv)", "none.csv: there is no such file"),
      ("workload.think", "[1s]", "a law of durations is wanted here, not a list"),
      ("workload.users", "0", "1:16: workload.users: 0 is outside of 1 to 10000000"),
      ("workload.users", "2.5", "a whole number"), ("workload.users", "5x", "no unit \"x\""),
      ("workload.users", "nan", "is not a number"), ("workload.users", "", "has no value"),
      ("workload.intruders", "0.05", "1:24: workload.intruders: a share needs its %: write 5%"),
      ("workload.intruders", "120%", "120% is outside of 0% to 100%"),
      ("workload.sessions.turns", "geometric(0.5)", "its mean is 1 or more"),
      ("workload.start", "ramp", "ramp(length) lacks its length"),
      ("workload.start", "spread(3)", "spread takes no argument"),
      ("workload.popularity", "zipf(x)", "1:26: workload.popularity: \"x\" is not a number"),
      ("workload.arrivals", "poisson(4)", "a rate needs its unit"),
      ("workload.arrivals", "poison(4/s)", "did you mean poisson?"),
      ("workload.user-ids", "user", "has no {n}"),
      ("model.rate-limit", "4/d", "a second, minute or hour"),
      ("fleet.hosts.memory", "32", "a size needs a unit"),
      ("fleet.hosts.memory", "32GIB", "a size has no unit \"GIB\""),
      ("fleet.delayed-ack", "maybe", "on or off is wanted"),
      ("app.pattern", "isolatd", "did you mean isolated?"),
    ])
  func refusals(key: String, text: String, wanted: String) {
    let found = reason(key, text)
    #expect(found.contains(wanted), "\(found)")
  }

  @Test("A value that is shown reads back to itself, over 500 random values of each kind")
  func backAndForth() throws {
    var random = SeededRandom(Seed(4711).stream("values"))
    for _ in 0..<500 {
      let seconds = power(10, random.uniform() * 12 - 6)
      let share = random.uniform()
      let rate = power(10, random.uniform() * 8 - 4)
      let bytes = floorOf(power(10, 1 + random.uniform() * 10))
      let set = [
        "workload.think=lognormal(\(seconds)s, \(random.uniform() * 5))",
        "app.lock.patience=\(floorOf(seconds * 1e9) / 1e9)s", "workload.intruders=\(share * 100)%",
        "model.rate-limit=\(rate)/s", "fleet.hosts.memory=\(bytes)B",
      ]
      let first = try sound("seatrial: 1", set: set).base
      let again = first.resolved.filter { row in
        set.contains { $0.hasPrefix(row.key + "=") } || row.key == "model.rate-limit.rate"
      }.map { "\($0.key)=\($0.value)" }
      #expect(again.count == 5)
      let second = try sound("seatrial: 1", set: again).base
      #expect(first.workload == second.workload, "\(set)")
      #expect(first.digest == second.digest, "\(set) \(again)")
    }
  }

  @Test("User ids of every kind differ from one another")
  func userIDs() throws {
    for kind in ["names", "uuid", "team-{n}-x"] {
      let ids = try sound("seatrial: 1", set: ["workload.user-ids=\(kind)"]).base.userIDs
      let names = (0..<2000).map { ids.name(of: $0) }
      #expect(Set(names).count == 2000, "\(kind)")
    }
    #expect(UserIDs.pattern(before: "user-", after: "").name(of: 17) == "user-17")
    #expect(UserIDs.names.name(of: 0) == "alice" && UserIDs.names.name(of: 2) == "mary")
    #expect((0..<60).map { UserIDs.names.name(of: $0) }.contains("mary-jane"))
    let parts = UserIDs.uuid.name(of: 3).split(separator: "-").map(\.count)
    #expect(parts == [8, 4, 4, 4, 12])
  }
}
