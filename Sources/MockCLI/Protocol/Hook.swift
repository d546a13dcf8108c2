// The four moments at which the real CLI was seen to ask a client's hooks.

enum Hook: String {
  case promptSubmitted = "userPromptSubmitted"
  case sessionStart
  case toolUsed = "postToolUse"
  case sessionEnd
}
