// The mark that every prompt of a live run carries, so that whoever sees a conversation (the fake
// provider, a reader of events.jsonl) can tell whose turns are in it. An answer carries the mark of
// its prompt with another letter, a summary that of the newest prompt it covers.
//
//   ~seatrial:p:8c1f03aa:17:42:3:0:5b2e~     kind, run, loop, turn, session, conversation, check
//
// ASCII without quotes, backslashes or angle brackets: no JSON writer changes it. The check keeps
// a mark that was cut or altered from passing for another.
public import Basics

public struct PromptMark: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable { case prompt, answer, summary }

  public var kind: Kind
  /// Tells runs apart that share servers: any number, the same through one run.
  public var run: UInt32
  /// The loop of the population that plans the turn, and its turn, which address the draws of
  /// chance: closed people without tabs have one loop each.
  public var loop: UInt32
  public var turn: UInt32
  public var session: UInt32
  public var conversation: UInt8

  public init(
    _ kind: Kind = .prompt, run: UInt32, loop: UInt32, turn: UInt32, session: UInt32,
    conversation: UInt8 = 0
  ) {
    self.kind = kind
    self.run = run
    self.loop = loop
    self.turn = turn
    self.session = session
    self.conversation = conversation
  }

  /// The mark of a planned turn's prompt.
  public init(run: UInt32, _ plan: TurnPlan) {
    self.init(
      run: run, loop: plan.loop, turn: plan.ordinal, session: plan.session.index,
      conversation: plan.conversation)
  }

  public func with(_ kind: Kind) -> PromptMark {
    var mark = self
    mark.kind = kind
    return mark
  }

  /// The longest text: 63 bytes.
  public static let longest = 63

  // MARK: text

  public func append(to text: inout ByteBuffer) {
    text.append("~seatrial:")
    text.append(letter)
    text.append(UInt8(ascii: ":"))
    text.append(hexadecimal: UInt64(run), digits: 8)
    for number in [loop, turn, session, UInt32(conversation)] {
      text.append(UInt8(ascii: ":"))
      text.append(decimal: Int(number))
    }
    text.append(UInt8(ascii: ":"))
    text.append(hexadecimal: UInt64(check), digits: 4)
    text.append(UInt8(ascii: "~"))
  }

  public var text: String {
    var buffer = ByteBuffer(capacity: PromptMark.longest)
    append(to: &buffer)
    return buffer.withSpan { span in
      var text = ""
      for place in 0..<span.count { text.unicodeScalars.append(Unicode.Scalar(span[place])) }
      return text
    }
  }

  private var letter: UInt8 {
    switch kind {
    case .prompt: UInt8(ascii: "p")
    case .answer: UInt8(ascii: "a")
    case .summary: UInt8(ascii: "s")
    }
  }

  private var check: UInt16 {
    var sum = mix64(UInt64(kind.rawValue) << 32 | UInt64(run))
    sum = mix64(sum ^ (UInt64(loop) << 32 | UInt64(turn)))
    sum = mix64(sum ^ (UInt64(session) << 32 | UInt64(conversation)))
    return UInt16(truncatingIfNeeded: sum)
  }

  // MARK: finding

  /// The next whole mark at or behind a place, and where its text ends. Half marks are passed over.
  public static func next(
    in text: Span<UInt8>, from start: Int
  ) -> (mark: PromptMark, end: Int)? {
    var place = start
    while let tilde = text.place(of: UInt8(ascii: "~"), from: place) {
      if let found = read(text, at: tilde) { return found }
      place = tilde + 1
    }
    return nil
  }

  /// Adds every mark of the text, in order.
  public static func collect(from text: Span<UInt8>, into marks: inout [PromptMark]) {
    var place = 0
    while let found = next(in: text, from: place) {
      marks.append(found.mark)
      place = found.end
    }
  }

  private static func read(_ text: Span<UInt8>, at start: Int) -> (mark: PromptMark, end: Int)? {
    var place = start + 10
    guard place + 2 < text.count, text.spells("~seatrial:", in: start..<place) else { return nil }
    let kind: Kind
    switch text[place] {
    case UInt8(ascii: "p"): kind = .prompt
    case UInt8(ascii: "a"): kind = .answer
    case UInt8(ascii: "s"): kind = .summary
    default: return nil
    }
    place += 1
    guard let run = number(text, &place, base: 16, digits: 8, most: UInt64(UInt32.max)),
      let loop = number(text, &place, most: UInt64(UInt32.max)),
      let turn = number(text, &place, most: UInt64(UInt32.max)),
      let session = number(text, &place, most: UInt64(UInt32.max)),
      let conversation = number(text, &place, most: 255),
      let check = number(text, &place, base: 16, digits: 4, most: 0xFFFF),
      place < text.count, text[place] == UInt8(ascii: "~")
    else { return nil }
    let mark = PromptMark(
      kind, run: UInt32(run), loop: UInt32(loop), turn: UInt32(turn), session: UInt32(session),
      conversation: UInt8(conversation))
    return UInt64(mark.check) == check ? (mark, place + 1) : nil
  }

  /// A colon and a number behind it, with exactly so many digits where that is said.
  private static func number(
    _ text: Span<UInt8>, _ place: inout Int, base: UInt64 = 10, digits: Int? = nil, most: UInt64
  ) -> UInt64? {
    guard place < text.count, text[place] == UInt8(ascii: ":") else { return nil }
    place += 1
    let start = place
    var value: UInt64 = 0
    // Ten digits hold every 32-bit number.
    while place < text.count, place - start < 10, let digit = digit(text[place]), digit < base {
      value = value * base + digit
      place += 1
    }
    guard place > start, digits == nil || place - start == digits, value <= most else { return nil }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - 48)
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - 87)
    default: nil
    }
  }
}
