// What happened in a run that casts doubt on its figures, each kind of it once, with how often; the
// first kinds are kept, and how many more there were.

package struct RunNotes: Sendable {
  private var texts: [String] = []
  private var counts: [Int] = []
  private var others = 0

  private static let most = 20

  package init() {}

  package mutating func add(_ text: String) {
    if let place = texts.firstIndex(of: text) {
      counts[place] += 1
    } else if texts.count < RunNotes.most {
      texts.append(text)
      counts.append(1)
    } else {
      others += 1
    }
  }

  package var sentences: [String] {
    let kept = zip(texts, counts).map { $1 == 1 ? $0 : "\($1) x \($0)" }
    return others == 0 ? kept : kept + ["\(others) more like these"]
  }
}
