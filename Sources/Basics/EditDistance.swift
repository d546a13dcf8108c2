// "Did you mean": how far apart two words are, and which known word a mistyped one was probably
// meant to be. Used for metric names, scenario keys and flags, so that every complaint guesses in
// the same way.

/// Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string
/// alignment).
public func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.unicodeScalars)
  let b = Array(b.unicodeScalars)
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, beforeLast[j - 1] + 1)
      }
      row.append(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}

/// The candidate closest to the word, or nil where none is close: a wrong guess is worse than no
/// guess. The first of equally close candidates wins, so the answer does not depend on anything but
/// the arguments.
public func nearest(to word: String, among candidates: [String]) -> String? {
  // A third of the word may be wrong, as in git and in compilers; longer words than 64 are not
  // typing mistakes.
  let length = word.unicodeScalars.count
  guard length > 0, length <= 64 else { return nil }
  let limit = max(1, length / 3)
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    guard (candidate.unicodeScalars.count - length).magnitude <= limit else { continue }
    let distance = editDistance(word, candidate)
    if distance <= limit, best.map({ distance < $0.distance }) ?? true {
      best = (candidate, distance)
    }
  }
  return best?.word
}
