// Who is compared: each variant of each result, with the one label and the one colour it has in all
// tables and pictures. Past a page's colours contenders are drawn in grey, so that twenty variants
// stay a picture and not a knot.
public import Metrics

/// A result and what to call it where there are several, usually its folder.
public struct NamedResult: Equatable, Sendable {
  public var name: String
  public var result: RunResult

  public init(name: String, result: RunResult) {
    self.name = name
    self.result = result
  }
}

public struct Contender: Equatable, Sendable {
  /// Unique among the contenders of a page.
  public let label: String
  public let variant: VariantResult
  /// Index of its result.
  public let source: Int
  /// Index among the contenders.
  public let place: Int

  /// The number of its colour: its place, unless a simulated and a live result of one scenario are
  /// shown together. One variant then has one colour, whoever ran it.
  public let hue: Int

  /// Colours that people, the colour-blind among them, tell apart.
  static let colours = 8

  /// The colour; nil for those drawn in grey.
  var colour: Int? { hue < Contender.colours ? hue : nil }

  public static func all(of results: [NamedResult]) -> [Contender] {
    var labels: [String] = []
    var found: [Contender] = []
    let isMixed = Set(results.map(\.result.kind)).count > 1
    var variants: [String] = []
    for (source, named) in results.enumerated() {
      for variant in named.result.variants {
        var label = variant.name
        if results.count > 1 {
          let isAlone = results.allSatisfy { $0.result.variants.count == 1 }
          label = isAlone ? named.name : "\(named.name): \(variant.name)"
        }
        // Two folders may have one name.
        var unique = label
        var number = 2
        while labels.contains(unique) {
          unique = "\(label) (\(number))"
          number += 1
        }
        labels.append(unique)
        if !variants.contains(variant.name) { variants.append(variant.name) }
        let hue = isMixed ? variants.firstIndex(of: variant.name) ?? found.count : found.count
        found.append(
          Contender(label: unique, variant: variant, source: source, place: found.count, hue: hue))
      }
    }
    return found
  }

  func value(_ metric: String, _ statistic: Statistic? = nil) -> Double? {
    variant[metric]?.value(statistic)
  }

  func series(_ name: String) -> SeriesResult? { variant.series.first { $0.name == name } }
}
