// Why a turn got no answer, and the real CLI's words for it.
internal import CLIModel

struct ModelFailure {
  var kind: String
  var message: String
  /// What `session.error` says; nil where it says nothing.
  var statusCode: Int?
  /// The provider's, 0 for a connection that broke; what a repetition is announced by.
  var status = 0

  /// A status for the machine that no retry follows, for turns that fail before a call.
  static let final: UInt16 = 422

  static let withoutLogin = ModelFailure(
    kind: "authentication",
    message: "Execution failed: Error: Session was not created with authentication info or "
      + "custom provider")

  /// The folder of an id that is longer than a file's name can be.
  static func nameTooLong(_ path: String) -> ModelFailure {
    ModelFailure(kind: "query", message: "ENAMETOOLONG: name too long, mkdir '\(path)'")
  }

  /// After the last attempt. `waited`: milliseconds since the first.
  static func ofModel(
    status: Int, text: String, attempts: Int, waited: Int64, provider: ProviderSettings?
  ) -> ModelFailure {
    let place = provider.map { "http://\($0.host):\($0.port)\($0.path)" } ?? "the built-in model"
    let message: String
    switch status {
    case 401, 403:
      message =
        "Authentication failed with provider at \(place) (HTTP \(status)).\n"
        + "  Check your COPILOT_PROVIDER_API_KEY or COPILOT_PROVIDER_BEARER_TOKEN."
    case 404:
      message =
        "Resource not found on provider at \(place) (HTTP 404).\n"
        + "  Check the base URL and model name."
    case 400..<429, 430..<500: message = "\(status) \(text)"
    default:
      let last = status == 0 ? text : "\(status) \(text)"
      message =
        "Failed to get response from the AI model; retried \(attempts - 1) times "
        + "(total retry wait time: \(seconds(waited)) seconds) Last error: CAPIError: \(last)"
    }
    return ModelFailure(
      kind: status == 401 || status == 403 ? "authentication" : "query", message: message,
      statusCode: status >= 400 && status < 429 ? status : nil, status: status)
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let hundredths = max(0, milliseconds) / 10
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
