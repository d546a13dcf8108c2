// The answer to `session.list`, as far as the guide's clean-up job reads it: which sessions of this
// run lie there and when they were last written. Rare, so it is read whole.
internal import Basics
internal import Wire

struct ListedSession: Sendable {
  /// As it is written there.
  var id: String
  var place: SessionNames.Place
  /// ISO 8601 in UTC with milliseconds: in the order of the text is in the order of time.
  var modified: String
}

extension Incoming {
  /// Nil: it is something else. The answer is recognised by its shape, because the driver asks for
  /// nothing else that has a member of this name.
  static func sessions(_ text: Span<UInt8>, _ names: SessionNames) -> Incoming? {
    guard let head = MessageHead(text), let id = head.id.flatMap({ Incoming.whole(text, $0) }),
      let result = head.result,
      let value = try? JSONValue(
        parsing: String(decoding: text.bytes(result), as: UTF8.self)),
      case .array(let entries)? = value["sessions"]
    else { return nil }
    let listed = entries.compactMap { entry -> ListedSession? in
      guard case .string(let name)? = entry["sessionId"],
        case .string(let modified)? = entry["modifiedTime"]
      else { return nil }
      let bytes = Array(name.utf8)
      guard let place = names.place(in: bytes.span, 0..<bytes.count) else { return nil }
      return ListedSession(id: name, place: place, modified: modified)
    }
    return .sessions(id, listed)
  }
}
