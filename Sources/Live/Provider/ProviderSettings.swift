// How a fake provider answers: the model of a scenario, its seed, and what a live run adds to it.
package import Basics
package import CLIModel

package struct ProviderSettings: Sendable {
  package var host = "127.0.0.1"
  /// 0: one that is free.
  package var port: UInt16 = 0
  package var model = ModelPlan()
  package var seed = Seed(0)
  package var faults: [ProviderFault] = []
  /// The text of every answer; without one an answer repeats the mark of its prompt, followed by
  /// words.
  package var answer: String?
  /// What `GET /models` lists.
  package var models = ["gpt-4.1", "gpt-5-mini"]
  /// Whether 429 says when to come back. The CLI then waits that long instead of its own ladder,
  /// which a simulation uses.
  package var saysRetryAfter = true
  /// Connections at once; more are closed as they come. A descriptor each.
  package var connectionLimit = 60_000

  package init() {}
}
