// Where a run leaves its result, and the writing of it. A failure is explained with what to do
// about it, and remembered for the exit code; the run itself goes on, since its table is still
// worth having. What fails may succeed later: a disk that was full is not full for ever.
internal import Basics
internal import Glibc
internal import LinuxIO
internal import Metrics
internal import Reporting

struct ResultFolder {
  let path: String
  private(set) var failed = false
  /// `isReady` made it.
  private var isOurs = false

  var page: String { path.hasSuffix("/") ? path + "report.html" : path + "/report.html" }
  var file: String { path.hasSuffix("/") ? path + name : path + "/" + name }
  /// Of the document in it.
  private let name: String

  /// - out: what `--out` says; nil: a new folder below results/.
  init(out: String?, scenario: String, name: String = "result.json") {
    self.name = name
    path = out ?? ResultFolder.fresh(for: scenario)
  }

  /// Two runs at once must not share a folder, so the process is part of its name; containers that
  /// share a disk may share process numbers, so what is there already is passed over.
  private static func fresh(for scenario: String) -> String {
    let time = WallClock.timestamp().prefix(19).filter { $0 != ":" }
    let stem = "results/\(name(from: scenario))-\(time)Z-\(getpid())"
    var path = stem
    var number = 2
    while Files.exists(path) && number < 1000 {
      path = "\(stem)-\(number)"
      number += 1
    }
    return path
  }

  /// A scenario may be called anything; a folder may not.
  private static func name(from scenario: String) -> String {
    let safe = scenario.unicodeScalars.prefix(60).map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": Character(scalar)
      default: "-"
      }
    }
    return safe.isEmpty ? "unnamed" : String(safe)
  }

  /// Before something long begins, whose result it is to take. False: it cannot, and that is said.
  mutating func isReady() -> Bool {
    isOurs = !Files.exists(path)
    guard let failure = Files.makeDirectories(path) ?? Files.probe(path) else { return true }
    complain(failure)
    return false
  }

  /// There is no result after all: a folder that was made for it goes again.
  func abandon() {
    if isOurs { Files.removeDirectory(path) }
  }

  /// Once, at the end: a page of a part would be made again every few seconds.
  mutating func writePage(of result: RunResult) {
    if failed { return }
    writePage(ResultPage([NamedResult(name: result.scenario.name, result: result)]).html())
  }

  mutating func writePage(_ html: String) {
    if failed { return }
    if let failure = Files.writeAtomically(Array(html.utf8), to: page) {
      failed = true
      Console.complain("the page cannot be written to \(page): \(failure)")
    }
  }

  mutating func write(_ result: RunResult) { write(result.json) }

  mutating func write(_ document: JSONValue) {
    let failure = store(document)
    failed = failure != nil
    if let failure { complain(failure) }
  }

  /// Of a run that goes on, which must not wait for a disk: worth a try and no word, since the
  /// whole is written later.
  func writePart(_ result: RunResult) { _ = store(result.json, survivesPowerCut: false) }

  private func store(_ document: JSONValue, survivesPowerCut: Bool = true) -> SystemFailure? {
    Files.makeDirectories(path)
      ?? Files.writeAtomically(document.utf8(), to: file, survivesPowerCut: survivesPowerCut)
  }

  private func complain(_ failure: SystemFailure) {
    Console.complain(
      "the result cannot be written to \(file): \(failure); "
        + "name a folder that can be written with --out DIR")
  }
}
