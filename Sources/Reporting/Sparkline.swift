// A curve in a single line of text: eight heights of block, from the lowest to the highest value of
// the series. A gap in the series is a blank; a series that never moves is a low line.

public func sparkline(_ values: [Double?], width: Int) -> String {
  precondition(width > 0, "a sparkline needs room")
  let points = thinned(values, to: width)
  let known = points.compactMap { $0 }
  guard let low = known.min(), let high = known.max() else { return "" }
  let blocks = Array("\u{2581}\u{2582}\u{2583}\u{2584}\u{2585}\u{2586}\u{2587}\u{2588}")
  return String(
    points.map { value -> Character in
      guard let value else { return " " }
      guard high > low else { return blocks[0] }
      let level = Int((value - low) / (high - low) * Double(blocks.count))
      return blocks[min(level, blocks.count - 1)]
    })
}

/// Means of equal stretches, so that no point stands for more time than another.
private func thinned(_ values: [Double?], to width: Int) -> [Double?] {
  guard values.count > width else { return values.map { $0.flatMap { $0.isFinite ? $0 : nil } } }
  return (0..<width).map { place in
    let part = values[place * values.count / width..<(place + 1) * values.count / width]
      .compactMap { $0 }.filter(\.isFinite)
    return part.isEmpty ? nil : part.reduce(0, +) / Double(part.count)
  }
}
