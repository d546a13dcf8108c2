// The temporary folder of a live run: homes of the servers, what they print, and the mark that all
// their processes carry. The reaper knows it too, so nothing of it survives the driver.
internal import Basics
internal import LinuxIO
internal import Scenarios

struct RunFolder: Sendable {
  /// In the environment of every process of the run.
  static let markName = "SEATRIAL_RUN"

  let path: String
  let mark: String

  /// Its name only: whoever cleans up has to know it before it is there.
  static func named() -> RunFolder {
    var text = ByteBuffer()
    let bits = ThisProcess.entropy()
    text.append(hexadecimal: bits >> 32, digits: 8)
    text.append(hexadecimal: bits & 0xFFFF_FFFF, digits: 8)
    let mark = String(decoding: text.array, as: UTF8.self)
    let base = ThisProcess.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    return RunFolder(path: "\(base)/seatrial-\(mark)", mark: mark)
  }

  func make() -> SystemFailure? { Files.makeDirectories(path) }

  // MARK: what mocks read

  private func copy(_ place: Int) -> String { "\(path)/scenario.\(place)" }

  /// A scenario and what it names, each under its name, for `mock-copilot`.
  func words(for source: ScenarioSource) -> [String] {
    ["--scenario", path + "/scenario"]
      + source.files.indices.flatMap { ["--file", "\(source.files[$0].name)=\(copy($0))"] }
  }

  func keep(_ source: ScenarioSource) -> SystemFailure? {
    if let failure = Files.writeAtomically(source.bytes, to: path + "/scenario") { return failure }
    for (place, file) in source.files.enumerated() {
      if let failure = Files.writeAtomically(file.bytes, to: copy(place)) { return failure }
    }
    return nil
  }

  // MARK: servers

  func home(of server: ServerID, shared: Bool) -> String {
    shared ? path + "/home" : path + "/home-\(server.place + 1)"
  }

  func log(of server: ServerID) -> String { path + "/cli-\(server.place + 1).log" }

  func remove() { Files.removeTree(path) }
}
