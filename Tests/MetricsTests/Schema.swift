// As much of JSON Schema as our own document uses, so that the schema can be tried on results
// without any tool. Whatever keyword it does not know it reports: the schema must not grow past
// what is tested.
import Basics

/// Everything that is wrong with the value; empty when the schema accepts it.
func complaints(
  about value: JSONValue, by schema: JSONValue, of root: JSONValue, at path: String = ""
)
  -> [String]
{
  guard case .object(let rules) = schema else { return ["\(path): the schema is no object"] }
  return rules.flatMap { rule -> [String] in
    switch (rule.key, rule.value) {
    case ("$schema", _), ("$id", _), ("title", _), ("description", _), ("$defs", _): return []
    case ("$ref", .string(let reference)):
      let name = String(reference.dropFirst("#/$defs/".count))
      guard let target = root["$defs"]?[name] else { return ["\(path): no definition \(name)"] }
      return complaints(about: value, by: target, of: root, at: path)
    case ("type", .string(let type)): return fits(value, type) ? [] : ["\(path): not \(type)"]
    case ("type", .array(let types)):
      return types.contains { type in
        if case .string(let name) = type { fits(value, name) } else { false }
      } ? [] : ["\(path): wrong type"]
    case ("const", let only): return value == only ? [] : ["\(path): not \(only)"]
    case ("enum", .array(let choices)):
      return choices.contains(value) ? [] : ["\(path): not a choice"]
    case ("minimum", .integer(let least)):
      if case .integer(let number) = value, number < least { return ["\(path): below \(least)"] }
      return []
    case ("pattern", .string("^[0-9]+$")):
      guard case .string(let text) = value else { return [] }
      return text.allSatisfy { $0.isASCII && $0.isNumber } ? [] : ["\(path): no digits"]
    case ("anyOf", .array(let choices)):
      return choices.contains { complaints(about: value, by: $0, of: root).isEmpty }
        ? [] : ["\(path): none of the choices"]
    case ("items", let items):
      guard case .array(let elements) = value else { return [] }
      return elements.flatMap { complaints(about: $0, by: items, of: root, at: path + "[]") }
    case ("minItems", .integer(let least)):
      if case .array(let elements) = value, elements.count < least { return ["\(path): too short"] }
      return []
    case ("maxItems", .integer(let most)):
      if case .array(let elements) = value, elements.count > most { return ["\(path): too long"] }
      return []
    case ("required", .array(let names)):
      return names.compactMap { name in
        guard case .string(let key) = name, value[key] == nil else { return nil }
        return "\(path): \(key) is missing"
      }
    case ("properties", _), ("additionalProperties", _):
      // Both are seen to at the first of the two.
      let known = schema["properties"]
      if rule.key == "additionalProperties", known != nil { return [] }
      guard case .object(let members) = value else { return [] }
      return members.flatMap { member -> [String] in
        let place = path + "." + member.key
        if let rules = known?[member.key] {
          return complaints(about: member.value, by: rules, of: root, at: place)
        }
        switch schema["additionalProperties"] {
        case .bool(false): return ["\(place): not known"]
        case .some(let rules):
          return complaints(about: member.value, by: rules, of: root, at: place)
        case nil: return []
        }
      }
    default: return ["\(path): the schema uses \(rule.key), which this test does not know"]
    }
  }
}

private func fits(_ value: JSONValue, _ type: String) -> Bool {
  switch (type, value) {
  case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
    ("null", .null), ("integer", .integer), ("number", .integer), ("number", .number):
    true
  default: false
  }
}
