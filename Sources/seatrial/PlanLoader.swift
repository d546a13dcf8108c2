// A plan from a path: plan.json, or a folder that holds one and no result. A folder with a result
// is the result's.
internal import Basics
internal import LinuxIO
internal import Reporting

enum PlanLoader {
  struct Loaded {
    /// The file that was read.
    var file: String
    var document: PlanDocument
  }

  /// A plan of a hundred candidates for five numbers of people has some 5 MB.
  private static let limit = 64 << 20

  /// Nil where the one path is not that of a plan; the loader of results then says what is wrong.
  static func load(_ paths: [String]) -> Loaded? {
    guard paths.count == 1, let path = paths.first else { return nil }
    let folder = path.hasSuffix("/") ? path : path + "/"
    let isFolder = Files.kind(of: path) == .directory
    if isFolder && Files.exists(folder + "result.json") { return nil }
    let file = isFolder ? folder + "plan.json" : path
    guard case .contents(let bytes) = Files.read(file, limit: limit),
      let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)),
      let document = PlanDocument(json)
    else { return nil }
    return Loaded(file: file, document: document)
  }
}
