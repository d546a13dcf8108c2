// One source of values: the file, a variant, a point of a sweep, the flags. A mapping, nested or
// dotted, is flattened here to keys and their nodes; unknown keys are complained of; layers are
// then laid over one another.

struct Assignment {
  /// Index in `ScenarioKeys.all`.
  var place: Int
  var key: YAMLNode
  var value: YAMLNode
}

struct Layer {
  enum Kind {
    case file, setting
    case variant(String)
  }
  var kind: Kind
  var source: String
  var assignments: [Assignment] = []

  /// Takes a mapping's pairs. `dotted`: whether `app.pattern` may stand for a nested mapping.
  mutating func take(_ pairs: [YAMLPair], dotted: Bool, _ reading: inout Reading) {
    reading.source = source
    for pair in pairs { take(pair, under: "", dotted: dotted, &reading) }
  }

  mutating func take(_ pair: YAMLPair, under parent: String, dotted: Bool, _ reading: inout Reading)
  {
    let name = pair.name
    let path = parent.isEmpty ? name : parent + "." + name
    reading.key = Spelling.clipped(path)
    if name.contains("."), !dotted, ScenarioKeys.place(of: path) != nil {
      reading.complain(
        pair.key, "is written nested in the file; dotted keys are for variants, sweep and --set")
      return
    }
    if ScenarioKeys.names(under: path) != nil, !path.isEmpty {
      takeGroup(path, pair, dotted: dotted, &reading)
    } else if let place = ScenarioKeys.place(of: path) {
      assign(place, pair, &reading)
    } else {
      let isSpecial = ScenarioKeys.special.contains(name)
      let hint =
        isSpecial
        ? "; it stands at the top of a file only"
        : reading.complaints.isFull ? "" : ScenarioKeys.hint(for: name, under: parent)
      reading.complain(pair.key, "is not a key" + hint)
    }
  }

  private mutating func takeGroup(
    _ path: String, _ pair: YAMLPair, dotted: Bool, _ reading: inout Reading
  ) {
    if let inner = pair.value.mapping {
      for item in inner { take(item, under: path, dotted: dotted, &reading) }
    } else if let place = ScenarioKeys.short(of: path), !pair.value.isEmpty {
      assign(place, pair, &reading)
    } else {
      let names = (ScenarioKeys.names(under: path) ?? []).joined(separator: ", ")
      reading.complain(pair.value, "holds a mapping of \(names)")
    }
  }

  private mutating func assign(_ place: Int, _ pair: YAMLPair, _ reading: inout Reading) {
    let path = ScenarioKeys.all[place].path
    reading.key = path
    if let first = assignments.first(where: { $0.place == place }), !isSetting {
      reading.complain(pair.key, "is given twice; first on line \(first.key.line)")
      return
    }
    assignments.append(Assignment(place: place, key: pair.key, value: pair.value))
  }

  /// A later flag overrides an earlier one, as flags do everywhere.
  private var isSetting: Bool { if case .setting = kind { true } else { false } }
}

/// A draft with the origin of each of its values.
struct LayeredDraft {
  var draft = Draft()
  private(set) var origins: [Origin]
  private(set) var positions: [Position?]

  init() {
    origins = [Origin](repeating: .fallback, count: ScenarioKeys.all.count)
    positions = [Position?](repeating: nil, count: ScenarioKeys.all.count)
  }

  mutating func apply(_ layer: Layer, _ reading: inout Reading) {
    for assignment in layer.assignments {
      let key = ScenarioKeys.all[assignment.place]
      reading.source = layer.source
      reading.key = key.path
      guard key.read(assignment.value, &reading, &draft) else { continue }
      let position = Position(
        file: layer.source, line: assignment.value.line, column: assignment.value.column)
      positions[assignment.place] = position
      origins[assignment.place] =
        switch layer.kind {
        case .file: .file(position)
        case .setting: .setting
        case .variant(let name): .variant(name)
        }
    }
  }

  mutating func mark(_ path: String, _ origin: Origin) {
    if let place = ScenarioKeys.place(of: path) { origins[place] = origin }
  }

  func isStated(_ path: String) -> Bool {
    ScenarioKeys.place(of: path).map { origins[$0] != .fallback } ?? false
  }

  func position(of path: String) -> Position? {
    ScenarioKeys.place(of: path).flatMap { positions[$0] }
  }
}
