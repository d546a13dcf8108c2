// One request under way: what was asked, what was decided about it, and how far its answer has
// come.
internal import Basics
internal import CLIModel
internal import Wire

struct Reply {
  /// Counts the requests of a provider, from 1.
  let number: Int
  let request: ProviderRequest
  let attempt: Int
  let timing: FakeModel.Timing
  let fault: ProviderFault.Kind?
  /// The model counts it as under way.
  let isHolding: Bool
  let keepsAlive: Bool
  /// Since the provider's start.
  let began: Instant
  /// Seconds since 1970.
  let created: Int
  let pieces: Int
  /// Pieces that were sent.
  var sent = 0
  var firstSent: Instant?
  /// Counts the events of a stream of the responses dialect.
  var events = 0

  /// What the answer is marked with.
  var mark: PromptMark? {
    request.asked?.with(request.purpose == .summary ? .summary : .answer)
  }

  /// The tool that the prompt has ordered a call of.
  var call: (name: [UInt8], arguments: [UInt8])? {
    if case .call(let name, let arguments)? = request.order?.kind { (name, arguments) } else { nil }
  }

  /// 4.9 bytes of recorded prompts went to a token.
  var inputTokens: Int { (request.bytes * 10 + 48) / 49 }
  var outputTokens: Int { pieces }
}
