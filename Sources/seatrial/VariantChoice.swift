// The scenario of a command, with the variants that --variant asks for, in the order of the file.
// The digest of a run is over what it ran, so the others are left out of what runs.
internal import Scenarios

struct VariantChoice {
  enum Refusal: Error {
    case scenario(Complaints)
    case unknown([String])

    func report() -> ExitCode {
      switch self {
      case .scenario(let complaints):
        complaints.report()
        return .badScenario
      case .unknown(let texts):
        for text in texts { Console.complain(text) }
        return .usage
      }
    }
  }

  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  /// What will run.
  func load() -> Result<ScenarioFile, Refusal> { loadWithSource().map(\.file) }

  func loadWithSource() -> Result<(file: ScenarioFile, source: ScenarioSource), Refusal> {
    switch ScenarioLoader(invocation.arguments[0]).loadWithSource(settings: invocation.settings) {
    case .failure(let complaints): return .failure(.scenario(complaints))
    case .success((var file, let source)):
      let unknown = wanted.filter { file.variant(named: $0) == nil }
      guard unknown.isEmpty else {
        return .failure(.unknown(unknown.map { file.complaint(aboutVariant: $0) }))
      }
      file.variants = file.variants.filter { isWanted($0.variant) }
      return .success((file, source))
    }
  }

  private var wanted: [String] { invocation.values("variant") }

  func isWanted(_ variant: String) -> Bool { wanted.isEmpty || wanted.contains(variant) }
}
