// Results from paths: a file, or a folder with a result.json in it, and for comparisons one variant
// of it after a colon. Every path that cannot be read is reported, not only the first.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Reporting

struct ResultLoader {
  struct Loaded {
    /// As typed, without the variant.
    var path: String
    /// The file that was read.
    var file: String
    var variant: String?
    var named: NamedResult
  }

  /// A result of 200 variants with all their series has some 40 MB.
  private static let limit = 256 << 20

  /// - withVariants: whether `PATH:VARIANT` means something.
  static func load(_ paths: [String], withVariants: Bool = false) -> [Loaded]? {
    var loaded: [Loaded] = []
    var failed = false
    for path in paths {
      switch load(path, withVariants: withVariants) {
      case .success(let one): loaded.append(one)
      case .failure(let complaint):
        Console.complain(complaint.text)
        failed = true
      }
    }
    if failed { return nil }
    let names = distinct(loaded.map(\.path))
    for place in loaded.indices { loaded[place].named.name = names[place] }
    return loaded
  }

  private struct Complaint: Error { var text: String }

  private static func load(_ path: String, withVariants: Bool) -> Result<Loaded, Complaint> {
    var path = path
    var variant: String?
    if withVariants, !Files.exists(path), let colon = path.lastIndex(of: ":") {
      variant = String(path[path.index(after: colon)...])
      path = String(path[..<colon])
    }
    let folder = path.hasSuffix("/") ? path : path + "/"
    let file = Files.kind(of: path) == .directory ? folder + "result.json" : path
    let bytes: [UInt8]
    switch Files.read(file, limit: limit) {
    case .contents(let read): bytes = read
    case .tooLarge(let limit):
      return .failure(Complaint(text: "\(file) has more than \(limit >> 20) MiB"))
    case .failed(let failure):
      return .failure(
        Complaint(
          text: "\(file) cannot be read: \(failure.reason); a result is a file that "
            + "`seatrial simulate` wrote, or its folder"))
    }
    do throws(JSONError) {
      let json = try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
      do throws(JSONShapeError) {
        let result = try RunResult(json: json)
        if let variant, !result.variants.contains(where: { $0.name == variant }) {
          let names = result.variants.map(\.name)
          let guess = nearest(to: variant, among: names).map { "; did you mean \($0)?" } ?? ""
          return .failure(Complaint(text: "\(file) has no variant \(variant)\(guess)"))
        }
        return .success(
          Loaded(
            path: path, file: file, variant: variant, named: NamedResult(name: path, result: result)
          ))
      } catch {
        return .failure(Complaint(text: "\(file) is no result of seatrial: \(error)"))
      }
    } catch {
      return .failure(Complaint(text: "\(file) is no JSON: \(error)"))
    }
  }

  /// The shortest ends of the paths that tell them apart, without `result.json`.
  static func distinct(_ paths: [String]) -> [String] {
    let parts = paths.map { path -> [Substring] in
      var parts = path.split(separator: "/")
      if parts.count > 1, parts.last == "result.json" { parts.removeLast() }
      if parts.count == 1, parts[0].hasSuffix(".json") { parts[0] = parts[0].dropLast(5) }
      return parts
    }
    let longest = parts.map(\.count).max() ?? 1
    for count in 1...max(1, longest) {
      let names = parts.map { $0.suffix(count).joined(separator: "/") }
      if names.indices.allSatisfy({ names.firstIndex(of: names[$0]) == $0 }) { return names }
    }
    // The same path twice: numbers tell them apart.
    return paths.enumerated().map { "\($1)#\($0 + 1)" }
  }
}
