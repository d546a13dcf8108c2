// The runs that a file asks for beside its base: named variants, and a sweep, which is one variant
// for each combination of values. Both become layers over the file; nothing here reads a value.

enum Variants {
  /// Two hundred columns are more than any page of comparison shows.
  static let most = 200
  static let longestName = 80

  static func layers(
    variants: YAMLPair?, sweep: YAMLPair?, source: String, _ reading: inout Reading
  ) -> [Layer] {
    reading.source = source
    var layers: [Layer] = []
    if let variants { layers += named(variants, source, &reading) }
    if let sweep { layers += swept(sweep, source, &reading) }
    var seen: Set<String> = []
    for layer in layers {
      guard case .variant(let name) = layer.kind else { continue }
      if !seen.insert(name).inserted, let node = variants?.key ?? sweep?.key {
        reading.key = "variants.\(Spelling.clipped(name))"
        reading.complain(node, "two variants have this name")
      }
    }
    if layers.count > most, let node = sweep?.key ?? variants?.key {
      reading.key = sweep == nil ? "variants" : "sweep"
      reading.complain(node, "makes \(layers.count) variants; \(most) is the limit")
      return []
    }
    return layers
  }

  private static func named(_ pair: YAMLPair, _ source: String, _ reading: inout Reading) -> [Layer]
  {
    reading.key = "variants"
    guard let pairs = pair.value.mapping else {
      reading.complain(
        pair.value, "maps names to keys and values, so it is not \(pair.value.kindName)")
      return []
    }
    var layers: [Layer] = []
    for item in pairs {
      let name = item.name
      reading.key = "variants.\(Spelling.clipped(name))"
      if let reason = complaint(about: name) {
        reading.complain(item.key, reason)
        continue
      }
      guard let keys = item.value.mapping else {
        reading.complain(item.value, "holds keys and values: {app.pattern: isolated}")
        continue
      }
      var layer = Layer(kind: .variant(name), source: source)
      layer.take(keys, dotted: true, &reading)
      layers.append(layer)
    }
    return layers
  }

  private static func complaint(about name: String) -> String? {
    if name == "base" { return "the file itself is the variant base" }
    if name.isEmpty { return "a variant needs a name" }
    if name.unicodeScalars.count > longestName {
      return "a name has at most \(longestName) characters"
    }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" || $0.value == 0x7F }) {
      return "a name holds no slash and no control character: it becomes a file's name"
    }
    return nil
  }

  private struct Axis {
    var label: String
    var key: YAMLNode
    var values: [YAMLNode]
  }

  private static func swept(_ pair: YAMLPair, _ source: String, _ reading: inout Reading) -> [Layer]
  {
    reading.key = "sweep"
    guard let pairs = pair.value.mapping, !pairs.isEmpty else {
      reading.complain(pair.value, "maps keys to lists of values: {app.sessions.limit: [10, 50]}")
      return []
    }
    var axes: [Axis] = []
    var total = 1
    for item in pairs {
      reading.key = "sweep.\(Spelling.clipped(item.name))"
      guard let values = item.value.sequence, !values.isEmpty else {
        reading.complain(item.value, "a list of values is wanted here")
        return []
      }
      total = total.multipliedReportingOverflow(by: values.count).partialValue
      guard values.count <= most, total <= most else {
        reading.key = "sweep"
        reading.complain(pair.key, "makes more than \(most) variants, which is the limit")
        return []
      }
      axes.append(Axis(label: label(item.name, among: pairs), key: item.key, values: values))
    }
    return product(of: axes).map { point in
      let names = point.map { axis, index in "\(axis.label)=\(text(axis.values[index], index))" }
      var layer = Layer(kind: .variant(names.joined(separator: ",")), source: source)
      let chosen = point.map { YAMLPair(key: $0.key, value: $0.values[$1]) }
      layer.take(chosen, dotted: true, &reading)
      return layer
    }
  }

  /// In the order in which one reads the lists: the last key changes fastest.
  private static func product(of axes: [Axis]) -> [[(Axis, Int)]] {
    var points: [[(Axis, Int)]] = [[]]
    for axis in axes {
      points = points.flatMap { point in axis.values.indices.map { point + [(axis, $0)] } }
    }
    return points
  }

  /// The last part of the key where that is enough to tell the swept keys apart.
  private static func label(_ path: String, among pairs: [YAMLPair]) -> String {
    func leaf(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }
    let own = leaf(path)
    return pairs.filter { leaf($0.name) == own }.count == 1 ? own : path
  }

  private static func text(_ node: YAMLNode, _ index: Int) -> String {
    guard let text = node.scalar, complaint(about: text) == nil else { return "#\(index + 1)" }
    return text
  }
}
