// One of n, by popularity: uniform, or by rank with Zipf's weights (inverse of the cumulated
// weights).
public import Basics

public struct Chooser: ~Copyable {
  private let count: Int
  private let cumulated: Table<Double>

  public init(_ popularity: Popularity, count: Int) {
    self.count = count
    switch popularity {
    case .uniform: cumulated = Table()
    case .zipf(let exponent):
      var table = Table<Double>(capacity: count)
      var sum = 0.0
      for rank in 1...max(1, count) {
        sum += power(Double(rank), -exponent)
        table.append(sum)
      }
      cumulated = table
    }
  }

  public func index(_ draw: Draw) -> Int {
    var draw = draw
    if cumulated.isEmpty { return draw.index(below: count) }
    let wanted = draw.uniform() * cumulated[count - 1]
    var low = 0
    var high = count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulated[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
