// Text to expectations: `metric[.statistic] operator number[unit]`. Every mistake is a typed value
// with the column it begins at; the wording is made here and nowhere else. A unit is asked for
// wherever the metric has one, because "< 4" of a time is a question, not a bound.
internal import Basics

public struct ExpectationError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case empty
    case unknownMetric(String, suggestion: String?)
    case missingStatistic(metric: String)
    case unknownStatistic(String, suggestion: String?)
    case statisticOfSingleValue(metric: String)
    case missingOperator
    case unknownOperator(String, suggestion: String?)
    case missingBound
    case malformedNumber(String)
    case missingUnit(of: MetricUnit)
    case unknownUnit(String, of: MetricUnit)
  }

  public var reason: Reason
  /// From 1, in characters of the expectation.
  public var column: Int

  public var description: String { "column \(column): \(words)" }

  private var words: String {
    func guess(_ suggestion: String?) -> String { suggestion.map { "; did you mean \($0)?" } ?? "" }
    let statistics = Statistic.allCases.map(\.rawValue).joined(separator: ", ")
    switch reason {
    case .empty: return "an expectation is a metric, an operator and a bound"
    case .unknownMetric(let name, let suggestion):
      return "there is no metric \(name)\(guess(suggestion))"
    case .missingStatistic(let metric):
      return "\(metric) is a time: say which of \(statistics), as in \(metric).p95"
    case .unknownStatistic(let name, let suggestion):
      return "\(name) is none of \(statistics)\(guess(suggestion))"
    case .statisticOfSingleValue(let metric):
      return "\(metric) is a single value, without statistics"
    case .missingOperator: return "an operator is missing: one of < <= > >= == !="
    case .unknownOperator(let mark, let suggestion):
      return "\(mark) is no operator\(guess(suggestion))"
    case .missingBound: return "the bound is missing"
    case .malformedNumber(let text): return "\(text) is not a number"
    case .missingUnit(let unit):
      return "the bound needs a unit: one of \(unit.suffixes.map(\.name).joined(separator: ", "))"
    case .unknownUnit(let name, let unit):
      let known = unit.suffixes.map(\.name).joined(separator: ", ")
      return known.isEmpty
        ? "the bound is a plain number, without \(name)"
        : "\(name) is no unit here: one of \(known)"
    }
  }
}

extension MetricUnit {
  /// What may follow a bound, and what it makes of the number: times the one, over the other. Two
  /// whole numbers instead of one factor, so that 5 % is the double 0.05 and 45ms is 0.045.
  var suffixes: [(name: String, times: Double, over: Double)] {
    switch self {
    case .seconds:
      [("ns", 1, 1e9), ("us", 1, 1e6), ("ms", 1, 1e3), ("s", 1, 1), ("m", 60, 1), ("h", 3600, 1)]
    case .bytes: [("B", 1, 1), ("KiB", 0x1p10, 1), ("MiB", 0x1p20, 1), ("GiB", 0x1p30, 1)]
    case .ratio: [("%", 1, 100)]
    case .perSecond: [("/s", 1, 1), ("/m", 1, 60)]
    case .count, .factor: []
    }
  }

  /// A ratio may be written either way; counts and factors are plain numbers.
  var needsSuffix: Bool {
    switch self {
    case .seconds, .bytes, .perSecond: true
    case .count, .factor, .ratio: false
    }
  }
}

extension Expectation {
  public init(parsing text: String) throws(ExpectationError) {
    var parser = ExpectationParser(text)
    self = try parser.expectation()
  }
}

private func isMark(_ character: Character) -> Bool { "<>=!".contains(character) }

private func trimmed(_ text: String) -> String {
  var rest = text[...].drop { $0.isWhitespace }
  while rest.last?.isWhitespace == true { rest.removeLast() }
  return String(rest)
}

private struct ExpectationParser {
  let text: String
  let characters: [Character]
  var at = 0

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  mutating func expectation() throws(ExpectationError) -> Expectation {
    skipSpace()
    guard at < characters.count else { throw error(.empty) }
    let start = at
    let name = take { !$0.isWhitespace && !isMark($0) }
    let (metric, statistic) = try figure(name, at: start)
    skipSpace()
    let comparison = try comparison()
    skipSpace()
    let unit = statistic == .count ? MetricUnit.count : metric.unit
    let bound = try bound(in: unit)
    return Expectation(
      text: trimmed(text), metric: metric, statistic: statistic, comparison: comparison,
      bound: bound)
  }

  private func figure(
    _ name: String, at start: Int
  ) throws(ExpectationError) -> (MetricDefinition, Statistic?) {
    if let metric = MetricCatalog.definition(named: name) {
      if metric.kind == .time { throw error(.missingStatistic(metric: name), at: start) }
      return (metric, nil)
    }
    // The longest known name that the text begins with, and after it a point and a statistic.
    for metric in MetricCatalog.all where name.hasPrefix(metric.name + ".") {
      let suffix = String(name.dropFirst(metric.name.count + 1))
      let place = start + metric.name.count + 1
      guard metric.kind == .time else {
        throw error(.statisticOfSingleValue(metric: metric.name), at: place)
      }
      guard let statistic = Statistic(rawValue: suffix) else {
        let guess = nearest(to: suffix, among: Statistic.allCases.map(\.rawValue))
        throw error(.unknownStatistic(suffix, suggestion: guess), at: place)
      }
      return (metric, statistic)
    }
    let known = MetricCatalog.all.flatMap { metric in
      metric.kind == .time
        ? Statistic.allCases.map { "\(metric.name).\($0.rawValue)" } : [metric.name]
    }
    let guess = nearest(to: name, among: known)
    throw error(.unknownMetric(name, suggestion: guess), at: start)
  }

  private mutating func comparison() throws(ExpectationError) -> Expectation.Comparison {
    let start = at
    guard at < characters.count else { throw error(.missingOperator) }
    let mark = take(isMark)
    if let comparison = Expectation.Comparison(rawValue: mark) { return comparison }
    if mark.isEmpty { throw error(.missingOperator, at: start) }
    let guesses = ["=": "==", "=<": "<=", "=>": ">=", "<>": "!=", "!": "!=", "===": "=="]
    throw error(.unknownOperator(mark, suggestion: guesses[mark]), at: start)
  }

  /// Everything after the operator: a number, perhaps a space, perhaps a unit.
  private mutating func bound(in unit: MetricUnit) throws(ExpectationError) -> Double {
    let start = at
    guard at < characters.count else { throw error(.missingBound) }
    let digits = take { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
    guard let first = digits.first(where: { $0 != "-" && $0 != "+" }), first.isNumber,
      digits.last?.isNumber == true, let number = Double(digits)
    else {
      let wrong = String(characters[start...].prefix { !$0.isWhitespace })
      throw error(.malformedNumber(wrong), at: start)
    }
    skipSpace()
    let unitStart = at
    var suffix = trimmed(String(characters[at...]))
    if suffix.isEmpty {
      if unit.needsSuffix { throw error(.missingUnit(of: unit), at: unitStart) }
      return number
    }
    // "\u{B5}s" is how the SI writes microseconds; the other letter that looks the same is the
    // Greek one.
    if unit == .seconds, suffix == "\u{B5}s" || suffix == "\u{3BC}s" { suffix = "us" }
    guard let known = unit.suffixes.first(where: { $0.name == suffix }) else {
      throw error(.unknownUnit(suffix, of: unit), at: unitStart)
    }
    return number * known.times / known.over
  }

  private mutating func take(_ belongs: (Character) -> Bool) -> String {
    let start = at
    while at < characters.count, belongs(characters[at]) { at += 1 }
    return String(characters[start..<at])
  }

  private mutating func skipSpace() {
    while at < characters.count, characters[at].isWhitespace { at += 1 }
  }

  private func error(_ reason: ExpectationError.Reason, at place: Int? = nil) -> ExpectationError {
    ExpectationError(reason: reason, column: (place ?? at) + 1)
  }
}
