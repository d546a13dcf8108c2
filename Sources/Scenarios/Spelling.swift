// "Did you mean": the known word that a mistyped one is closest to, and the clipping of whatever a
// user typed before it goes into a sentence. Pure text; every complaint that guesses does so here.
internal import Basics

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
    let letters = word.lowercased().unicodeScalars.prefix(longestQuote)
    let typed = String(String.UnicodeScalarView(letters))
    // A third of the letters may be wrong, and at least two: `patern` and `ruting` are one away.
    let limit = max(2, letters.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      // Lengths alone tell most candidates apart.
      guard (candidate.unicodeScalars.count - letters.count).magnitude <= limit else { continue }
      let distance = editDistance(typed, candidate)
      // Two wrong letters of a three-letter word are another word.
      guard distance <= limit, distance < max(letters.count, 2) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
  }
}
