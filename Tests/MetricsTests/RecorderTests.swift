// The recorder of a replication: what goes in comes out, parts merge, a reset forgets.
import Basics
import Metrics
import Testing

@Suite struct RecorderTests {
  @Test("Tallies add, peaks keep the highest, times fill their histogram")
  func recording() {
    var recorder = Recorder()
    recorder.count(.turnsCompleted)
    recorder.count(.turnsCompleted, 4)
    for level in [3, 7, 5] { recorder.high(.sessionsResidentMax, level) }
    recorder.record(.turnResponse, .milliseconds(20))
    recorder.record(.driverLag, .zero)
    let tallies = [recorder.value(of: .turnsCompleted), recorder.value(of: .turnsFailed)]
    let peak = recorder.value(of: .sessionsResidentMax)
    let samples = [TimeMetric.turnResponse, .driverLag, .turnService].map {
      recorder.samples(of: $0)
    }
    let median = recorder.quantile(0.5, of: .turnResponse)
    #expect(tallies == [5, 0])
    #expect(peak == 7)
    #expect(samples == [1, 1, 0])
    #expect(median == 20_000_000)
  }

  @Test("Rates are what their definitions say")
  func rates() {
    var recorder = Recorder()
    recorder.count(.sessionsHits, 6)
    recorder.count(.sessionsCreated, 3)
    recorder.count(.sessionsResumed, 1)
    recorder.count(.sessionsEvicted, 2)
    recorder.count(.locksAttempts, 8)
    recorder.count(.locksRefused, 2)
    recorder.count(.turnsCompleted, 30)
    let rates = [
      DerivedMetric.evictionRate, .hitRate, .contentionRate, .turnThroughput, .serverCPU,
    ]
    .map { recorder.value(of: $0, measured: .seconds(60)) }
    #expect(rates == [0.2, 0.6, 0.25, 0.5, nil])
  }

  @Test("Rates are missing where there is nothing to divide by", arguments: DerivedMetric.allCases)
  func noRates(metric: DerivedMetric) {
    let rate = Recorder().value(of: metric, measured: .zero)
    #expect(rate == nil)
  }

  @Test("Imbalance is the busiest over the mean")
  func balance() {
    #expect(imbalance(ofTurns: [10, 10, 10]) == 1)
    #expect(imbalance(ofTurns: [30, 0, 0]) == 3)
    #expect(imbalance(ofTurns: [0, 0]) == nil)
    #expect(imbalance(ofTurns: []) == nil)
  }

  @Test("Merged recorders hold what one would have held")
  func merging() {
    for seed in seeds(10) {
      var random = random(seed, "recorder")
      var whole = Recorder()
      var left = Recorder()
      var right = Recorder()
      for _ in 0..<300 {
        let isLeft = random.index(below: 2) == 0
        let time = TimeMetric.allCases[random.index(below: TimeMetric.allCases.count)]
        let length = Interval(nanoseconds: random.nanoseconds())
        let count = CountMetric.allCases[random.index(below: CountMetric.allCases.count)]
        let peak = PeakMetric.allCases[random.index(below: PeakMetric.allCases.count)]
        let level = random.index(below: 100)
        whole.record(time, length)
        whole.count(count, level)
        whole.high(peak, level)
        if isLeft {
          left.record(time, length)
          left.count(count, level)
          left.high(peak, level)
        } else {
          right.record(time, length)
          right.count(count, level)
          right.high(peak, level)
        }
      }
      left.merge(right)
      let merged = left.results(measured: .seconds(1))
      let expected = whole.results(measured: .seconds(1))
      #expect(merged == expected, "seed \(seed)")
    }
  }

  @Test("After the warm-up is cut off, everything starts from nothing")
  func reset() {
    var recorder = Recorder()
    recorder.count(.turnsLost)
    recorder.high(.serverMemory, 1 << 30)
    recorder.record(.lockWait, .seconds(1))
    recorder.reset()
    let results = recorder.results(measured: .zero)
    let fresh = Recorder().results(measured: .zero)
    #expect(results == fresh)
  }

  @Test("Results come in the order of the catalog, with its names and units")
  func results() {
    let results = Recorder().results(measured: .seconds(1))
    #expect(results.map(\.name) == MetricCatalog.all.map(\.name))
    #expect(results.map(\.unit) == MetricCatalog.all.map(\.unit.rawValue))
  }
}
