// Values of several fields: stages, spikes and changes of the fleet, each a list of small mappings.
// A field that is missing, repeated or unknown is complained about where it stands.
internal import Basics
internal import CLIModel

/// The fields of one mapping, while they are read.
struct RecordReader {
  let node: YAMLNode
  private let values: [String: YAMLNode]
  private(set) var sound = true

  init(_ node: YAMLNode, fields: [RecordField], _ reading: inout Reading) {
    self.node = node
    var values: [String: YAMLNode] = [:]
    let names = fields.map(\.name)
    if let pairs = node.mapping {
      for pair in pairs {
        if names.contains(pair.name) {
          values[pair.name] = pair.value
        } else {
          reading.complain(pair.key, unknownWord(pair.name, of: names))
          sound = false
        }
      }
      for field in fields where field.required && values[field.name] == nil {
        reading.complain(node, "\(field.name) is missing: \(field.help)")
        sound = false
      }
    } else {
      reading.complain(node, "\(Shape.record(fields).words) is wanted here, not \(node.kindName)")
      sound = false
    }
    self.values = values
  }

  func node(of name: String) -> YAMLNode? { values[name] }

  mutating func value<Value>(_ name: String, _ syntax: Syntax<Value>, _ reading: inout Reading)
    -> Value?
  {
    guard let node = values[name] else { return nil }
    let value = syntax.read(node, &reading)
    if value == nil { sound = false }
    return value
  }
}

extension Syntax {
  static func list<Element: Sendable>(_ element: Syntax<Element>, most: Int) -> Syntax<[Element]> {
    Syntax<[Element]>(
      .list(element.shape),
      read: { node, reading in
        guard let items = node.sequence else {
          reading.complain(node, "a list is wanted here, not \(node.kindName)")
          return nil
        }
        guard items.count <= most else {
          reading.complain(node, "\(items.count) entries; \(most) is the limit")
          return nil
        }
        var values: [Element] = []
        for item in items {
          if let value = element.read(item, &reading) { values.append(value) }
        }
        return values.count == items.count ? values : nil
      },
      show: { "[" + $0.map(element.show).joined(separator: ", ") + "]" })
  }

  static var stage: Syntax<Stage> {
    let fields = [
      RecordField(
        name: "for", shape: Syntax<Interval>.duration().shape, required: true,
        help: "How long the stage lasts; 0s makes a step."),
      RecordField(name: "rate", shape: .rate, required: true, help: "The rate it begins with."),
      RecordField(
        name: "to", shape: .rate, required: false,
        help: "The rate it ends with; else it is level."),
    ]
    return Syntax<Stage>(
      .record(fields),
      read: { node, reading in
        var record = RecordReader(node, fields: fields, &reading)
        let length = record.value("for", .duration(), &reading)
        let rate = record.value("rate", .rate, &reading)
        let to = record.value("to", .rate, &reading)
        guard record.sound, let length, let rate else { return nil }
        return Stage(length: length, rate: rate, to: to)
      },
      show: { stage in
        let to = stage.to.map { ", to: \(Text.rate($0))" } ?? ""
        return "{for: \(Text.duration(stage.length)), rate: \(Text.rate(stage.rate))\(to)}"
      })
  }

  static var spike: Syntax<Spike> {
    let fields = [
      RecordField(
        name: "at", shape: Syntax<Interval>.duration().shape, required: true,
        help: "When it begins, from the start of the run."),
      RecordField(
        name: "for", shape: Syntax<Interval>.duration().shape, required: true,
        help: "How long it lasts."),
      RecordField(name: "rate", shape: .rate, required: true, help: "What it adds to the rate."),
    ]
    return Syntax<Spike>(
      .record(fields),
      read: { node, reading in
        var record = RecordReader(node, fields: fields, &reading)
        let at = record.value("at", .duration(), &reading)
        let length = record.value("for", .duration(.milliseconds(1)), &reading)
        let rate = record.value("rate", .rate, &reading)
        guard record.sound, let at, let length, let rate else { return nil }
        return Spike(at: at, length: length, rate: rate)
      },
      show: {
        "{at: \(Text.duration($0.at)), for: \(Text.duration($0.length)), "
          + "rate: \(Text.rate($0.rate))}"
      })
  }

  static var change: Syntax<FleetChange> {
    let servers = Syntax<Int>.count(1...100_000)
    let fields = [
      RecordField(
        name: "at", shape: Syntax<Interval>.duration().shape, required: true,
        help: "When, from the start of the run."),
      RecordField(name: "add", shape: servers.shape, required: false, help: "Servers that join."),
      RecordField(
        name: "remove", shape: servers.shape, required: false,
        help: "Servers that drain, then stop."),
      RecordField(
        name: "lose", shape: servers.shape, required: false,
        help: "Servers that are killed; unflushed turns are lost."),
      RecordField(
        name: "back-after", shape: Syntax<Interval>.duration().shape, required: false,
        help: "With lose: when they are back."),
    ]
    return Syntax<FleetChange>(
      .record(fields),
      read: { node, reading in
        var record = RecordReader(node, fields: fields, &reading)
        let at = record.value("at", .duration(), &reading)
        let back = record.value("back-after", .duration(), &reading)
        var kinds: [FleetChange.Kind] = []
        if let count = record.value("add", servers, &reading) { kinds.append(.add(count)) }
        if let count = record.value("remove", servers, &reading) { kinds.append(.remove(count)) }
        if let count = record.value("lose", servers, &reading) {
          kinds.append(.lose(count, backAfter: back))
        }
        guard record.sound, let at else { return nil }
        guard kinds.count == 1, let kind = kinds.first else {
          reading.complain(node, "one of add, remove and lose is wanted in each change")
          return nil
        }
        if let late = record.node(of: "back-after"), record.node(of: "lose") == nil {
          reading.complain(late, "back-after goes with lose only")
          return nil
        }
        return FleetChange(at: at, kind: kind)
      },
      show: { change in
        let what =
          switch change.kind {
          case .add(let count): "add: \(count)"
          case .remove(let count): "remove: \(count)"
          case .lose(let count, let back):
            "lose: \(count)" + (back.map { ", back-after: \(Text.duration($0))" } ?? "")
          }
        return "{at: \(Text.duration(change.at)), \(what)}"
      })
  }

  static var expectations: Syntax<[Expectation]> {
    let text = Syntax<String>.text(most: 200)
    let one = Syntax<Expectation>(
      .text,
      read: { node, reading in
        guard let value = text.read(node, &reading) else { return nil }
        if let problem = reading.expectation(value) {
          reading.complain(node, offset: max(0, problem.column - 1), problem.reason)
          return nil
        }
        let place = Position(file: reading.source, line: node.line, column: node.column)
        return Expectation(text: value, position: place)
      },
      show: { $0.text })
    return list(one, most: 100)
  }
}
