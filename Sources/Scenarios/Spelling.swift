// "Did you mean": the known word that a mistyped one is closest to, and the clipping of whatever a
// user typed before it goes into a sentence. Pure text; every complaint that guesses does so here.

enum Spelling {
  /// Longer quotations hide the sentence around them.
  static let longestQuote = 60

  static func clipped(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if count == longestQuote { return String(kept) + "…" }
      // Control characters would break the one-line form of a complaint.
      kept.append(scalar.value < 0x20 || scalar.value == 0x7F ? "␣" : scalar)
      count += 1
    }
    return String(kept)
  }

  /// `; did you mean app.pattern?`, or nothing where no candidate is near.
  static func hint(for word: String, among candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }

  static func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.lowercased().unicodeScalars.prefix(longestQuote))
    // A third of the letters may be wrong, and at least two: `patern` and `ruting` are one away.
    let limit = max(2, letters.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(letters, Array(candidate.unicodeScalars), limit: limit)
      // Two wrong letters of a three-letter word are another word.
      guard distance <= limit, distance < max(letters.count, 2) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// Levenshtein's distance with neighbours swapped at the price of one; `limit + 1` when it is
  /// larger.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], limit: Int) -> Int {
    if (a.count - b.count).magnitude > limit { return limit + 1 }
    var older = [Int](repeating: 0, count: b.count + 1)
    var old = Array(0...b.count)
    for i in 0..<a.count {
      var row = [Int](repeating: i + 1, count: b.count + 1)
      for j in 0..<b.count {
        var least = min(old[j] + (a[i] == b[j] ? 0 : 1), old[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, older[j - 1] + 1) }
        row[j + 1] = least
      }
      older = old
      old = row
    }
    return old[b.count]
  }
}
