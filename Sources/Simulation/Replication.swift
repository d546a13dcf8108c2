// What one replication leaves: figures in catalog order, ready to be merged with others of the same
// variant.
public import Basics
public import Metrics

public struct Replication: Sendable, Equatable {
  public var times: [HistogramSnapshot]
  public var counts: [Int]
  public var peaks: [Int]
  public var derived: [Double?]
  public var servers: [ServerResult]
  public var series: [SeriesResult]
  /// Responses over time; nil where that was not kept, or nothing was answered.
  public var heatMap: HeatMapResult?
  /// The same of the end of the warm-up.
  public var leadIn: HeatMapResult?
  public var measured: Interval
  public var events: Int
  /// Turns that had begun and not ended when the measurement stopped.
  public var underWay: Int
  /// Processes that could not be started because the run had no number left for them.
  public var spawnsRefused = 0

  public func value(_ metric: CountMetric) -> Int { counts[metric.rawValue] }
  public func value(_ metric: PeakMetric) -> Int { peaks[metric.rawValue] }
  public func value(_ metric: DerivedMetric) -> Double? { derived[metric.rawValue] }
  public func time(_ metric: TimeMetric) -> HistogramSnapshot { times[metric.rawValue] }

  /// Equal for equal runs, in any process: what the determinism tests compare.
  public var digest: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func take(_ value: Int) { hash = mix64(hash ^ UInt64(bitPattern: Int64(value))) }
    for snapshot in times {
      take(snapshot.count)
      take(Int(truncatingIfNeeded: snapshot.sum))
      take(Int(snapshot.max))
    }
    for count in counts { take(count) }
    for peak in peaks { take(peak) }
    take(events)
    return hash
  }
}

extension Replication {
  /// One replication from start to end: warm-up, measurement, figures.
  public static func run(_ plan: RunPlan, warmUp: Interval, measure: Interval) -> Replication {
    var simulator = Simulator(plan)
    simulator.run(through: .zero + warmUp)
    simulator.beginMeasurement(length: measure)
    simulator.run(through: .zero + warmUp + measure)
    return simulator.harvest()
  }
}
