// Law's sequential rule: add replications until the mean is known to a relative error.
// Not reaching it within the allowed number is a result to report, not a failure to hide.

internal import Basics

public struct SequentialStopping: Sendable {
  public enum Outcome: Hashable, Sendable {
    /// Run at least this many more. An estimate, never past the allowed number.
    case more(Int)
    case reached
    case notReached
  }

  public let relativeError: Double
  public let first: Int
  public let most: Int
  public let confidence: Double

  /// Ten replications first: with fewer the estimated spread is itself too uncertain to stop on.
  public init(relativeError: Double, first: Int = 10, most: Int, confidence: Double = 0.95) {
    precondition(relativeError > 0, "a relative error of \(relativeError) can never be reached")
    precondition(first >= 2, "\(first) replications show no spread: at least two are needed")
    precondition(most >= first, "at most \(most) replications cannot hold the first \(first)")
    self.relativeError = relativeError
    self.first = first
    self.most = most
    self.confidence = confidence
  }

  public func outcome(_ replications: Replications) -> Outcome {
    let count = replications.count
    guard count >= first else { return .more(first - count) }
    guard let half = replications.halfWidth(confidence: confidence) else { return .more(1) }
    // eps / (1 + eps): the error is relative to the true mean, which may be smaller than ours.
    let goal = relativeError * abs(replications.mean) / (1 + relativeError)
    if half <= goal { return .reached }
    guard count < most else { return .notReached }
    // The half width shrinks as the root of the count. Half of the missing ones are asked for, so
    // that a lucky or unlucky first ten does not decide how long the whole run takes.
    let projected = Double(count) * (half / goal) * (half / goal)
    let missing = projected.isFinite ? (projected - Double(count)) / 2 : Double(most)
    return .more(max(1, Int(min(ceilingOf(missing), Double(most - count)))))
  }
}
