// Laws of chance as a scenario writes them: 20s, exponential(20s), lognormal(median: 1.2s, sigma:
// 0.5), empirical(file). One table of laws drives the reading, the writing back and the pattern in
// the schema.
internal import Basics

/// What a law is about, which decides the unit of its arguments.
package enum Measure: String, Sendable, Hashable {
  case seconds, count, bytes

  func value(_ piece: Piece) throws(Flaw) -> Double {
    switch self {
    case .seconds: try Units.duration(piece)
    case .count: try Units.count(piece)
    case .bytes: try Units.size(piece)
    }
  }

  func show(_ value: Double) -> String {
    switch self {
    case .seconds: Text.seconds(value)
    case .count: Text.count(value)
    case .bytes: Text.size(value)
    }
  }

  /// What a fixed value or a mean may reach: 28 years, 10^9 things, an exabyte.
  var most: Double {
    switch self {
    case .seconds: Units.longestSeconds
    case .count: 1e9
    case .bytes: 1e18
    }
  }

  var example: String {
    switch self {
    case .seconds: "20s"
    case .count: "8"
    case .bytes: "600B"
    }
  }
}

struct Law: Sendable {
  struct Parameter: Sendable {
    var name: String
    /// nil: in the unit of the measure; else a plain number in this range.
    var plain: ClosedRange<Double>?
    /// Written with its name when shown, where the order alone would be a riddle.
    var named = false
    /// A mean of zero is no law.
    var positive = true
  }

  var name: String
  var parameters: [Parameter]
  var make: @Sendable ([Double]) -> Distribution
  var measures: [Measure] = [.seconds, .count, .bytes]

  /// The highest shape: past 10^4 an Erlang law is a fixed value.
  static let shapes = 1e-3...1e4

  static let all: [Law] = [
    Law(
      name: "fixed", parameters: [.init(name: "value", positive: false)],
      make: { .fixed($0[0]) }),
    Law(
      name: "uniform",
      parameters: [.init(name: "low", positive: false), .init(name: "high", positive: false)],
      make: { .uniform(low: $0[0], high: $0[1]) }),
    Law(
      name: "exponential", parameters: [.init(name: "mean")], make: { .exponential(mean: $0[0]) }),
    Law(
      name: "erlang", parameters: [.init(name: "shape", plain: 1...1e4), .init(name: "mean")],
      make: { .erlang(shape: Int($0[0]), mean: $0[1]) }),
    Law(
      name: "lognormal",
      parameters: [
        .init(name: "median", named: true), .init(name: "sigma", plain: 0...5, named: true),
      ],
      make: { .lognormal(median: $0[0], sigma: $0[1]) }),
    Law(
      name: "gamma", parameters: [.init(name: "shape", plain: shapes), .init(name: "mean")],
      make: { .gamma(shape: $0[0], mean: $0[1]) }),
    Law(
      name: "pareto",
      parameters: [
        // At a shape of 1 and below the mean is infinite and no run ever settles.
        .init(name: "minimum", named: true), .init(name: "shape", plain: 1.01...1e4, named: true),
      ],
      make: { .pareto(minimum: $0[0], shape: $0[1]) }),
    Law(
      name: "geometric", parameters: [.init(name: "mean")],
      make: { .geometric(mean: $0[0]) }, measures: [.count]),
  ]

  static func names(for measure: Measure) -> [String] {
    all.filter { $0.measures.contains(measure) }.map(\.name) + ["empirical"]
  }

  func read(_ call: Call, _ measure: Measure) throws(Flaw) -> Distribution {
    let pieces = try call.bound(to: parameters.map(\.name))
    var values: [Double] = []
    for (piece, parameter) in zip(pieces, parameters) {
      let value: Double
      if let range = parameter.plain {
        value = try within(range, try Units.number(piece), Text.number, at: piece.startIndex)
      } else {
        value = try within(
          0...measure.most, try measure.value(piece), measure.show, at: piece.startIndex)
        if parameter.positive, value <= 0 {
          throw Flaw(
            offset: piece.startIndex, reason: "the \(parameter.name) of \(name) is above zero")
        }
      }
      values.append(value)
    }
    switch name {
    case "uniform" where values[0] > values[1]:
      throw Flaw(
        offset: pieces[1].startIndex, reason: "uniform(low, high) has its high below its low")
    case "erlang" where floorOf(values[0]) != values[0]:
      throw Flaw(
        offset: pieces[0].startIndex,
        reason: "the shape of erlang is a whole number; gamma takes any")
    case "geometric" where values[0] < 1:
      throw Flaw(
        offset: pieces[0].startIndex, reason: "geometric counts from 1, so its mean is 1 or more")
    default: return make(values)
    }
  }
}

extension Distribution {
  /// Name and parameters, in the order of the table of laws.
  fileprivate var lawAndValues: (name: String, values: [Double])? {
    switch self {
    case .fixed(let value): ("fixed", [value])
    case .uniform(let low, let high): ("uniform", [low, high])
    case .exponential(let mean): ("exponential", [mean])
    case .erlang(let shape, let mean): ("erlang", [Double(shape), mean])
    case .lognormal(let median, let sigma): ("lognormal", [median, sigma])
    case .gamma(let shape, let mean): ("gamma", [shape, mean])
    case .pareto(let minimum, let shape): ("pareto", [minimum, shape])
    case .geometric(let mean): ("geometric", [mean])
    case .empirical: nil
    }
  }

  func text(_ measure: Measure) -> String {
    if case .fixed(let value) = self { return measure.show(value) }
    if case .empirical(let values) = self {
      // The content, not the file's name: a digest must change when the values do.
      let digest = Text.digest(values.map { Text.number($0) })
      return "empirical(\(values.count) values, \(digest))"
    }
    guard let (name, values) = lawAndValues, let law = Law.all.first(where: { $0.name == name })
    else { return "" }
    let parts = zip(values, law.parameters).map { value, parameter in
      (parameter.named ? "\(parameter.name): " : "")
        + (parameter.plain == nil ? measure.show(value) : Text.number(value))
    }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }
}

extension Syntax {
  static func distribution(_ measure: Measure) -> Syntax<Distribution> {
    Syntax<Distribution>(
      .distribution(measure),
      read: { node, reading in
        guard let piece = reading.scalar(node, wanted: .distribution(measure)) else { return nil }
        do throws(Flaw) {
          return try reading.distribution(piece, measure)
        } catch {
          reading.complain(node, offset: error.offset, error.reason)
          return nil
        }
      },
      show: { $0.text(measure) })
  }
}

extension Reading {
  func distribution(_ piece: Piece, _ measure: Measure) throws(Flaw) -> Distribution {
    guard let call = try Call.read(piece) else {
      return .fixed(
        try within(0...measure.most, try measure.value(piece), measure.show, at: piece.startIndex))
    }
    if call.name == "empirical" {
      let path = try call.bound(to: ["file"])[0]
      return .empirical(try empirical(path, measure))
    }
    guard let law = Law.all.first(where: { $0.name == call.name }), law.measures.contains(measure)
    else {
      let reason = unknownWord(call.name, of: Law.names(for: measure))
      throw Flaw(offset: call.offset, reason: reason)
    }
    guard call.arguments != nil else {
      let form = law.parameters.map(\.name).joined(separator: ", ")
      throw Flaw(
        offset: call.offset, reason: "\(law.name) needs its parameters: \(law.name)(\(form))")
    }
    return try law.read(call, measure)
  }
}
