// Resuming from a log: whole, torn at every place, and damaged field by field. The complaints are
// those that the real CLI was heard to make about the same files.
import Basics
import MockCLI
import Testing

private func verdict(_ log: [UInt8]) -> String {
  switch EventLog.parse(log, withConversation: true) {
  case .missing: "missing"
  case .corrupted(let problem): "corrupted" + problem
  case .events(let summary): "\(summary.events) events, \(summary.turns) turns"
  }
}

private func verdict(lines: [String]) -> String {
  verdict(bytes(lines.joined(separator: "\n")))
}

@Suite struct EventLogTests {
  @Test("A whole log is a session, with its conversation")
  func whole() throws {
    guard case .events(let log) = EventLog.parse(History.whole, withConversation: true) else {
      Issue.record("not read: \(verdict(History.whole))")
      return
    }
    #expect(log.events == 6 && log.turns == 1 && log.bytes == History.whole.count)
    #expect(log.lastEvent.map(\.text) == History.id(6))
    #expect(log.model.map(text) == "\"gpt-4.1\"")
    #expect(log.talk.entries.map { text($0.text) } == ["hi", "there"])
    guard case .events(let counted) = EventLog.parse(History.whole, withConversation: false) else {
      return
    }
    #expect(counted.talk.entries.isEmpty && counted.talk.count == 2)
  }

  @Test("Cut at any place it is resumed up to a whole line, and refused anywhere else")
  func everyCut() {
    var ends: Set<Int> = []
    var end = 0
    for line in History.lines {
      end += line.utf8.count
      ends.formUnion([end, end + 1])
      end += 1
    }
    for cut in 1..<History.whole.count {
      let got = verdict(Array(History.whole[..<cut]))
      let isWhole = ends.contains(cut)
      #expect(got.hasSuffix(" turns") == isWhole, "cut at \(cut): \(got)")
      if !isWhole {
        #expect(got.hasPrefix("corrupted (line "), "cut at \(cut): \(got)")
        #expect(got.contains("SyntaxError: "), "cut at \(cut): \(got)")
      }
    }
  }

  @Test("Files without an event are no sessions")
  func nothing() {
    #expect(verdict(lines: []) == "missing")
    #expect(verdict(lines: ["", " ", "\r"]) == "missing")
    #expect(verdict(lines: ["{}"]) == "missing")
    #expect(verdict(lines: ["{\"type\":\"no.such\",\"data\":{}}", "{\"type\":5}"]) == "missing")
    #expect(verdict(lines: ["\u{FEFF}{}"]) == "missing")
  }

  @Test("A log that does not open with session.start is incompatible")
  func withoutStart() {
    #expect(verdict(lines: Array(History.lines[1...])) == "corrupted or incompatible")
    #expect(verdict(lines: [History.lines[2], History.lines[0]]) == "corrupted or incompatible")
    #expect(verdict(lines: ["{\"type\":\"x\"}"] + History.lines) == "6 events, 1 turns")
  }

  @Test(
    "Fields that are missing or of another kind are named with their line",
    arguments: [
      (1, "\"id\":\"\(History.id(1))\",", "", "line 1: id: Required"),
      (
        1, "\"id\":\"\(History.id(1))\"", "\"id\":5", "line 1: id: Expected string, received number"
      ),
      (1, "\"id\":\"\(History.id(1))\"", "\"id\":\"x\"", "line 1: id: Invalid uuid"),
      (1, "\"timestamp\":\"\(History.time)\",", "", "line 1: timestamp: Required"),
      (
        1, "\"timestamp\":\"\(History.time)\"", "\"timestamp\":\"yesterday\"",
        "line 1: timestamp: Invalid datetime"
      ),
      (1, ",\"parentId\":null", "", "line 1: parentId: Required"),
      (1, "\"version\":1,", "", "line 1: data.version: Required"),
      (2, "\"role\":\"system\",", "", "line 2: data.role: Required"),
      (3, "\"content\":\"h\\\"iü\\\\\",", "", "line 3: data.content: Required"),
      (
        3, "\"content\":\"h\\\"iü\\\\\"", "\"content\":null",
        "line 3: data.content: Expected string, received null"
      ),
      (
        3, "\"parentId\":\"\(History.id(2))\"", "\"parentId\":\"x\"",
        "line 3: parentId: Invalid uuid"
      ),
      (
        5, "\"content\":\"there\"", "\"content\":\"there\",\"toolRequests\":\"x\"",
        "line 5: data.toolRequests: Expected array, received string"
      ),
      (
        5, "\"content\":\"there\"", "\"content\":\"there\",\"outputTokens\":\"5\"",
        "line 5: data.outputTokens: Expected number, received string"
      ),
      (6, "\"data\":{\"turnId\":\"0\"},", "", "line 6: data: Required"),
    ])
  func fields(line: Int, old: String, new: String, wanted: String) throws {
    var lines = History.lines
    let range = try #require(lines[line - 1].firstRange(of: old))
    lines[line - 1].replaceSubrange(range, with: new)
    #expect(verdict(lines: lines) == "corrupted (\(wanted))")
  }

  @Test("Lines that are JSON and no object are named by their kind")
  func otherValues() {
    for (value, kind) in [("[]", "array"), ("5", "number"), ("\"x\"", "string"), ("null", "null")] {
      #expect(verdict(lines: [value]) == "corrupted (line 1: Expected object, received \(kind))")
    }
  }

  @Test(
    "Whatever a byte is changed to, a log is read or refused and nothing else", arguments: 1...40)
  func mutation(seed: UInt64) {
    var random = random(seed, "log")
    for _ in 0..<50 {
      var log = History.whole
      let place = random.index(below: log.count)
      log[place] = UInt8(random.index(below: 256))
      let got = verdict(log)
      #expect(
        got == "missing" || got.hasPrefix("corrupted") || got.contains("turns"),
        "seed \(seed), place \(place)")
    }
  }
}

extension String {
  /// Where another text stands in this one.
  fileprivate func firstRange(of other: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(other) {
        return start..<index(start, offsetBy: other.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
