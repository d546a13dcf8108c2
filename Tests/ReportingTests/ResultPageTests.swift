// The page as text: numbers are those of the result, names are text whatever they contain, and it
// stays whole for runs that have next to nothing to show. What a browser makes of it is tested in
// Tests/Browser.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct ResultPageTests {
  private let three = ["shared", "isolated", "collaborative"]

  private func page(_ result: RunResult) -> String { ResultPage(MadeUp.named(result)).html() }

  /// Values of cells with `data-metric`, by metric and contender.
  private func cells(_ html: String) -> [(metric: String, place: Int, value: Double)] {
    html.split(separator: "data-metric=\"").dropFirst().compactMap { piece in
      let metric = piece.prefix { $0 != "\"" }
      guard let of = piece.firstRange(of: "data-of=\""),
        let exact = piece.prefix(while: { $0 != ">" }).firstRange(of: "data-value=\"")
      else { return nil }
      let place = piece[of.upperBound...].prefix { $0 != "\"" }
      let value = piece[exact.upperBound...].prefix { $0 != "\"" }
      guard let place = Int(place), let value = Double(value) else { return nil }
      return (String(metric), place, value)
    }
  }

  @Test("Every number in a table is the one of the result")
  func numbers() {
    let result = MadeUp.result(three)
    let found = cells(page(result))
    #expect(found.count > 60)
    for cell in found {
      let variant = result.variants[cell.place]
      var value = variant[cell.metric]?.value()
      if let dot = cell.metric.lastIndex(of: "."),
        let statistic = Statistic(rawValue: String(cell.metric[cell.metric.index(after: dot)...]))
      {
        value = variant[String(cell.metric[..<dot])]?.value(statistic)
      }
      if cell.metric == "of those planned" { continue }
      #expect(value == cell.value, "\(cell)")
    }
  }

  @Test("No percentile lies above the maximum, and none comes from too few turns")
  func percentiles() throws {
    for turns in [0, 1, 4, 5, 58, 59, 298, 299, 5000] {
      let result = MadeUp.result(["one"], turns: turns)
      let html = page(result)
      let most = result.variants[0]["turn.response"]?.value(.max) ?? 0
      for cell in cells(html) where cell.metric.hasPrefix("turn.response.") {
        let statistic = try #require(Statistic(rawValue: String(cell.metric.dropFirst(14))))
        #expect(statistic == .count || cell.value <= most, "\(turns) turns: \(cell)")
        #expect(turns >= statistic.samplesNeeded, "\(turns) turns: \(cell)")
      }
      // The spectrum: the places of its points are shares, the last one must be supported.
      guard let start = html.firstRange(of: "\"kind\":\"tail\"") else {
        #expect(turns == 0)
        continue
      }
      let data = try JSONValue(
        parsing: "{" + html[start.lowerBound...].prefix { $0 != "\n" && $0 != "<" })
      let shares = try JSONField(data).member("x").figures().compactMap { $0 }
      let line = try JSONField(data).member("lines").elements()[0]
      let values = try line.member("y").figures().compactMap { $0 }
      // Five digits of a value may round up past a maximum that has more.
      #expect((values.max() ?? 0) <= most * 1.000_01, "\(turns) turns")
      for share in shares.dropFirst() { #expect(turns >= samplesNeeded(forQuantile: share)) }
    }
  }

  private static let hostile = [
    "<script>alert(1)</script>", "\"quoted\" & 'single' `ticks`",
    "\u{202E}txet desrever\u{202C} \u{5E9}\u{5DC}\u{5D5}\u{5DD}", "</script><img src=x onerror=y>",
    String(repeating: "long", count: 75), "line\nbreak\u{0}\u{7}", "]]> <!-- {{x}} ${y}",
  ]

  @Test("Hostile names are shown as text, in every format", arguments: ReportFormat.allCases)
  func hostile(format: ReportFormat) {
    var result = MadeUp.result(Self.hostile, scenario: Self.hostile[0])
    result.scenario.about = Self.hostile[3]
    result.reasons = Self.hostile
    result.verdict = .suspect
    result.environment.append(.init(Self.hostile[1], Self.hostile[3]))
    result.variants[0].servers[0].name = Self.hostile[0]
    result.variants[0].marks[0].label = Self.hostile[3]
    let text = format.text(of: MadeUp.named(result, Self.hostile[3]), plain: false)
    switch format {
    case .html:
      #expect(!text.contains("<script>alert") && !text.contains("<img"))
      #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
      #expect(!text.unicodeScalars.contains { $0.value == 0x202E || $0.value == 0 })
      // Only our own: JSON of the charts, and the one at the end.
      let opened = text.split(separator: "<script", omittingEmptySubsequences: false).count - 1
      let closed = text.split(separator: "</script>", omittingEmptySubsequences: false).count - 1
      let charts = text.split(separator: " data-chart>", omittingEmptySubsequences: false).count - 1
      #expect(opened == closed && opened == charts + 1)
    case .junit:
      #expect(!text.contains("<script") && !text.contains("\u{0}"))
      #expect(wellFormed(text))
    case .markdown:
      #expect(!text.contains("<script>alert") && !text.contains("<img"))
    case .openmetrics:
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        #expect(line.split(separator: " ").last.flatMap { Double($0) } != nil, "\(line)")
      }
    case .csv, .csvSeries:
      // A quoted field may hold commas; none may begin a formula.
      #expect(!text.contains(",=") && !text.contains("\n=") && !text.contains("\u{FEFF}"))
    case .github:
      #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("::") })
    case .text, .hdr, .json: #expect(!text.isEmpty)
    }
  }

  @Test("A run of a second, and one in which everything failed, still say what there is")
  func nothing() {
    var failed = MadeUp.result(["a", "b"], turns: 0)
    failed.verdict = .invalid
    failed.reasons = ["a: no turn was completed"]
    failed.complete = false
    let page = page(failed)
    #expect(page.contains("No turn was planned"))
    #expect(page.contains("is invalid") && page.contains("cut short"))
    let short = MadeUp.result(["a"], turns: 3)
    #expect(self.page(short).contains("A turn took on average"))
    var empty = RunResult(kind: .live, scenario: .init(name: "x", digest: ""), seed: 1)
    for format in ReportFormat.allCases {
      #expect(!format.text(of: MadeUp.named(empty)).isEmpty, "\(format)")
    }
    empty.variants = [VariantResult(name: "a")]
    for format in ReportFormat.allCases {
      #expect(!format.text(of: MadeUp.named(empty)).isEmpty, "\(format)")
    }
  }

  @Test("A page asks the network for nothing, and stays below 2 MB for 40 variants")
  func offline() {
    let result = MadeUp.result((0..<40).map { "variant-\($0)" })
    let page = page(result)
    #expect(page.utf8.count < 2_000_000)
    let withoutNamespace = page.split(separator: "http://www.w3.org/2000/svg").joined()
    #expect(!withoutNamespace.contains("http:") && !withoutNamespace.contains("https:"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test("Every chart has a title and a text alternative, and every id is given once")
  func alternatives() {
    let page = page(MadeUp.result(three))
    let drawings = page.split(separator: "role=\"img\"", omittingEmptySubsequences: false)
    #expect(drawings.count > 8)
    for drawing in drawings.dropFirst() {
      let description = drawing.prefix(600)
      #expect(description.contains("<title id=") && description.contains("<desc id="))
    }
    var ids: [Substring] = []
    for piece in page.split(separator: " id=\"").dropFirst() {
      let id = piece.prefix { $0 != "\"" }
      #expect(!ids.contains(id), "\(id)")
      ids.append(id)
    }
  }

  @Test("Variants that differ in one number make a curve")
  func sweep() {
    var result = MadeUp.result(["20", "50", "100", "unlimited"])
    for place in result.variants.indices {
      result.variants[place].settings = [
        SettingResult(
          key: "app.sessions.limit", value: result.variants[place].name, origin: "variant")
      ]
    }
    let page = page(result)
    #expect(page.contains("sweep-sessions-eviction-rate"))
    #expect(!self.page(MadeUp.result(three)).contains("id=\"sweep\""))
  }
}

/// Tags that close in the order in which they were opened, and attributes in quotes: enough to
/// catch an unescaped name. The schema is checked in Tests/Browser, by another reader.
func wellFormed(_ xml: String) -> Bool {
  var open: [Substring] = []
  for piece in xml.split(separator: "<").dropFirst(1) {
    guard let end = piece.lastIndex(of: ">") else { return false }
    let tag = piece[..<end]
    if tag.filter({ $0 == "\"" }).count % 2 != 0 { return false }
    let name = tag.prefix { $0 != " " && $0 != "/" || $0 == "/" && tag.first == "/" }
    if tag.hasPrefix("/") {
      guard open.popLast() == name.dropFirst() else { return false }
    } else if !tag.hasSuffix("/") && !tag.hasPrefix("?") {
      open.append(name)
    }
  }
  return open.isEmpty
}
