// A provider over HTTP instead of the built-in model.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  mutating func callProvider(
    _ provider: ProviderSettings, _ session: MockSession, _ call: ProviderCall, attempt: Int
  ) {
    session.noteFailure(status: 0, text: "", attempts: attempt + 1)
    feed(.providerFailed(call, status: 0))
  }
}
