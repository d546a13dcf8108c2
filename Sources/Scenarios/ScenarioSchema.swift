// The JSON Schema of a scenario, and the table of keys for the docs, both made from ScenarioKeys.
// Editors that know yaml-language-server complete and check with it; the reader is stricter still.

public enum ScenarioSchema {
  /// Draft 2020-12, ending in a newline.
  public static func document() -> String {
    let overrides = SchemaText.object([
      ("type", .text("object")), ("properties", .object(nested("") + dotted)),
      ("additionalProperties", .flag(false)),
    ])
    let definitions =
      ScenarioKeys.all.map { ($0.path, schema(of: $0)) }
      + groups.map { ($0, schema(ofGroup: $0)) } + [("overrides", overrides)]
    let variants = SchemaText.object([
      (
        "description",
        .text("Names, each with the keys that differ from the file, nested or dotted.")
      ),
      ("type", .text("object")), ("additionalProperties", reference("overrides")),
    ])
    let sweep = SchemaText.object([
      (
        "description",
        .text("Dotted keys, each with a list of values: a variant for each combination.")
      ),
      ("type", .text("object")),
      (
        "properties",
        .object(
          (ScenarioKeys.all.map(\.path) + groups).map {
            ($0, .object([("type", .text("array")), ("items", reference($0))]))
          })
      ),
      ("additionalProperties", .flag(false)),
    ])
    let root = SchemaText.object([
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("title", .text("seatrial scenario")),
      ("type", .text("object")), ("required", .texts(["seatrial"])),
      ("properties", .object(nested("") + [("variants", variants), ("sweep", sweep)])),
      ("additionalProperties", .flag(false)),
      ("$defs", .object(definitions)),
    ])
    return root.written() + "\n"
  }

  /// A Markdown table of all keys; docs/scenarios.md holds it and a test compares.
  public static func table() -> String {
    var lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key in ScenarioKeys.all {
      let words = key.shape.words.replacing("|", with: "\\|")
      let example = key.example.map { ", as `\($0)`" } ?? ""
      let fallback = key.fallback.isEmpty || key.fallback == "[]" ? "" : "`\(key.fallback)`"
      let short = key.short ? "`\(key.path)` (or `\(key.parent)`)" : "`\(key.path)`"
      lines.append("| \(short) | \(words)\(example) | \(fallback) | \(key.help) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The inner paths of the tree, each before those below it.
  private static var groups: [String] {
    var paths: [String] = []
    for key in ScenarioKeys.all {
      var path = ""
      for name in key.parent.split(separator: ".") {
        path = path.isEmpty ? String(name) : path + "." + name
        if !paths.contains(path) { paths.append(path) }
      }
    }
    return paths
  }

  private static var dotted: [(String, SchemaText)] {
    (ScenarioKeys.all.map(\.path) + groups).filter { $0.contains(".") }.map { ($0, reference($0)) }
  }

  /// The members of one mapping: keys and inner mappings, all by reference.
  private static func nested(_ path: String) -> [(String, SchemaText)] {
    (ScenarioKeys.names(under: path) ?? []).map { name in
      (name, reference(path.isEmpty ? name : path + "." + name))
    }
  }

  private static func schema(ofGroup path: String) -> SchemaText {
    let mapping = SchemaText.object([
      ("type", .text("object")), ("properties", .object(nested(path))),
      ("additionalProperties", .flag(false)),
    ])
    guard let short = ScenarioKeys.short(of: path) else { return mapping }
    return .object([("anyOf", .list([reference(ScenarioKeys.all[short].path), mapping]))])
  }

  private static func reference(_ path: String) -> SchemaText {
    .object([("$ref", .text("#/$defs/\(path)"))])
  }

  private static func schema(of key: ScenarioKey) -> SchemaText {
    guard case .object(var members) = schema(of: key.shape) else { return .flag(true) }
    members.insert(("description", .text(key.help)), at: 0)
    let fallback = key.fallback
    if !fallback.isEmpty, fallback != "[]", !fallback.hasPrefix("as in") {
      members.append(("default", Double(fallback).map { .number($0) } ?? .text(fallback)))
    }
    if let example = key.example {
      members.append(("examples", .list([Double(example).map { .number($0) } ?? .text(example)])))
    }
    return .object(members)
  }

  private static let digits = "[0-9][0-9_]*(\\.[0-9]+)?(e[+-]?[0-9]+)?"
  private static var duration: String { "(\(digits) ?(ns|us|µs|ms|s|m|h|d))+" }
  private static var size: String { "\(digits) ?(B|KB|MB|GB|KiB|MiB|GiB)" }
  private static var count: String { "\(digits) ?[kMG]?" }
  private static var rate: String { "\(digits) ?[kMG]?/[smh]" }

  private static func schema(of shape: Shape) -> SchemaText {
    switch shape {
    case .count(let least, let most):
      return either([
        .object([
          ("type", .text("integer")), ("minimum", .number(Double(least))),
          ("maximum", .number(Double(most))),
        ]), pattern(count),
      ])
    case .number(let least, let most):
      return .object([
        ("type", .text("number")), ("minimum", .number(least)), ("maximum", .number(most)),
      ])
    case .share: return pattern("\(digits) ?%")
    case .duration: return pattern(duration)
    case .size: return pattern(size)
    case .rate: return pattern(rate)
    case .flag:
      return .object([
        (
          "enum",
          .list([.text("on"), .text("off"), .text("yes"), .text("no"), .flag(true), .flag(false)])
        )
      ])
    case .text: return .object([("type", .text("string"))])
    case .words(let words): return .object([("enum", .texts(words))])
    case .distribution(let measure):
      let value =
        switch measure {
        case .seconds: duration
        case .count: count
        case .bytes: size
        }
      let laws = Law.names(for: measure).joined(separator: "|")
      let text = pattern("(\(value)|(\(laws))\\(.*\\))")
      if case .count = measure { return either([.object([("type", .text("number"))]), text]) }
      return text
    case .call(let name, let argument):
      return argument == nil ? .object([("const", .text(name))]) : pattern("\(name)\\(.+\\)")
    case .either(let shapes): return either(shapes.map(schema))
    case .list(let element):
      return .object([("type", .text("array")), ("items", schema(of: element))])
    case .record(let fields):
      return .object([
        ("type", .text("object")),
        (
          "properties",
          .object(
            fields.map { field in
              guard case .object(let members) = schema(of: field.shape) else {
                return (field.name, .flag(true))
              }
              return (field.name, .object([("description", .text(field.help))] + members))
            })
        ),
        ("required", .texts(fields.filter(\.required).map(\.name))),
        ("additionalProperties", .flag(false)),
      ])
    }
  }

  private static func either(_ schemas: [SchemaText]) -> SchemaText {
    .object([("anyOf", .list(schemas))])
  }

  private static func pattern(_ text: String) -> SchemaText {
    .object([("type", .text("string")), ("pattern", .text("^\(text)$"))])
  }
}
