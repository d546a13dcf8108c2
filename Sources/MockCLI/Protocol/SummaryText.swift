// The message that stands for a conversation that was summed up, and the request for the summary.
// The real CLI puts everything that users have said since the session began before it, each time
// anew, and makes the same message again out of events.jsonl at a resume. Its own words are not
// ours to copy: ours are as long.

enum SummaryText {
  /// Escaped as JSON, like what goes into it.
  static func message(said: [UInt8], summary: [UInt8]) -> [UInt8] {
    opening + said + middle + summary + end
  }

  /// One message of a user, as it stands in there.
  static func quoted(_ content: [UInt8]) -> [UInt8] {
    Array("<user_message>\\n".utf8) + content + Array("\\n</user_message>\\n".utf8)
  }

  /// 241 bytes are not the users' and not the model's; they were so with and without a workspace.
  private static let opening = Padding.text(177) + lineFeed
  private static let middle = lineFeed + Padding.text(39) + Array("\\n<summary>\\n".utf8)
  private static let end = Array("\\n</summary>\\n".utf8)
  private static let lineFeed = Array("\\n".utf8)

  /// The request for a summary; the real one speaks of the workspace where there is one.
  static func request(hasWorkspace: Bool) -> [UInt8] { Padding.text(hasWorkspace ? 4948 : 4440) }
}
