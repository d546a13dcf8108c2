// Storage answers later than the process does: what a create, a resume or a delete has to say waits
// for it. The session itself is open, or gone, by then.
public import Basics

public struct StorageClock: ~Copyable {
  private let latency: Sampler
  private let isInstant: Bool
  private let stream: Stream
  private var draws = 0

  public init(_ plan: StoragePlan, seed: Seed) {
    latency = Sampler(plan.latency)
    isInstant = plan.latency == .fixed(0)
    stream = seed.stream("storage")
  }

  /// Of the next answer.
  public mutating func delay() -> Interval {
    if isInstant { return .zero }
    draws += 1
    return latency.interval(stream.draw(entity: 0, count: draws))
  }
}
