// A profile file to a `CostProfile`: strict, with the place of every mistake. The form of one
// number is {"value": 10, "unit": "ms", "provenance": "where it was measured", "n": 9}; a list of
// values is a measured law.
internal import Basics
public import CLIModel

public enum ProfileReader {
  /// Version of the file's form.
  static let version = 1
  private static let head = ["seatrial-profile", "name", "cli-version", "about"]

  public static func read(_ bytes: [UInt8], name file: String) -> Result<CostProfile, Complaints> {
    var reading = Reading(
      source: file, files: { _ in .failure(FileProblem(reason: "a profile names no files")) },
      expectation: { _ in nil })
    var profile = CostProfile()
    switch YAMLReader.read(bytes) {
    case .failure(let problem): reading.complain(problem)
    case .success(let document):
      for problem in document.problems { reading.complain(problem) }
      if let root = document.root, root.mapping != nil {
        read(root, into: &profile, &reading)
      } else {
        reading.complain(
          YAMLProblem(line: 1, column: 1, reason: "a profile is a mapping of names to numbers"))
      }
    }
    let complaints = reading.complaints
    return complaints.errors == 0
      ? .success(profile) : .failure(Complaints(complaints.sorted(main: file)))
  }

  private static func read(
    _ root: YAMLNode, into profile: inout CostProfile, _ reading: inout Reading
  ) {
    var numbers: [String: YAMLNode] = [:]
    let paths = ProfileKeys.all.map(\.path)
    var heads: [String: YAMLNode] = [:]
    for pair in root.mapping ?? [] {
      if head.contains(pair.name) {
        heads[pair.name] = pair.value
      } else if paths.contains(pair.name) {
        numbers[pair.name] = pair.value
      } else if let inner = pair.value.mapping,
        paths.contains(where: { $0.hasPrefix(pair.name + ".") })
      {
        for item in inner {
          let path = pair.name + "." + item.name
          reading.key = path
          if paths.contains(path) {
            numbers[path] = item.value
          } else {
            reading.complain(
              item.key, "is no number of a profile" + Spelling.hint(for: path, among: paths))
          }
        }
      } else {
        reading.key = pair.name
        let outer = paths.map { String($0.prefix(while: { $0 != "." })) }
        reading.complain(
          pair.key, "is no number of a profile" + Spelling.hint(for: pair.name, among: outer + head)
        )
      }
    }
    readHead(heads, root, &profile, &reading)
    for key in ProfileKeys.all {
      reading.key = key.path
      guard let node = numbers[key.path] else {
        if !key.optional { reading.complain(root, "is missing") }
        continue
      }
      if let values = values(of: node, key, &reading) { key.write(&profile, values) }
      profile.evidence.append(evidence(of: node, key))
    }
  }

  private static func evidence(of node: YAMLNode, _ key: ProfileKey) -> ParameterEvidence {
    func text(_ name: String) -> String? {
      node.mapping?.first { $0.name == name }?.value.scalar
    }
    // The word with which a provenance begins is part of the form of a profile.
    let isAssumed = text("provenance")?.hasPrefix("Assumed") ?? true
    return ParameterEvidence(
      path: key.path, samples: text("n").flatMap { Int($0) }, isAssumed: isAssumed)
  }

  private static func readHead(
    _ heads: [String: YAMLNode], _ root: YAMLNode, _ profile: inout CostProfile,
    _ reading: inout Reading
  ) {
    reading.key = "seatrial-profile"
    if let node = heads["seatrial-profile"] {
      if node.scalar != "\(version)" {
        reading.complain(node, "this reader knows version \(version)")
      }
    } else {
      reading.complain(root, "is missing: \(version)")
    }
    let text = Syntax<String>.text()
    reading.key = "name"
    if let node = heads["name"] {
      profile.name = text.read(node, &reading) ?? ""
    } else {
      reading.complain(root, "is missing")
    }
    reading.key = "cli-version"
    if let node = heads["cli-version"] { profile.cliVersion = text.read(node, &reading) ?? "" }
  }

  private static func values(of node: YAMLNode, _ key: ProfileKey, _ reading: inout Reading)
    -> [Double]?
  {
    guard let pairs = node.mapping else {
      reading.complain(node, "{value, unit, provenance, n?} is wanted here, not \(node.kindName)")
      return nil
    }
    let fields = ["value", "unit", "provenance", "n"]
    for pair in pairs where !fields.contains(pair.name) {
      reading.complain(pair.key, unknownWord(pair.name, of: fields))
    }
    func field(_ name: String) -> YAMLNode? { pairs.first { $0.name == name }?.value }
    if field("provenance")?.scalar?.isEmpty ?? true {
      reading.complain(
        node, "has no provenance: say where the number was measured, or that it is assumed")
    }
    if let count = field("n") { _ = Syntax<Int>.count(0...1_000_000_000).read(count, &reading) }
    guard let value = field("value") else {
      reading.complain(node, "has no value")
      return nil
    }
    guard let unit = field("unit"), let word = unit.scalar else {
      reading.complain(node, "has no unit: \(key.kind.units.map(\.name).joined(separator: ", "))")
      return nil
    }
    guard let factor = key.kind.units.first(where: { $0.name == word })?.factor else {
      reading.complain(unit, unknownWord(word, of: key.kind.units.map(\.name)))
      return nil
    }
    return numbers(value, key, factor, &reading)
  }

  private static func numbers(
    _ value: YAMLNode, _ key: ProfileKey, _ factor: Double, _ reading: inout Reading
  ) -> [Double]? {
    let items: [YAMLNode]
    switch (value.sequence, key.kind) {
    case (let list?, .law) where (2...100_000).contains(list.count): items = list
    case (let list?, .pauses) where list.count <= 100: items = list
    case (nil, .pauses):
      reading.complain(value, "a list of pauses is wanted here")
      return nil
    case (nil, _): items = [value]
    default:
      reading.complain(value, "one number is wanted here, not a list of this length")
      return nil
    }
    var numbers: [Double] = []
    // 28 years in nanoseconds, an exabyte: far above any cost, far below what overflows.
    let syntax = Syntax<Double>.number(0...1e18 / Swift.max(factor, 1))
    for item in items {
      guard let number = syntax.read(item, &reading) else { return nil }
      // Divided where the unit is a part: 9 ms are 0.009 s, and 9 * 0.001 is not.
      let scaled = factor < 1 ? number / (1 / factor) : number * factor
      if key.kind.isShare, scaled > 1 {
        reading.complain(item, "a share is at most 1")
        return nil
      }
      if key.kind.isTime, scaled > Units.longestSeconds {
        reading.complain(item, "longer than 28 years")
        return nil
      }
      numbers.append(scaled)
    }
    return numbers
  }
}

extension ProfileKey.Kind {
  /// The units that a file may state, with the factor to seconds, bytes or one.
  var units: [Units.Unit] {
    switch self {
    case .law, .seconds, .pauses: [("s", 1), ("ms", 1e-3), ("us", 1e-6)]
    case .bytes: Units.sizes
    case .share: [("share", 1), ("%", 0.01)]
    case .tokens: [("tokens", 1)]
    case .count: [("messages", 1)]
    }
  }
  var isShare: Bool { if case .share = self { true } else { false } }
  var isTime: Bool {
    switch self {
    case .law, .seconds, .pauses: true
    default: false
    }
  }
}

extension Reading {
  mutating func complain(_ problem: YAMLProblem) {
    complaints.append(
      Complaint(
        position: Position(file: source, line: problem.line, column: problem.column),
        key: "", reason: problem.reason))
  }
}
