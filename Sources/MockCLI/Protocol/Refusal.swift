// Errors on the wire, in the real CLI's words. Its errors are JavaScript's own in places, and so
// are these texts: a client that matches on them has to find the same ones.

struct Refusal: Equatable {
  var code: Int
  /// Nil where the real CLI sends an error without a message.
  var message: String?

  static let authenticationNeeded = Refusal(code: -32001, message: nil)
  static let authenticationFailed = Refusal(code: -32002, message: "AUTHENTICATION_FAILED")
  static let authenticationNotConfigured = Refusal(
    code: -32003, message: "AUTHENTICATION_NOT_CONFIGURED")
  static let shuttingDown = Refusal(code: -32000, message: "SERVER_SHUTTING_DOWN")

  static func unknownMethod(_ name: String) -> Refusal {
    Refusal(code: -32601, message: "Unhandled method \(name)")
  }

  static func failed(_ method: String, _ text: String) -> Refusal {
    Refusal(code: -32603, message: "Request \(method) failed with message: \(text)")
  }

  static func failed(_ method: Method, _ text: String) -> Refusal {
    failed(method.rawValue, text)
  }
}
