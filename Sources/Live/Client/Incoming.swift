// What a message from a CLI server means to the driver. The real CLI sends some thirty kilobytes of
// events a turn to every connection, of which a client needs two or three words; so the usual forms
// are recognised by their first bytes, and only what does not begin that way is read whole.
internal import Basics
internal import Wire

enum Incoming {
  /// To the request of this id.
  case result(Int)
  case failure(Int, Reason)
  /// Of a session of this run.
  case event(SessionNames.Place, Kind)
  /// An event that says nothing to us, or of a session that is not ours.
  case otherEvent
  /// What lies on the server, where that was asked.
  case sessions(Int, [ListedSession])
  /// A request of the server to us: its id as it is written.
  case request(id: [UInt8], method: [UInt8])
  case notice
  case unreadable

  enum Kind {
    case idle
    /// Idle after an abort.
    case aborted
    case error
    /// The first or a later piece of an answer.
    case piece
  }

  enum Reason: Hashable {
    case sessionNotFound
    case other([UInt8])
  }

  init(_ text: Span<UInt8>, _ names: SessionNames) {
    if let usual = Incoming.usualEvent(text, names) ?? Incoming.usualResult(text) {
      self = usual
    } else {
      self = Incoming.read(text, names)
    }
  }

  // MARK: by the first bytes

  private static let eventStart: StaticString =
    "{\"jsonrpc\":\"2.0\",\"method\":\"session.event\",\"params\":{\"sessionId\":\""
  private static let typeStart: StaticString = "\",\"event\":{\"type\":\""
  private static let resultStart: StaticString = "{\"jsonrpc\":\"2.0\",\"id\":"
  private static let resultMiddle: StaticString = ",\"result\":"

  private static func usualEvent(_ text: Span<UInt8>, _ names: SessionNames) -> Incoming? {
    let start = eventStart.utf8CodeUnitCount
    guard begins(text, 0, eventStart) else { return nil }
    var end = start
    // An escape in an id is not one of ours; the general way deals with it.
    while end < text.count && text[end] != UInt8(ascii: "\"") {
      if text[end] == UInt8(ascii: "\\") { return nil }
      end &+= 1
    }
    guard begins(text, end, typeStart) else { return nil }
    let type = end &+ typeStart.utf8CodeUnitCount
    var typeEnd = type
    while typeEnd < text.count && text[typeEnd] != UInt8(ascii: "\"") { typeEnd &+= 1 }
    guard typeEnd < text.count else { return nil }
    guard var kind = kind(text, type..<typeEnd) else { return .otherEvent }
    guard let place = names.place(in: text, start..<end) else { return .otherEvent }
    if case .idle = kind, contains(text, from: typeEnd, "\"aborted\":true") { kind = .aborted }
    return .event(place, kind)
  }

  private static func usualResult(_ text: Span<UInt8>) -> Incoming? {
    guard begins(text, 0, resultStart) else { return nil }
    var place = resultStart.utf8CodeUnitCount
    var id = 0
    let first = place
    while place < text.count && place - first < 10 && text[place] &- 48 < 10 {
      id = id * 10 + Int(text[place] - 48)
      place &+= 1
    }
    guard place > first, begins(text, place, resultMiddle) else { return nil }
    return .result(id)
  }

  private static func kind(_ text: Span<UInt8>, _ range: Range<Int>) -> Kind? {
    switch range.count {
    case 12 where text.spells("session.idle", in: range): .idle
    case 13 where text.spells("session.error", in: range): .error
    case 23 where text.spells("assistant.message_start", in: range): .piece
    case 23 where text.spells("assistant.message_delta", in: range): .piece
    default: nil
    }
  }

  @inline(__always)
  private static func begins(_ text: Span<UInt8>, _ start: Int, _ word: StaticString) -> Bool {
    let end = start &+ word.utf8CodeUnitCount
    return end <= text.count && text.spells(word, in: start..<end)
  }

  /// Only for short texts.
  private static func contains(
    _ text: Span<UInt8>, from start: Int, _ word: StaticString
  ) -> Bool {
    var place = start
    while place + word.utf8CodeUnitCount <= text.count {
      if begins(text, place, word) { return true }
      place &+= 1
    }
    return false
  }

  // MARK: the general way

  private static func read(_ text: Span<UInt8>, _ names: SessionNames) -> Incoming {
    guard let head = MessageHead(text) else { return .unreadable }
    if let method = head.method {
      if let id = head.id { return .request(id: text.bytes(id), method: text.bytes(method)) }
      guard text.spells("session.event", in: method), let params = head.params else {
        return .notice
      }
      return event(text, params, names)
    }
    guard let id = head.id.flatMap({ whole(text, $0) }) else { return .notice }
    if let error = head.error { return .failure(id, reason(text, error)) }
    return .result(id)
  }

  private static func event(
    _ text: Span<UInt8>, _ params: Range<Int>, _ names: SessionNames
  ) -> Incoming {
    var session: Range<Int>?
    var event: Range<Int>?
    _ = JSONScan.members(ofObjectAt: params.lowerBound, in: text) { key, value in
      if text.spells("sessionId", in: key) { session = value }
      if text.spells("event", in: key) { event = value }
    }
    guard let session = session.flatMap({ unquoted(text, $0) }), let event else {
      return .otherEvent
    }
    var type: Range<Int>?
    _ = JSONScan.members(ofObjectAt: event.lowerBound, in: text) { key, value in
      if text.spells("type", in: key) { type = value }
    }
    guard let type = type.flatMap({ unquoted(text, $0) }), var kind = kind(text, type),
      let place = names.place(in: text, session)
    else { return .otherEvent }
    if case .idle = kind, contains(text, from: event.lowerBound, "\"aborted\":true") {
      kind = .aborted
    }
    return .event(place, kind)
  }

  private static func reason(_ text: Span<UInt8>, _ error: Range<Int>) -> Reason {
    var message: Range<Int>?
    _ = JSONScan.members(ofObjectAt: error.lowerBound, in: text) { key, value in
      if text.spells("message", in: key) { message = value }
    }
    guard let message = message.flatMap({ unquoted(text, $0) }) else { return .other([]) }
    if contains(text.extracting(message), from: 0, "Session not found") { return .sessionNotFound }
    return .other(
      text.bytes(message.lowerBound..<min(message.upperBound, message.lowerBound + 300)))
  }

  private static func unquoted(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    guard range.count >= 2, text[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return range.lowerBound + 1..<range.upperBound - 1
  }

  static func whole(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard range.count > 0, range.count < 10 else { return nil }
    var value = 0
    for place in range {
      guard text[place] &- 48 < 10 else { return nil }
      value = value * 10 + Int(text[place] - 48)
    }
    return value
  }
}
