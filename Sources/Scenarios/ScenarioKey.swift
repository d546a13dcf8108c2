// One key of a scenario: where it stands, how its value is read and written, and where the value
// goes. The tables in ScenarioKeys+….swift are lists of these; reader, inspection, schema and docs
// are all made from them.

package struct ScenarioKey: Sendable {
  /// What a change of the key changes.
  package enum Part: Sendable {
    /// The simulated world: part of the digest.
    case world
    /// How it is named, repeated and judged.
    case report
  }

  package let path: String
  package let shape: Shape
  package let help: String
  /// A single value at the parent's place means this key: `storage: shared` is `storage: {kind:
  /// shared}`.
  package let short: Bool
  package let part: Part
  package let example: String?
  /// False after a complaint.
  let read: @Sendable (YAMLNode, inout Reading, inout Draft) -> Bool
  let show: @Sendable (Draft) -> String

  init<Value: Sendable>(
    _ path: String, _ syntax: Syntax<Value>, _ place: any WritableKeyPath<Draft, Value> & Sendable,
    short: Bool = false, part: Part = .world, example: String? = nil, _ help: String
  ) {
    self.path = path
    self.shape = syntax.shape
    self.help = help
    self.short = short
    self.part = part
    self.example = example
    self.read = { node, reading, draft in
      guard let value = syntax.read(node, &reading) else { return false }
      draft[keyPath: place] = value
      return true
    }
    self.show = { syntax.show($0[keyPath: place]) }
  }

  /// The text of the value where the scenario says nothing; empty where there is none.
  package var fallback: String { show(ScenarioKeys.empty) }

  package var parent: String {
    path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
  }
  package var leaf: String {
    path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
  }
}

/// The table of all keys, and the tree that their paths make.
package enum ScenarioKeys {
  package static let all: [ScenarioKey] =
    head + workload + sessions + modelAndPhases + fleet + app + lock + run
    + plan

  static let empty = Draft()
  /// Beside the keys, at the top of a file only.
  static let special = ["variants", "sweep"]

  private static let index: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.path, $0) })
  /// Names below each inner path, in the order of the table.
  private static let groups: [String: [String]] = {
    var groups: [String: [String]] = [:]
    for key in all {
      var path = ""
      for name in key.path.split(separator: ".").map(String.init) {
        if groups[path, default: []].contains(name) == false {
          groups[path, default: []].append(name)
        }
        path = path.isEmpty ? name : path + "." + name
      }
    }
    return groups
  }()
  private static let shorts: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().filter { $1.short }.map { ($1.parent, $0) })

  static func place(of path: String) -> Int? { index[path] }
  static func short(of path: String) -> Int? { shorts[path] }
  package static func names(under path: String) -> [String]? { groups[path] }

  /// For a word that fits nowhere: the near name beside it, else the same name elsewhere, else a
  /// near path.
  static func hint(for name: String, under parent: String) -> String {
    let siblings = (groups[parent] ?? []) + (parent.isEmpty ? special : [])
    if let near = Spelling.nearest(to: name, among: siblings) { return "; did you mean \(near)?" }
    let leaf = name.split(separator: ".").last.map(String.init) ?? name
    let elsewhere = all.filter { $0.leaf == leaf || $0.parent == leaf }
    if let first = elsewhere.first {
      return "; did you mean \(first.leaf == leaf ? first.path : first.parent)?"
    }
    let whole = parent.isEmpty ? name : parent + "." + name
    if let near = Spelling.nearest(to: whole, among: all.map(\.path)) {
      return "; did you mean \(near)?"
    }
    return siblings.isEmpty ? "" : "; known are \(siblings.joined(separator: ", "))"
  }
}
