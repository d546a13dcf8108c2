// How long the prompt of each turn is. A function of the turn and the run's seed, so that whoever
// hosts a run sends the same prompts; a host decides only what stands in them.
public import Basics

public struct PromptLaw: ~Copyable {
  private let bytes: Sampler
  private let stream: Stream

  public init(_ plan: WorkloadPlan, seed: Seed) {
    bytes = Sampler(plan.prompt)
    stream = seed.stream("prompt")
  }

  /// Ten million is what the CLI itself takes in one message, and then some.
  private static let most = 10e6

  public func bytes(of turn: TurnPlan) -> Int {
    let drawn = bytes.value(stream.draw(entity: Int(turn.loop), count: Int(turn.ordinal)))
    return Int(max(0, min(drawn, PromptLaw.most)))
  }
}
