// One test for each kind of complaint: unknown keys, wrong forms, contradictions, keys without
// effect, and that all of them come at once, in the order of the text.
import Scenarios
import Testing

private let head = "seatrial: 1\n"

@Suite struct ComplaintTests {
  @Test(
    "Unknown keys are refused, with the nearest known one",
    arguments: [
      ("workload: {user: 5}", "2:12: workload.user: is not a key; did you mean users?"),
      ("worklod: {users: 5}", "2:1: worklod: is not a key; did you mean workload?"),
      ("servers: 5", "2:1: servers: is not a key; did you mean fleet.servers?"),
      ("workload: {latency: 5s}", "did you mean model.latency?"),
      ("app: {sesions: {limit: 5}}", "2:7: app.sesions: is not a key; did you mean sessions?"),
      ("app: {xyzzy: 1}", "app.xyzzy: is not a key; known are instances, balance, connections"),
      ("variant: {}", "did you mean variants?"),
      ("app: {variants: {}}", "at the top of a file only"),
      ("app.pattern: shared", "2:1: app.pattern: is written nested in the file"),
      (
        "workload: {stages: [{for: 1m, rat: 4/s}]}", "\"rat\" is not known here; did you mean rate?"
      ),
    ])
  func unknown(text: String, wanted: String) {
    let found = complaints(head + text)
    #expect(found.contains(wanted), "\(found)")
  }

  @Test(
    "Wrong forms are refused",
    arguments: [
      ("workload: 5", "2:11: workload: holds a mapping of users, user-ids"),
      ("workload: [users]", "holds a mapping of"), ("workload:", "holds a mapping of"),
      ("seed: {a: 1}", "is wanted here, not a mapping"), ("seed:", "2:6: seed: has no value"),
      ("expect: turns.lost == 0", "2:9: expect: a list is wanted here, not a single value"),
      ("workload: {stages: [{rate: 4/s}]}", "for is missing"),
      ("workload: {stages: [5]}", "{for, rate, to?} is wanted here, not a single value"),
      ("fleet: {changes: [{at: 1m}]}", "one of add, remove and lose"),
      ("fleet: {changes: [{at: 1m, add: 1, lose: 1}]}", "one of add, remove and lose"),
      ("fleet: {changes: [{at: 1m, add: 1, back-after: 1s}]}", "back-after goes with lose only"),
      ("variants: [a]", "maps names to keys"), ("variants: {a: 1}", "holds keys and values"),
      ("variants: {base: {seed: 1}}", "is the variant base"),
      ("variants: {a/b: {seed: 1}}", "no slash"),
      ("variants: {a: {seedling: 1}}", "seedling: is not a key"),
      ("sweep: 3", "maps keys to lists"), ("sweep: {seed: 3}", "a list of values is wanted"),
      ("sweep: {sed: [3]}", "sed: is not a key; did you mean seed?"),
      ("sweep: {seed: [1, 1]}", "two variants have this name"),
      ("app: {sessions: {limit: 5}, sessions: {limit: 6}}", "sessions is given twice"),
      (
        "variants: {a: {app.pattern: shared, app: {pattern: shared}}}",
        "app.pattern: is given twice"
      ),
      ("fleet: {profile: none}", "profiles/none.json: there is no such file"),
      ("fleet: {profile: ../secret}", "a profile's name is of letters"),
    ])
  func forms(text: String, wanted: String) {
    let found = complaints(head + text)
    #expect(found.contains(wanted), "\(found)")
  }

  @Test(
    "Contradictions are errors",
    arguments: [
      ("workload: {arrivals: poisson}", "2:22: workload.arrivals: needs a rate"),
      ("workload: {arrivals: poisson(4/s), stages: [{for: 1m, rate: 4/s}]}", "drop one"),
      (
        "workload: {diurnal: 4/s, stages: [{for: 1m, rate: 4/s}]}", "one of the two states the rate"
      ),
      ("workload: {arrivals: closed, diurnal: 4/s}", "closed people have no rate"),
      ("workload: {spikes: [{at: 1m, for: 1m, rate: 4/s}]}", "closed people have none"),
      ("workload: {diurnal: 4/s, spikes: [{at: 1m, for: 1m, rate: 4/s}]}", "not with diurnal"),
      ("workload: {diurnal: {swing: 5%}}", "needs its mean: set workload.diurnal.mean"),
      ("workload: {groups: {share: 5%}}", "there are no groups: set workload.groups.size"),
      ("workload: {groups: off}\napp: {pattern: collaborative}", "is about groups"),
      ("workload: {users: 3, groups: 5}", "5 people in a group, and 3 in all"),
      ("workload: {arrivals: poisson(1/s), arrival-brings: visit}", "these sessions never end"),
      ("workload: {users: 10M, sessions: {per-user: 1k}}", "two thousand million sessions"),
      ("fleet: {servers: 2, changes: [{at: 1m, remove: 3}]}", "at 1m 3 are removed of 2"),
      ("fleet: {servers: 2, changes: [{at: 1m, lose: 2}, {at: 2m, lose: 1}]}", "1 are lost of 0"),
      (
        "fleet: {changes: [{at: 1h, add: 1}]}\nworkload: {phases: {warm-up: 1m, measure: 10m}}",
        "at 1h the run is over: it ends at 11m"
      ),
      ("app: {clean-up: {older-than: 1h}}", "there is no clean-up: set app.clean-up.every"),
      (
        "app: {lock: {acquire: retry, retry-initial: 3s, retry-maximum: 2s}}",
        "2s is below the first"
      ),
      ("app: {lock: {ttl: 1ms, round-trip: 2ms}}", "no lock would ever be held"),
      ("run: {replications: 20, max-replications: 10}", "10 is below the 20 replications"),
      ("model: {rate-limit: 0/s}", "accepts nothing"),
    ])
  func contradictions(text: String, wanted: String) {
    guard case .failure(let found) = read(head + text) else {
      Issue.record("accepted: \(text)")
      return
    }
    #expect(found.text.contains(wanted) && !found.errors.isEmpty, "\(found.text)")
  }

  @Test(
    "Keys without effect and doubtful values are warnings",
    arguments: [
      (
        "workload: {arrivals: poisson(1/s), think: 3s}",
        "2:43: warning: workload.think: has no effect"
      ),
      ("workload: {popularity: zipf(1)}", "closed people ask for themselves"),
      ("workload: {arrival-brings: visit}", "closed people do not arrive"),
      ("workload: {sessions: {kind: ephemeral, turns: 4}}", "an ephemeral session serves one turn"),
      ("workload: {groups: {size: off, share: 5%}}", "has no effect: there are no groups"),
      ("workload: {groups: 5}\napp: {pattern: isolated}", "a group shares nothing"),
      ("fleet: {servers: 62}", "warning: fleet.servers: the guide's hash multiplies by 31"),
      ("fleet: {changes: [{at: 1h, add: 1}]}", "it ends at 20m or before"),
      ("app: {pool: {release: idle}}", "only the isolated pattern has a pool"),
      ("app: {pattern: isolated, pool: {idle: 5m}}", "release is not idle"),
      ("app: {pattern: isolated, routing: random}", "nothing is routed"),
      ("app: {load-bound: 2}", "routing is not bounded-load"),
      ("app: {sessions: {limit: 5, when-busy: reject}}", "without pins"),
      ("app: {sessions: {evict: lru}}", "there is no limit"),
      ("app: {lock: {patience: 5s}}", "fail-fast does not try again"),
      (
        "app: {pattern: collaborative, lock: {ttl: 1s}}\nmodel: {latency: 3s}",
        "shorter than an undisturbed turn (3.12s)"
      ),
      ("model: {failures: {status: 429}}", "no call fails"),
      ("model: {rate-limit: {burst: 4}}", "there is no rate limit"),
    ])
  func warnings(text: String, wanted: String) throws {
    let file = try sound(head + text)
    let found = Complaints(file.warnings)
    #expect(found.text.contains(wanted), "\(found.text)")
    #expect(found.all.allSatisfy { $0.severity == .warning && $0.text.contains("warning: ") })
  }

  @Test(
    "What goes well together is not complained of",
    arguments: [
      "app: {pattern: isolated, sessions: {limit: 5}}",
      "app: {sessions: {limit: 5, evict: lru-pinned, when-busy: wait}}",
      "fleet: {servers: 62}\napp: {routing: rendezvous}",
      "app: {pattern: collaborative}\nmodel: {latency: 3s}",
      "workload: {arrivals: constant, "
        + "stages: [{for: 1m, rate: 4/s, to: 8/s}, {for: 0s, rate: 1/s}]}",
      "fleet: {servers: 2, changes: [{at: 1m, lose: 2, back-after: 5s}, {at: 2m, lose: 2}]}",
    ])
  func fine(text: String) {
    let found = complaints(head + text)
    #expect(found.isEmpty, "\(found)")
  }

  @Test("A key that only some variants use is no matter for a warning")
  func usedSomewhere() throws {
    let text = """
      seatrial: 1
      workload: {think: 3s}
      variants:
        open: {workload.arrivals: poisson(1/s)}
        odd: {workload.arrivals: poisson(1/s), workload.think: 4s}
      """
    let warnings = try sound(text).warnings
    #expect(warnings.map(\.position.line) == [5], "\(Complaints(warnings).text)")
  }

  @Test("A contradiction that only a variant makes names the variant")
  func variantContradiction() {
    let found = complaints("seatrial: 1\nvariants: {few: {workload.users: 3, workload.groups: 5}}")
    #expect(found.contains("5 people in a group, and 3 in all (variant few)"), "\(found)")
  }

  @Test("All complaints come at once, in the order of the text")
  func together() {
    let found = complaints(
      "workload: {users: none, thnk: 3s}\nfleet: {servers: 0}\napp: {timeout: 5}\n"
        + "sweep: {seed: [x]}",
      set: ["app.instances=none"])
    let places = found.split(separator: "\n").map { $0.split(separator: " ")[0] }
    #expect(
      places == [
        "test.yaml:1:1:", "test.yaml:1:19:", "test.yaml:1:25:", "test.yaml:2:18:",
        "test.yaml:3:17:",
        "test.yaml:4:16:", "--set:1:15:",
      ], "\(found)")
  }

  @Test("Expectations are checked by the caller, with the column inside the text")
  func expectations() {
    let found = complaints("seatrial: 1\nexpect: [turn.p95 < 4s, \"turns.lots == 0\"]") { text in
      text.contains("lots") ? (column: 7, reason: "no metric turns.lots") : nil
    }
    #expect(found == "test.yaml:2:32: expect: no metric turns.lots")
  }

  @Test("Only the first two hundred complaints are kept, and the rest counted")
  func bounded() {
    let text = (0..<5000).map { "k\($0): 1" }.joined(separator: "\n")
    guard case .failure(let found) = read(text) else {
      Issue.record("accepted")
      return
    }
    #expect(found.all.count == 201)
    #expect(found.all.last?.reason == "and 4801 more complaints")
  }

  @Test("An empty file and a file that is no mapping are refused with a place")
  func nothing() {
    #expect(complaints("").contains("test.yaml:1:1: the file is empty"))
    #expect(complaints("\n- 1").contains("test.yaml:2:1: the file is no mapping"))
    #expect(complaints("name: x").contains("seatrial: is missing"))
    #expect(complaints("seatrial: 2").contains("2 is outside of 1 to 1"))
  }
}
