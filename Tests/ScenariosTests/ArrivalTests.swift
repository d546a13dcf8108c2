// Rates over time: stages, spikes, the daily curve and traces become the curve that a population
// plays.
import Basics
import Scenarios
import Testing
import Workload

private func arrivals(_ workload: String, extra: [String: String] = [:]) throws -> Arrivals {
  try sound("seatrial: 1\nworkload: {\(workload)}", extra: extra).base.workload.arrivals
}

private func piece(_ seconds: Int64, _ from: Double, _ to: Double) -> RatePiece {
  RatePiece(length: .seconds(seconds), from: from, to: to)
}

@Suite struct ArrivalTests {
  @Test("A bare rate is a constant curve; stages are straight pieces")
  func stages() throws {
    #expect(try arrivals("arrivals: poisson(240/m)") == .poisson(.constant(4)))
    #expect(try arrivals("arrivals: constant(4/s)") == .constant(.constant(4)))
    let stages =
      "stages: [{for: 1m, rate: 2/s}, {for: 30s, rate: 2/s, to: 8/s}, {for: 0s, rate: 1/s}]"
    let pieces = RateCurve.pieces([piece(60, 2, 2), piece(30, 2, 8), piece(0, 1, 1)])
    #expect(try arrivals(stages) == .poisson(pieces))
    #expect(try arrivals("arrivals: constant, " + stages) == .constant(pieces))
  }

  @Test("A daily curve is highest at its peak")
  func diurnal() throws {
    let got = try arrivals("diurnal: {mean: 4/s, swing: 50%, period: 24h, peak-at: 14h}")
    let shift = Interval.seconds(8 * 3600)
    #expect(
      got == .poisson(.diurnal(mean: 4, swing: 0.5, period: .seconds(86_400), shift: shift)))
  }

  @Test("Spikes are added to the rate, over constant rates, ramps and the end")
  func spikes() throws {
    let constant = try arrivals("arrivals: poisson(4/s), spikes: [{at: 10s, for: 5s, rate: 6/s}]")
    #expect(
      constant == .poisson(.pieces([piece(10, 4, 4), piece(5, 10, 10), piece(0, 4, 4)])))
    let ramp = try arrivals(
      "stages: [{for: 20s, rate: 0/s, to: 20/s}], spikes: [{at: 10s, for: 20s, rate: 5/s}, "
        + "{at: 15s, for: 5s, rate: 1/s}]")
    #expect(
      ramp
        == .poisson(
          .pieces([
            piece(10, 0, 10), piece(5, 15, 20), piece(5, 21, 26), piece(10, 25, 25),
            piece(0, 20, 20),
          ])))
  }

  @Test("A trace is read by line, sorted by time, with users and prompts where given")
  func trace() throws {
    let extra = ["day.csv": "at,user,prompt\n3.5,2,1KB\n1m\n2,,700\r\n"]
    #expect(
      try arrivals("arrivals: trace(day.csv)", extra: extra)
        == .trace([
          TracedArrival(at: .seconds(2), promptBytes: 700),
          TracedArrival(at: .milliseconds(3500), user: 2, promptBytes: 1000),
          TracedArrival(at: .seconds(60)),
        ]))
  }

  @Test(
    "A faulty trace is refused with its line",
    arguments: [
      ("1,2\nx,3\n", "day.csv:2: \"x\" is not a number"), ("1,a\n", "day.csv:1: a user is a whole"),
      ("1,500\n", "the trace names user 500, and there are 100"), ("at\n", "holds no arrival"),
      ("1,2,3,4\n", "more than the columns"), ("1e99\n", "outside of 0 to"),
    ])
  func faults(text: String, wanted: String) {
    let found = complaints(
      "seatrial: 1\nworkload: {arrivals: trace(day.csv)}", extra: ["day.csv": text])
    #expect(found.contains(wanted) && found.contains("test.yaml:2:"), "\(found)")
  }

  @Test("Ids from a file are as many as the people, and each once")
  func ids() throws {
    let text = "seatrial: 1\nworkload: {users: 2, user-ids: file(ids.txt)}"
    let ids = try sound(text, extra: ["ids.txt": "ann\nbob\n"]).base.userIDs
    #expect(ids == .list(["ann", "bob"]))
    #expect(complaints(text, extra: ["ids.txt": "ann\n"]).contains("holds 1 ids for 2 users"))
    #expect(
      complaints(text, extra: ["ids.txt": "a\na\n"]).contains("ids.txt:2: \"a\" stands there"))
  }
}
