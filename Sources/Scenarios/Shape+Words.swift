// A shape in words: for complaints ("a duration is wanted here") and for the column of the table in
// the docs.
internal import Basics

extension Shape {
  package var words: String {
    switch self {
    case .count(let least, let most) where least == most: "\(least)"
    case .count(let least, let most): "a count from \(least) to \(Shape.short(most))"
    case .number(let least, let most): "a number from \(Text.number(least)) to \(Text.number(most))"
    case .share(let least, let most):
      "a share from \(Text.share(least)) to \(Text.share(most))"
    case .duration(let least, _): least == "0s" ? "a duration" : "a duration of \(least) or more"
    case .size: "a size"
    case .rate: "a rate"
    case .flag: "on or off"
    case .text: "a text"
    case .words(let words): words.joined(separator: " | ")
    case .distribution(let measure):
      switch measure {
      case .seconds: "a law of durations"
      case .count: "a law of counts"
      case .bytes: "a law of sizes"
      }
    case .call(let name, let argument): argument.map { "\(name)(\($0))" } ?? name
    case .either(let shapes): shapes.map(\.words).joined(separator: " | ")
    case .list(let element):
      switch element {
      case .record: "a list of \(element.words)"
      case .text: "a list of texts"
      default: "a list of: \(element.words)"
      }
    case .record(let fields):
      "{" + fields.map { $0.required ? $0.name : "\($0.name)?" }.joined(separator: ", ") + "}"
    }
  }

  private static func short(_ number: Int) -> String {
    switch number {
    case 1 << 53: "2^53"
    case 1_000_000...: number % 1_000_000 == 0 ? "\(number / 1_000_000)M" : "\(number)"
    case 10_000...: number % 1_000 == 0 ? "\(number / 1_000)k" : "\(number)"
    default: "\(number)"
    }
  }
}
