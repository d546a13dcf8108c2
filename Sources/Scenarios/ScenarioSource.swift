// Everything a scenario was read from: its own bytes, the flags laid over them and the files it
// named. Enough to read it again elsewhere, where none of the files are.

public struct ScenarioSource: Sendable {
  public struct File: Sendable {
    /// As the scenario names it.
    public var name: String
    public var bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  public var name: String
  public var bytes: [UInt8]
  /// `key=value` texts of `--set`.
  public var settings: [String]
  public var files: [File] = []

  public init(name: String, bytes: [UInt8], settings: [String]) {
    self.name = name
    self.bytes = bytes
    self.settings = settings
  }

  public func read() -> Result<ScenarioFile, Complaints> {
    let files = files
    return ScenarioFile.read(bytes: bytes, name: name, settings: settings) { name in
      files.first { $0.name == name }.map { .success($0.bytes) }
        ?? .failure(FileProblem(reason: "was not kept with the scenario"))
    }
  }
}
