// The model behind the CLI, as far as a fleet feels it: how long an answer takes, how often it
// fails, and when it says 429. Its draws are addressed by person and turn, so the same question
// takes the same time in every variant.
public import Basics

public struct Provider: ~Copyable {
  public enum Answer: BitwiseCopyable, Sendable {
    case complete(after: Interval)
    case failure(status: UInt16, after: Interval)
  }

  @usableFromInline let latency: Sampler
  @usableFromInline let stream: Stream
  private let failures: Stream
  private let failureShare: Double
  private let failureStatus: UInt16
  private let limit: RateLimit?
  @usableFromInline let plain: Bool
  private let firstTokenLaw: Sampler
  private let firstTokens: Stream
  /// The model has a law of its own for the first token.
  public let drawsFirstToken: Bool
  private var tokens: Double
  private var refilled: Instant
  private var underWay = 0
  public var tally = ProviderTally()

  public init(_ plan: ModelPlan, seed: Seed) {
    latency = Sampler(plan.latency)
    stream = seed.stream("model")
    failures = seed.stream("model failures")
    failureShare = plan.failureShare
    failureStatus = UInt16(plan.failureStatus)
    limit = plan.rateLimit
    plain = plan.failureShare == 0 && plan.rateLimit == nil
    tokens = Double(plan.rateLimit?.burst ?? 0)
    refilled = .zero
    firstTokenLaw = Sampler(plan.firstToken ?? .fixed(0))
    firstTokens = seed.stream("first token")
    drawsFirstToken = plan.firstToken != nil
  }

  @inlinable @inline(__always)
  public mutating func call(
    person: Int, turn: Int, attempt: Int, at now: Instant
  ) -> Answer {
    tally.calls &+= 1
    let draw = stream.draw(entity: person, count: turn &* 8 &+ attempt)
    if !plain, let refusal = refusal(person, turn &* 8 &+ attempt, at: now) { return refusal }
    return .complete(after: latency.interval(draw))
  }

  /// When the first piece comes of an answer that takes `whole`. Without a law of its own, after a
  /// tenth of that.
  public func firstToken(person: Int, turn: Int, whole: Interval) -> Interval {
    guard drawsFirstToken else { return Interval(nanoseconds: whole.nanoseconds / 10) }
    return min(whole, firstTokenLaw.interval(firstTokens.draw(entity: person, count: turn)))
  }

  /// How long a caller that was just told 429 had best wait: until the bucket holds a whole call
  /// again, or a second where calls under way are what is limited.
  public var pauseAfterRefusal: Interval {
    guard let limit, tokens < 1 else { return .seconds(1) }
    return Interval(seconds: (1 - tokens) / limit.rate)
  }

  /// An answer has been delivered, good or bad, so a place is free again.
  @inlinable public mutating func answered() {
    if !plain { release() }
  }

  @usableFromInline mutating func release() { underWay -= 1 }

  @usableFromInline mutating func refusal(_ person: Int, _ count: Int, at now: Instant) -> Answer? {
    underWay += 1
    if let limit {
      let gained = (now - refilled).seconds * limit.rate
      tokens = min(Double(limit.burst), tokens + gained)
      refilled = now
      if tokens < 1 || underWay > limit.concurrent ?? Int.max {
        tally.rateLimited += 1
        return .failure(status: 429, after: .zero)
      }
      tokens -= 1
    }
    var draw = failures.draw(entity: person, count: count)
    if failureShare > 0 && draw.uniform() < failureShare {
      tally.failed += 1
      return .failure(status: failureStatus, after: .zero)
    }
    return nil
  }
}

public struct ProviderTally: Sendable, BitwiseCopyable {
  public var calls = 0
  public var rateLimited = 0
  public var failed = 0
}
