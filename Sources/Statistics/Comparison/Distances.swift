// How far two samples are apart as wholes. Distances, not p-values: with enough samples a test
// rejects every model, while a distance says how wrong it is.

public enum Distances {
  /// Largest difference of the two distribution functions, 0...1 (Kolmogorov and Smirnov).
  public static func kolmogorovSmirnov(_ first: [Double], _ second: [Double]) -> Double {
    var largest = 0.0
    walk(first, second) { gap, _ in largest = max(largest, abs(gap)) }
    return largest
  }

  /// Area between the two distribution functions (Wasserstein-1), in the unit of the values.
  public static func wasserstein(_ first: [Double], _ second: [Double]) -> Double {
    var area = 0.0
    walk(first, second) { gap, width in area += abs(gap) * width }
    return area
  }

  /// Difference of the distribution functions after each distinct value, with the distance to the
  /// next one (zero after the last).
  private static func walk(
    _ first: [Double], _ second: [Double], visit: (_ gap: Double, _ width: Double) -> Void
  ) {
    precondition(!first.isEmpty && !second.isEmpty, "a distance needs two samples")
    precondition((first + second).allSatisfy { !$0.isNaN }, "a sample holds not-a-number")
    let a = first.sorted()
    let b = second.sorted()
    var i = 0
    var j = 0
    while i < a.count || j < b.count {
      let value = min(i < a.count ? a[i] : .infinity, j < b.count ? b[j] : .infinity)
      while i < a.count && a[i] <= value { i += 1 }
      while j < b.count && b[j] <= value { j += 1 }
      let next = min(i < a.count ? a[i] : .infinity, j < b.count ? b[j] : .infinity)
      visit(
        Double(i) / Double(a.count) - Double(j) / Double(b.count),
        next == .infinity ? 0 : next - value)
    }
  }
}
