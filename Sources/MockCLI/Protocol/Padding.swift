// Text of the right length where the real CLI sends its own: the system prompt that opens every
// turn and the descriptions of its tools. The lengths were seen on 1.0.57; the words are ours,
// because its prompts are not ours to copy and no client reads them.
internal import Basics

enum Padding {
  /// Length of the prompt in `system.message`, escaped as JSON: with it the event's line is 24,206
  /// bytes long, as recorded.
  static let systemPromptLength = 24_010

  static let systemPrompt: [UInt8] = text(systemPromptLength)

  /// Names of the 17 tools that a session without restrictions offers, and the length of their
  /// descriptions in a request to the model: together 53 KB of body with the system prompt.
  static let toolDescriptionLength = 1_600
  static let toolDescription: [UInt8] = text(toolDescriptionLength)

  /// The one skill that comes with 1.0.57: `session.skills_loaded` is 835 bytes long with it.
  static let skills: [UInt8] =
    Array(
      "{\"skills\":[{\"name\":\"customize-cloud-agent\",\"description\":\"".utf8)
    + text(356)
    + Array(
      ("\",\"source\":\"builtin\",\"userInvocable\":false,\"enabled\":true,\"path\":"
        + "\"/usr/share/mock-copilot/builtin-skills/customize-cloud-agent/SKILL.md\"}]}").utf8)

  /// Plain words over and over; no letter needs escaping.
  static func text(_ length: Int) -> [UInt8] {
    let words = Array("This text stands for one that the real server sends and nobody reads. ".utf8)
    return (0..<length).map { words[$0 % words.count] }
  }
}
