// What a run will be like, by arithmetic and before it is run: turns, load of the servers against
// what they can do, memory, time on this machine. It warns of what a simulation would only show
// after its end. Means throughout: a forecast knows nothing of bursts, evictions in a bad moment
// or locks.
public import Scenarios

public struct Forecast: Sendable {
  public let variants: [VariantForecast]
  public let jobs: Int

  public init(_ scenarios: [Scenario], jobs: Int) {
    variants = scenarios.map { VariantForecast($0) }
    self.jobs = max(1, jobs)
  }

  /// Events of all replications of all variants.
  public var events: Double { variants.reduce(0) { $0 + $1.events } }

  /// Of this machine's time, with the given number of threads and nothing else running.
  public var runSeconds: Double {
    let work = variants.reduce(0) { $0 + $1.events / Forecast.speed(loops: $1.loops) }
    let tasks = variants.reduce(0) { $0 + $1.replications }
    return work / Double(min(jobs, max(1, tasks)))
  }

  /// Of this program's memory.
  public var runMemory: Double {
    let largest = variants.map(\.simulatorMemory).max() ?? 0
    let tasks = variants.reduce(0) { $0 + $1.replications }
    return Forecast.programMemory + largest * Double(min(jobs, max(1, tasks)))
  }

  /// 26 MB: peak of a small scenario, most of it histograms of finished replications.
  static let programMemory = 26e6

  /// Events a second on one core, by the size of the state: what the `bench` program prints, on two
  /// cores of an EPYC shared with others. The caches end between the sizes.
  static let speeds: [(loops: Double, speed: Double)] = [
    (10_000, 5e6), (100_000, 2.3e6), (1_000_000, 1.5e6),
  ]

  static func speed(loops: Double) -> Double {
    speeds.last { loops >= $0.loops }?.speed ?? speeds[0].speed
  }
}
