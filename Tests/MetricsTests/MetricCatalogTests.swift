// The catalog is a contract: its names are pinned here, and its document is generated from it.
import Metrics
import Testing

@Suite struct MetricCatalogTests {
  /// Section 8 of the design, word for word.
  private static let promised = """
    turn.response turn.service turn.ack turn.first_token session.open session.create session.resume
    session.disconnect cli.spawn lock.wait lock.hold driver.lag
    turns.completed turns.failed turns.dropped turns.lost turns.foreign turns.duplicated
    turn.throughput
    sessions.created sessions.resumed sessions.hits sessions.evicted sessions.evicted_busy
    sessions.eviction_rate sessions.idle_removed sessions.resident_max sessions.over_limit_max
    sessions.not_found
    locks.acquired locks.refused locks.contention_rate locks.expired locks.double_held
    locks.wrong_release locks.stale_writes
    cli.spawned cli.leaked cli.restarted servers.imbalance server.cpu server.memory server.sessions
    access.false_denials access.leaks
    """.split { $0.isWhitespace }.map(String.init)

  @Test("Every name of the contract is there", arguments: promised)
  func contract(name: String) {
    #expect(MetricCatalog.definition(named: name) != nil)
  }

  @Test("No name occurs twice, and none is the beginning of another's statistic")
  func unique() {
    let names = MetricCatalog.all.map(\.name)
    #expect(Set(names).count == names.count)
    for metric in MetricCatalog.all where metric.kind == .time {
      for statistic in Statistic.allCases {
        #expect(!names.contains("\(metric.name).\(statistic.rawValue)"))
      }
    }
  }

  @Test("Every meaning is one sentence, and times are in seconds", arguments: MetricCatalog.all)
  func meaning(metric: MetricDefinition) {
    #expect(metric.meaning.hasSuffix("."))
    #expect(!metric.meaning.dropLast().contains(". "))
    #expect(metric.meaning.first?.isUppercase == true)
    #expect(!metric.meaning.contains("|"))
    #expect((metric.kind == .time) == (metric.unit == .seconds))
  }

  @Test("docs/metrics.md holds exactly the catalog")
  func document() throws {
    let path = packagePath("docs/metrics.md")
    let begin = "<!-- catalog begins: UPDATE_GOLDEN=1 swift test --filter MetricsTests -->\n"
    let end = "<!-- catalog ends -->\n"
    let file = try #require(readText(path))
    let before = try #require(file.components(around: begin))
    let after = try #require(before.after.components(around: end))
    if isRecording {
      writeText(before.before + begin + MetricCatalog.documentation() + end + after.after, to: path)
      Issue.record("docs/metrics.md was written again: look at it, then run without UPDATE_GOLDEN")
    } else {
      #expect(after.before == MetricCatalog.documentation())
    }
  }
}

extension String {
  fileprivate func components(around mark: String) -> (before: String, after: String)? {
    guard let range = firstRange(of: mark) else { return nil }
    return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
  }
}
