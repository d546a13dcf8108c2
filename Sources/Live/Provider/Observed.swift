// What the provider saw of one request to the model, told when it is over. The one who is told
// keeps what it needs; the provider keeps counts.
package import Basics
package import CLIModel
package import Wire

package struct Observed: Sendable {
  package enum Ending: String, Sendable, Hashable, CaseIterable {
    case answered
    /// A status that is no 200: by the model's limit or failures, or asked for.
    case refused
    /// Ended by a fault: reset, cut, garbage. A stall ends as abandoned or stopped.
    case faulted
    /// The client went away before the end.
    case abandoned
    /// The provider was stopped before the end.
    case stopped
  }

  /// Counts the requests of the provider, from 1: the order in which they came.
  package var number: Int
  package var purpose: ProviderRequest.Purpose
  /// The mark of the prompt that is answered; of the newest one that is summed up.
  package var asked: PromptMark?
  /// How often that turn had been asked before: retries, and rounds after tools.
  package var attempt: Int
  /// Every mark of the conversation that came with it, oldest first: prompts, answers, summaries.
  package var marks: [PromptMark]
  package var messages: Int
  package var bytes: Int
  package var streams: Bool
  package var status: Int
  package var fault: ProviderFault.Kind?
  package var ending: Ending
  /// Since the provider's start: arrived, first byte of the answer, over.
  package var began: Instant
  package var firstSent: Instant?
  package var ended: Instant
}
