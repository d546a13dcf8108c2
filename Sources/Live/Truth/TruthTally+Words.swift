// How much was looked at, in a sentence of the result: where nobody looks nothing is found.
internal import Truth

extension TruthTally {
  var words: String {
    let all = resumed + seenLast + unseen
    var text = "\(all - unseen) of \(all) sessions, with \(judged) turns"
    if unjudged > 0 {
      text +=
        "; \(unjudged) acknowledged turns were not looked for, in sessions that ended before "
        + "they were resumed or could not be, or after the last look"
    }
    if corrupted > 0 {
      text +=
        corrupted == 1
        ? "; the file of a session is corrupted" : "; the files of \(corrupted) are corrupted"
    }
    if undecided > 0 { text += "; of \(undecided) it cannot be told" }
    return text
  }
}
