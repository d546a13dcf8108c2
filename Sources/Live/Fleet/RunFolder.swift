// The temporary folder of a live run: homes of the servers, what they print, and the mark that all
// their processes carry. The reaper knows it too, so nothing of it survives the driver.
internal import Basics
internal import LinuxIO

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

  func home(of server: ServerID, shared: Bool) -> String {
    shared ? path + "/home" : path + "/home-\(server.place + 1)"
  }

  func log(of server: ServerID) -> String { path + "/cli-\(server.place + 1).log" }

  func remove() { Files.removeTree(path) }
}
