// What a server answers to the look at the end, as far as it decides something: whether the session
// can be opened, and the marks of the prompts in its history. Pure; it asks nothing.
internal import Basics
package import Wire

/// An answer to one of the auditor's requests.
package struct HistoryAnswer {
  package enum Outcome: Equatable {
    case done
    case notFound
    /// It is there, and no server will ever open it again.
    case corrupted
    /// Marks of the prompts in it that have an answer, each event's once. Compaction sums up what
    /// the model is sent; the events of the history stay.
    case history([PromptMark])
    /// In the server's words: nothing is known of the history.
    case failed(String)
  }

  /// Nil: no answer, but an event.
  package var id: Int?
  package var outcome = Outcome.failed("sent an answer without a result")

  package init(_ text: Span<UInt8>) {
    guard let head = MessageHead(text), head.method == nil, let range = head.id else { return }
    var number = 0
    for place in range {
      guard text[place] &- 48 < 10, number < 1 << 40 else { return }
      number = number * 10 + Int(text[place] - 48)
    }
    id = number
    if let error = head.error {
      outcome = HistoryAnswer.failure(HistoryAnswer.words(of: error, in: text))
      return
    }
    guard let result = head.result else { return }
    var events: Range<Int>?
    _ = JSONScan.members(ofObjectAt: result.lowerBound, in: text) { key, value in
      if text.spells("events", in: key) { events = value }
    }
    guard let events else {
      outcome = .done
      return
    }
    outcome = HistoryAnswer.history(text, events)
  }

  /// The server's own sentence, or the whole error where it has none.
  private static func words(of error: Range<Int>, in text: Span<UInt8>) -> String {
    var message: Range<Int>?
    _ = JSONScan.members(ofObjectAt: error.lowerBound, in: text) { key, value in
      if text.spells("message", in: key), value.count > 2 {
        message = value.lowerBound + 1..<value.upperBound - 1
      }
    }
    return PeerText.line(text.bytes(message ?? error))
  }

  private static func failure(_ words: String) -> Outcome {
    if words.contains("Session not found") { return .notFound }
    if words.contains("Session file is corrupted") { return .corrupted }
    return .failed(words)
  }

  private static func history(_ text: Span<UInt8>, _ events: Range<Int>) -> Outcome {
    var prompts: [(mark: PromptMark, turn: UInt64?)] = []
    var answered: Set<UInt64> = []
    var place = JSONScan.skipSpace(text, from: events.lowerBound + 1)
    while place < events.upperBound - 1 {
      guard let end = JSONScan.end(ofValueAt: place, in: text) else {
        return .failed("sent a history that is no JSON")
      }
      let (kind, data) = HistoryAnswer.kind(of: place, in: text)
      switch kind {
      case .prompt:
        // The prompt stands there twice, as it was sent and as the model got it.
        if let found = PromptMark.next(in: text.extracting(place..<end), from: 0) {
          prompts.append((found.mark, HistoryAnswer.turn(of: data, in: text)))
        }
      case .answer:
        if let turn = HistoryAnswer.turn(of: data, in: text) { answered.insert(turn) }
      case .other: break
      }
      place = JSONScan.skipSpace(text, from: end)
      if place < events.upperBound && text[place] == UInt8(ascii: ",") {
        place = JSONScan.skipSpace(text, from: place + 1)
      }
    }
    // Prompts reach the file when a turn begins, answers when it ends: a server that is killed
    // between leaves a question that nobody answered, and that is no turn.
    let marks = prompts.filter { $0.turn.map(answered.contains) ?? true }.map(\.mark)
    return .history(marks)
  }

  private enum Kind { case prompt, answer, other }

  /// And where its data stand.
  private static func kind(of event: Int, in text: Span<UInt8>) -> (Kind, data: Int?) {
    var type: Range<Int>?
    var data: Int?
    _ = JSONScan.members(ofObjectAt: event, in: text) { key, value in
      if text.spells("type", in: key) { type = value }
      if text.spells("data", in: key) { data = value.lowerBound }
    }
    guard let type, type.count > 2 else { return (.other, nil) }
    let word = type.lowerBound + 1..<type.upperBound - 1
    if text.spells("user.message", in: word) { return (.prompt, data) }
    return text.spells("assistant.message", in: word) ? (.answer, data) : (.other, nil)
  }

  /// What a prompt and its answers have in common; nil: a server that says no such
  /// thing.
  private static func turn(of data: Int?, in text: Span<UInt8>) -> UInt64? {
    guard let data else { return nil }
    var turn: UInt64?
    _ = JSONScan.members(ofObjectAt: data, in: text) { key, value in
      guard text.spells("interactionId", in: key) else { return }
      turn = FNV1a.hash(text.extracting(value))
    }
    return turn
  }
}
