// How much people write in a turn. The size has a stream of its own, addressed by person and count,
// so that a law of sizes shifts no other draw, and the same turn is as long in every variant. It
// knows sizes only; what they cost is the server's business.
public import Basics

public struct PromptLaw: ~Copyable {
  /// The largest frame that the real CLI was seen to take held 20 MB.
  public static let most = 20_000_000.0

  @usableFromInline let law: Sampler
  @usableFromInline let stream: Stream
  /// The law's value when it is fixed: nothing is drawn then.
  @usableFromInline let usual: UInt32
  @usableFromInline let varies: Bool

  public init(_ law: Distribution, seed: Seed) {
    self.law = Sampler(law)
    stream = seed.stream("prompt")
    if case .fixed(let value) = law {
      usual = PromptLaw.bytes(value)
      varies = false
    } else {
      usual = 0
      varies = true
    }
  }

  @usableFromInline func drawn(_ loop: UInt32, _ ordinal: UInt32) -> UInt32 {
    PromptLaw.bytes(law.value(stream.draw(entity: Int(loop), count: Int(ordinal))))
  }

  /// Whole bytes: at least one, because people do not send nothing.
  public static func bytes(_ value: Double) -> UInt32 { UInt32(max(1, min(value, most)) + 0.5) }
}
