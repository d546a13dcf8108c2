// Text to tree, by libyaml's event parser. JSON goes through the same door, since YAML contains it.
// Bounded in size, depth and number of nodes, because the text may come from anybody. Anchors,
// aliases, tags and second documents are refused: a scenario that needs them would not be readable
// from top to bottom.
internal import CYAML

package enum YAMLReader {
  /// 4 MiB: two hundred times the longest scenario one would write by hand.
  package static let largestText = 4 << 20
  package static let deepestNesting = 64
  /// A tree of a 4 MiB text of commas would take hundreds of megabytes.
  package static let mostNodes = 200_000

  package static func read(_ bytes: [UInt8]) -> Result<YAMLDocument, YAMLProblem> {
    guard bytes.count <= largestText else {
      return .failure(
        YAMLProblem(
          line: 1, column: 1, reason: "the text has \(bytes.count) bytes; 4 MiB is the limit"))
    }
    let text = YAMLCalls.shield(bytes)
    // The parser keeps a pointer to itself as its input's handle, so it needs an address that
    // stays.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { unsafe parser.deallocate() }
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      return .failure(YAMLProblem(line: 1, column: 1, reason: "no memory for the parser"))
    }
    defer { unsafe yaml_parser_delete(parser) }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    return unsafe text.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      var builder = unsafe YAMLBuilder(parser: parser, text: bytes)
      do throws(YAMLProblem) {
        return .success(try builder.document())
      } catch {
        return .failure(error)
      }
    }
  }
}

/// One event, copied out of libyaml's memory.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar(String, YAMLNode.Style)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }
  var kind: Kind
  var line: Int
  var column: Int
}

@safe private struct YAMLBuilder {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: [UInt8]
  private var nodes = 0
  private var problems: [YAMLProblem] = []

  init(parser: UnsafeMutablePointer<yaml_parser_t>, text: [UInt8]) {
    unsafe self.parser = unsafe parser
    self.text = text
  }

  mutating func document() throws(YAMLProblem) -> YAMLDocument {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .streamStart, .documentEnd: continue
      case .streamEnd: return YAMLDocument(root: root, problems: problems)
      case .documentStart:
        if root != nil {
          throw refusal(event, "a second document starts here; a file holds one")
        }
        root = try node(from: try next(), depth: 1)
      default: throw refusal(event, "this is outside of the document")
      }
    }
  }

  private mutating func node(from event: YAMLEvent, depth: Int) throws(YAMLProblem) -> YAMLNode {
    nodes += 1
    if nodes > YAMLReader.mostNodes {
      throw refusal(event, "more than \(YAMLReader.mostNodes) values in one file")
    }
    if depth > YAMLReader.deepestNesting {
      throw refusal(event, "nested deeper than \(YAMLReader.deepestNesting) levels")
    }
    switch event.kind {
    case .scalar(let text, let style):
      return YAMLNode(
        content: .scalar(text), style: style, line: event.line, column: event.column)
    case .sequenceStart:
      var items: [YAMLNode] = []
      while true {
        let inner = try next()
        if case .sequenceEnd = inner.kind { break }
        items.append(try node(from: inner, depth: depth + 1))
      }
      return YAMLNode(content: .sequence(items), line: event.line, column: event.column)
    case .mappingStart:
      let pairs = try mapping(depth: depth)
      return YAMLNode(content: .mapping(pairs), line: event.line, column: event.column)
    default: throw refusal(event, "a value is missing here")
    }
  }

  private mutating func mapping(depth: Int) throws(YAMLProblem) -> [YAMLPair] {
    var pairs: [YAMLPair] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return pairs }
      let key = try node(from: event, depth: depth + 1)
      guard let name = key.scalar else {
        throw refusal(event, "a key is a word, not \(key.kindName)")
      }
      let value = try node(from: try next(), depth: depth + 1)
      if let first = lines[name] {
        problems.append(
          YAMLProblem(
            line: key.line, column: key.column,
            reason: "\(Spelling.clipped(name)) is given twice; first on line \(first)"))
      } else {
        lines[name] = key.line
        pairs.append(YAMLPair(key: key, value: value))
      }
    }
  }

  private func refusal(_ event: YAMLEvent, _ reason: String) -> YAMLProblem {
    YAMLProblem(line: event.line, column: event.column, reason: reason)
  }

  private func next() throws(YAMLProblem) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { unsafe yaml_event_delete(&event) }
    let line = unsafe Int(event.start_mark.line) + 1
    let column = unsafe Int(event.start_mark.column) + 1
    func made(_ kind: YAMLEvent.Kind) -> YAMLEvent {
      YAMLEvent(kind: kind, line: line, column: column)
    }
    func refuse(_ reason: String) -> YAMLProblem {
      YAMLProblem(line: line, column: column, reason: reason)
    }
    let anchor = "anchors and aliases (& and *) are not used here: write the value out"
    let tag = "tags (!) are not used here: write the value alone"
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return made(.streamStart)
    case YAML_STREAM_END_EVENT: return made(.streamEnd)
    case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
    case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
    case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
    case YAML_ALIAS_EVENT: throw refuse(anchor)
    case YAML_SEQUENCE_START_EVENT:
      if unsafe event.data.sequence_start.anchor != nil { throw refuse(anchor) }
      if unsafe event.data.sequence_start.tag != nil { throw refuse(tag) }
      return made(.sequenceStart)
    case YAML_MAPPING_START_EVENT:
      if unsafe event.data.mapping_start.anchor != nil { throw refuse(anchor) }
      if unsafe event.data.mapping_start.tag != nil { throw refuse(tag) }
      return made(.mappingStart)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      if unsafe scalar.anchor != nil { throw refuse(anchor) }
      if unsafe scalar.tag != nil { throw refuse(tag) }
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let text = unsafe YAMLCalls.unshield(String(decoding: bytes, as: UTF8.self))
      let style: YAMLNode.Style =
        switch unsafe scalar.style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
      // A scalar over several lines has no simple offset to column, whatever its quotes.
      let manyLines = unsafe event.end_mark.line != event.start_mark.line
      return made(.scalar(text, manyLines ? .block : style))
    default: throw refuse("an event that this reader does not know")
    }
  }

  private func syntaxError() -> YAMLProblem {
    let problem = unsafe parser.pointee.problem
    let reason = unsafe problem.map { unsafe String(cString: $0) } ?? "this is not YAML"
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      let place = YAMLCalls.place(ofByte: unsafe Int(parser.pointee.problem_offset), in: text)
      return YAMLProblem(line: place.line, column: place.column, reason: reason)
    }
    let mark = unsafe parser.pointee.problem_mark
    return YAMLProblem(line: Int(mark.line) + 1, column: Int(mark.column) + 1, reason: reason)
  }
}
