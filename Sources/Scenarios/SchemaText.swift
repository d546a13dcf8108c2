// The little JSON that a schema is written in: values in the order given, printed with two spaces.
// It serves ScenarioSchema alone; results have their own, larger form.

indirect enum SchemaText {
  case text(String)
  case number(Double)
  case flag(Bool)
  case list([SchemaText])
  case object([(String, SchemaText)])

  static func texts(_ texts: [String]) -> SchemaText { .list(texts.map { .text($0) }) }

  func written(indent: Int = 0) -> String {
    let pad = String(repeating: "  ", count: indent + 1)
    let end = String(repeating: "  ", count: indent)
    switch self {
    case .text(let text): return SchemaText.quoted(text)
    case .number(let number): return Text.number(number)
    case .flag(let flag): return flag ? "true" : "false"
    case .list(let items):
      let parts = items.map { $0.written(indent: indent + 1) }
      let line = "[" + parts.joined(separator: ", ") + "]"
      // A list that fits a line of the house's width stays on one.
      if line.count + indent * 2 < 88, !line.contains("\n") { return line }
      return "[\n" + parts.map { pad + $0 }.joined(separator: ",\n") + "\n\(end)]"
    case .object(let members):
      let parts = members.map { SchemaText.quoted($0.0) + ": " + $0.1.written(indent: indent + 1) }
      let line = "{" + parts.joined(separator: ", ") + "}"
      if line.count + indent * 2 < 60, !line.contains("\n") { return line }
      return "{\n" + parts.map { pad + $0 }.joined(separator: ",\n") + "\n\(end)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
