// One way to compare with a reference value that is printed with six decimals.
// Half a unit of the last place, and a little for the rounding of the printed value itself.
import Testing

func expectClose(
  _ value: Double, _ expected: Double, within tolerance: Double = 5.1e-7, _ what: String = "",
  at location: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(value - expected) <= tolerance, "\(what) is \(value), expected \(expected)",
    sourceLocation: location)
}

func expectRelative(
  _ value: Double, _ expected: Double, within tolerance: Double, _ what: String = "",
  at location: SourceLocation = #_sourceLocation
) {
  expectClose(value, expected, within: tolerance * abs(expected), what, at: location)
}
