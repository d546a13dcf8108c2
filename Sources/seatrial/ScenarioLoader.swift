// Scenario files from the disk, with everything they name. Whatever is wrong comes back as
// complaints with a place, also when the file cannot be read at all, so that every command reports
// every mistake in the same form.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Scenarios

struct ScenarioLoader {
  /// What the reader itself takes; more is some other file.
  private static let largest = 4 << 20

  let path: String

  /// `-` is standard input.
  init(_ path: String) { self.path = path }

  func load(settings: [String]) -> Result<ScenarioFile, Complaints> {
    loadWithSource(settings: settings).map(\.file)
  }

  /// With all that was read, for whoever has to read it again where these files are not.
  func loadWithSource(
    settings: [String]
  ) -> Result<(file: ScenarioFile, source: ScenarioSource), Complaints> {
    let bytes: [UInt8]
    switch Files.read(path == "-" ? "/dev/stdin" : path, limit: ScenarioLoader.largest) {
    case .contents(let read): bytes = read
    case .tooLarge: return .failure(complaint("has more than 4 MiB, so it is no scenario"))
    case .failed(let failure): return .failure(complaint(words(for: failure)))
    }
    return readWithSource(bytes, settings: settings)
  }

  /// Bytes that stand for the file at the path.
  func read(_ bytes: [UInt8], settings: [String]) -> Result<ScenarioFile, Complaints> {
    readWithSource(bytes, settings: settings).map(\.file)
  }

  private func readWithSource(
    _ bytes: [UInt8], settings: [String]
  ) -> Result<(file: ScenarioFile, source: ScenarioSource), Complaints> {
    var source = ScenarioSource(name: path, bytes: bytes, settings: settings)
    let read = ScenarioFile.read(
      bytes: bytes, name: path, settings: settings,
      files: { name in
        let found = self.named(name)
        if case .success(let bytes) = found {
          source.files.append(ScenarioSource.File(name: name, bytes: bytes))
        }
        return found
      },
      expectationCheck: ScenarioLoader.check)
    return read.map { ($0, source) }.mapError { Complaints($0.all.map(placed)) }
  }

  /// Complaints about named files give the name; an editor needs the path from here.
  func placed(_ complaint: Complaint) -> Complaint {
    var complaint = complaint
    let name = complaint.position.file
    if name != path && name != "--set" { complaint.position.file = place(of: name) }
    return complaint
  }

  // MARK: the file itself

  private func complaint(_ reason: String) -> Complaints {
    let start = Position(file: path, line: 1, column: 1)
    return Complaints([Complaint(position: start, key: "", reason: reason)])
  }

  private func words(for failure: SystemFailure) -> String {
    if Files.kind(of: path) == .directory {
      return "is a folder; name a file in it: \(inside(path, "three-patterns.yaml"))"
    }
    guard !Files.exists(path) else { return "cannot be read: \(failure.reason)" }
    let known = neighbours().map { inside(folder, $0) }
    let guess = nearest(to: path, among: known).map { "; did you mean \($0)?" }
    return "cannot be read: \(failure.reason)\(guess ?? "")"
  }

  private func neighbours() -> [String] {
    guard case .names(let names) = Files.list(folder) else { return [] }
    return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix(".json") }
  }

  // MARK: what it names

  /// Everything before the last slash; the current folder for a bare name.
  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func inside(_ folder: String, _ name: String) -> String {
    if folder == "." && !path.hasPrefix("./") { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// Beside the scenario first; a profile may also come from the folder above, where scenarios lie
  /// in folders, and from the library in the current folder.
  private func places(of name: String) -> [String] {
    let beside = name.hasPrefix("/") ? name : inside(folder, name)
    let isOfLibrary = name.hasPrefix("profiles/") || name.hasPrefix("prices/")
    return isOfLibrary
      ? [beside, inside(folder, "../" + name), "scenarios/" + name] : [beside]
  }

  private func place(of name: String) -> String {
    let places = places(of: name)
    return places.first { Files.exists($0) } ?? places[0]
  }

  func named(_ name: String) -> Result<[UInt8], FileProblem> {
    let place = place(of: name)
    switch Files.read(place) {
    case .contents(let bytes): return .success(bytes)
    case .tooLarge(let limit):
      return .failure(FileProblem(reason: "has more than \(limit >> 20) MiB"))
    case .failed(let failure):
      let also = places(of: name).filter { $0 != place }.map { ", nor is there \($0)" }.joined()
      return .failure(FileProblem(reason: "\(failure.reason) (\(place)\(also))"))
    }
  }

  /// Scenarios knows the place of an expectation, Metrics its meaning.
  private static func check(_ text: String) -> (column: Int, reason: String)? {
    do throws(ExpectationError) {
      _ = try Metrics.Expectation(parsing: text)
      return nil
    } catch {
      let prefix = "column \(error.column): "
      let words = error.description
      return (error.column, String(words.dropFirst(words.hasPrefix(prefix) ? prefix.count : 0)))
    }
  }
}

extension Complaints {
  /// To standard error, one a line.
  func report() {
    for complaint in all { Console.say(complaint.text) }
  }
}
