// Expectations: what they say, what they complain about, and what they conclude.
import Basics
import Metrics
import Testing

@Suite struct ExpectationTests {
  @Test(
    "Bounds come in the unit of the metric",
    arguments: [
      ("turn.response.p95 < 4s", 4.0), ("turn.response.p95<45ms", 0.045),
      ("cli.spawn.max <= 2m", 120),
      ("lock.wait.p50 < 1.5 h", 5400), ("driver.lag.p99 < 250us", 0.00025),
      ("driver.lag.p99 < 250\u{B5}s", 0.00025), ("turn.ack.mean > 7ns", 7e-9),
      ("sessions.eviction_rate < 5%", 0.05), ("sessions.hit_rate >= 0.9", 0.9),
      ("turns.lost == 0", 0), ("  turns.failed != -1  ", -1),
      ("server.memory < 4GiB", 4_294_967_296),
      ("disk.bytes < 1.5 KiB", 1536), ("turn.throughput > 10/s", 10),
      ("turn.throughput > 30/m", 0.5),
      ("turn.response.count >= 1000", 1000), ("servers.imbalance < 1.5", 1.5),
    ])
  func bounds(text: String, bound: Double) throws {
    #expect(try Expectation(parsing: text).bound == bound)
  }

  @Test("An expectation knows its parts")
  func parts() throws {
    let time = try Expectation(parsing: " turn.response.p999 <= 4 s ")
    #expect(time.text == "turn.response.p999 <= 4 s")
    #expect(time.metric.name == "turn.response")
    #expect(time.statistic == .p999)
    #expect(time.comparison == .atMost)
    #expect(time.figureName == "turn.response.p999")
    let tally = try Expectation(parsing: "turns.lost==0")
    #expect(tally.statistic == nil)
    #expect(tally.figureName == "turns.lost")
    #expect(tally.unit == .count)
  }

  @Test(
    "Mistakes are named, with the column they begin at",
    arguments: [
      ("", ExpectationError.Reason.empty, 1), ("   ", .empty, 4),
      (
        "turn.respones.p95 < 4s",
        .unknownMetric("turn.respones.p95", suggestion: "turn.response.p95"), 1
      ),
      ("turns.last == 0", .unknownMetric("turns.last", suggestion: "turns.lost"), 1),
      ("nonsense < 1", .unknownMetric("nonsense", suggestion: nil), 1),
      ("< 4s", .unknownMetric("", suggestion: nil), 1),
      ("turn.response < 4s", .missingStatistic(metric: "turn.response"), 1),
      ("turn.response.p96 < 4s", .unknownStatistic("p96", suggestion: "p90"), 15),
      ("turns.lost.max == 0", .statisticOfSingleValue(metric: "turns.lost"), 12),
      ("turns.lost", .missingOperator, 11), ("turns.lost 0", .missingOperator, 12),
      ("turns.lost = 0", .unknownOperator("=", suggestion: "=="), 12),
      ("turns.lost =< 0", .unknownOperator("=<", suggestion: "<="), 12),
      ("turns.lost ==", .missingBound, 14), ("turns.lost == x", .malformedNumber("x"), 15),
      ("turns.lost == 1.", .malformedNumber("1."), 15),
      ("turns.lost == .5", .malformedNumber(".5"), 15),
      ("turns.lost == 1-2", .malformedNumber("1-2"), 15),
      ("turn.ack.p50 < 4", .missingUnit(of: .seconds), 17),
      ("turn.ack.p50 < 4GiB", .unknownUnit("GiB", of: .seconds), 17),
      ("turns.lost == 0s", .unknownUnit("s", of: .count), 16),
      ("turns.lost == 0 0", .unknownUnit("0", of: .count), 17),
      ("turn.ack.count > 5s", .unknownUnit("s", of: .count), 19),
    ])
  func mistakes(text: String, reason: ExpectationError.Reason, column: Int) {
    let error = #expect(throws: ExpectationError.self) { try Expectation(parsing: text) }
    #expect(error?.reason == reason)
    #expect(error?.column == column)
  }

  @Test("Complaints say what to write instead")
  func wording() {
    let error = #expect(throws: ExpectationError.self) {
      try Expectation(parsing: "turn.respones.p95 < 4s")
    }
    #expect(
      error?.description
        == "column 1: there is no metric turn.respones.p95; did you mean turn.response.p95?")
    let unit = #expect(throws: ExpectationError.self) {
      try Expectation(parsing: "lock.wait.p50 < 4")
    }
    #expect(unit?.description == "column 18: the bound needs a unit: one of ns, us, ms, s, m, h")
  }

  @Test("Mutated expectations are read or refused, never worse")
  func mutation() {
    let marks = Array("turn.respone p95<>=!4.5sm%/- \u{E9}\u{1F600}")
    for seed in seeds(300) {
      var random = random(seed, "expectation")
      var text = Array("turn.response.p95 < 4.5s")
      for _ in 0...random.index(below: 4) {
        let place = random.index(below: text.count)
        let mark = marks[random.index(below: marks.count)]
        if random.index(below: 3) == 0 {
          text.remove(at: place)
        } else {
          text.insert(mark, at: place)
        }
      }
      do throws(ExpectationError) {
        let read = try Expectation(parsing: String(text))
        #expect(read.bound.isFinite, "seed \(seed)")
      } catch {
        #expect(error.column >= 1 && error.column <= text.count + 1, "seed \(seed)")
      }
    }
  }

  @Test(
    "Without an interval the value decides; with one, a straddled bound cannot be told",
    arguments: [
      ("turn.ack.p50 < 4s", 3.9, nil, Expectation.Outcome.met),
      ("turn.ack.p50 < 4s", 4, nil, .missed),
      ("turn.ack.p50 <= 4s", 4, nil, .met), ("turn.ack.p50 > 4s", 4, nil, .missed),
      ("turn.ack.p50 >= 4s", 4, nil, .met), ("turns.lost == 0", 0, nil, .met),
      ("turns.lost == 0", 1, nil, .missed), ("turns.lost != 0", 1, nil, .met),
      ("turn.ack.p50 < 4s", 3, ConfidenceInterval(low: 2, high: 3.9), .met),
      ("turn.ack.p50 < 4s", 3.9, ConfidenceInterval(low: 3.8, high: 4), .cannotTell),
      ("turn.ack.p50 < 4s", 4.1, ConfidenceInterval(low: 3.8, high: 4.4), .cannotTell),
      ("turn.ack.p50 < 4s", 5, ConfidenceInterval(low: 4, high: 6), .missed),
      ("turn.throughput > 4/s", 5, ConfidenceInterval(low: 4, high: 6), .cannotTell),
      ("turn.throughput >= 4/s", 5, ConfidenceInterval(low: 4, high: 6), .met),
      ("turns.lost == 0", 0.4, ConfidenceInterval(low: -0.3, high: 1.1), .missed),
    ])
  func outcomes(
    text: String, value: Double, interval: ConfidenceInterval?, outcome: Expectation.Outcome
  ) throws {
    #expect(try Expectation(parsing: text).outcome(of: value, interval: interval) == outcome)
  }

  @Test("Too few samples cannot tell, and say how many it takes")
  func tooFew() throws {
    var recorder = Recorder()
    for _ in 0..<58 { recorder.record(.turnResponse, .seconds(1)) }
    var variant = VariantResult(name: "a")
    variant.metrics = recorder.results(measured: .seconds(1))
    let expectation = try Expectation(parsing: "turn.response.p95 < 4s")
    let few = expectation.result(in: variant)
    #expect(few.outcome == .cannotTell)
    #expect(few.reason == "p95 needs 59 samples, there are 58")
    recorder.record(.turnResponse, .seconds(1))
    variant.metrics = recorder.results(measured: .seconds(1))
    let enough = expectation.result(in: variant)
    #expect(enough.outcome == .met)
    #expect(enough.observed == 1)
    #expect(enough.reason == nil)
    let rate = try Expectation(parsing: "sessions.eviction_rate < 5%").result(in: variant)
    #expect(rate.outcome == .cannotTell)
    #expect(rate.reason == "there is no figure")
  }
}
