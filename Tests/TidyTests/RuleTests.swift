// A rule that never complains proves nothing: each is shown a bad text that it must catch, and a
// good one that it must let pass.
import Testing

private struct Sample: Sendable, CustomTestStringConvertible {
  let rule: String
  let path: String
  let text: String
  /// Lines the rule must name, in order; empty for a good text.
  let lines: [Int]

  init(_ rule: Rule, _ path: String, _ text: String, _ lines: [Int] = []) {
    self.rule = rule.name
    self.path = path
    self.text = text
    self.lines = lines
  }

  var testDescription: String { "\(rule): \(path): \(text.prefix(60))" }
}

@Suite struct RuleTests {
  fileprivate static let samples =
    importSamples + wordSamples + shapeSamples

  private static let importSamples = [
    Sample(.foundation, "Sources/seatrial/a.swift", "import Foundation", [1]),
    Sample(.foundation, "Tests/WireTests/a.swift", "// a\n@preconcurrency import Dispatch", [2]),
    Sample(.foundation, "Sources/Live/a.swift", "public import struct Foundation.Date", [1]),
    Sample(
      .foundation, "Sources/Live/a.swift", "// import Foundation\nlet a = \"import Dispatch\""),
    Sample(.layers, "Sources/Workload/a.swift", "public import Policies", [1]),
    Sample(.layers, "Sources/Simulation/a.swift", "internal import Live", [1]),
    Sample(.layers, "Sources/Live/a.swift", "internal import Simulation", [1]),
    Sample(.layers, "Sources/Simulation/a.swift", "import LinuxIO", [1]),
    Sample(.layers, "Sources/Basics/Time.swift", "internal import Glibc", [1]),
    Sample(.layers, "Sources/Scenarios/a.swift", "internal import Glibc", [1]),
    Sample(.layers, "Sources/Novelty/a.swift", "public import Basics", [1]),
    Sample(.layers, "Sources/Basics/Mathematics.swift", "internal import Glibc"),
    Sample(.layers, "Sources/Scenarios/a.swift", "import CLIModel\ninternal import CYAML"),
    Sample(.layers, "Sources/Simulation/a.swift", "public import Scenarios"),
    Sample(.layers, "Sources/Planning/a.swift", "internal import LinuxIO", [1]),
    Sample(.layers, "Sources/Hazards/a.swift", "internal import Simulation", [1]),
    Sample(.layers, "Sources/Basics/Table.swift", "internal import CPrefetch"),
    Sample(.layers, "Tests/WorkloadTests/a.swift", "import Policies"),
    Sample(.testableImports, "Tests/WireTests/a.swift", "@testable import Wire", [1]),
    Sample(.testableImports, "Tests/WireTests/a.swift", "import Wire  // not @testable"),
  ]

  private static let wordSamples = [
    Sample(.clocksAndChance, "Sources/Policies/a.swift", "let t = ContinuousClock().now", [1]),
    Sample(.clocksAndChance, "Sources/Metrics/a.swift", "clock_gettime(0, &t)", [1]),
    Sample(.clocksAndChance, "Sources/Workload/a.swift", "\nInt.random(in: 1...6)", [2]),
    Sample(.clocksAndChance, "Sources/Basics/a.swift", "SystemRandomNumberGenerator()", [1]),
    Sample(.clocksAndChance, "Sources/Simulation/a.swift", "users.shuffled()", [1]),
    Sample(.clocksAndChance, "Sources/CLIModel/a.swift", "key.hashValue % n", [1]),
    Sample(.clocksAndChance, "Sources/Policies/a.swift", "draw.uniform() // not .random()"),
    Sample(.clocksAndChance, "Sources/LinuxIO/a.swift", "clock_gettime(0, &t)"),
    Sample(.printing, "Sources/Reporting/a.swift", "func f() {\n  print(1)\n}", [2]),
    Sample(.printing, "Sources/LinuxIO/a.swift", "debugPrint(1)", [1]),
    Sample(.printing, "Sources/Reporting/a.swift", "sprint(1); blueprint(2); printed = 3"),
    Sample(.printing, "Sources/Reporting/a.swift", "// print(1)\nlet a = \"print(2)\""),
    Sample(.printing, "Sources/seatrial/a.swift", "print(1)"),
    Sample(.printing, "Sources/bench/a.swift", "print(1)"),
    Sample(.unsafety, "Sources/Policies/a.swift", "let a = unsafe base[0]", [1]),
    Sample(.unsafety, "Sources/Basics/Time.swift", "nonisolated(unsafe) var a = 1", [1]),
    Sample(.unsafety, "Sources/Simulation/Queue.swift", "unsafe f()", [1]),
    Sample(.unsafety, "Tests/ReportingTests/Golden.swift", "unsafe f()"),
    Sample(.unsafety, "Sources/Scenarios/YAMLReader.swift", "unsafe f()"),
    Sample(.unsafety, "Sources/LinuxIO/Files.swift", "unsafe open(path, 0)"),
    Sample(.unsafety, "Tests/MetricsTests/Support.swift", "unsafe getenv(name)"),
    Sample(.unsafety, "Tests/MetricsTests/JSONTests.swift", "unsafe getenv(name)", [1]),
    Sample(.unsafety, "Sources/Policies/a.swift", "let note = \"unsafe\" // unsafe"),
  ]

  private static let shapeSamples = [
    Sample(.length, "Sources/a.swift", String(repeating: "\n", count: 601), [601]),
    Sample(.length, "Sources/a.swift", String(repeating: "\n", count: 600)),
    Sample(.columns, "Sources/a.swift", "a\n" + String(repeating: "x", count: 101), [2]),
    Sample(.columns, "Sources/a.swift", String(repeating: "ü", count: 100) + "\n"),
    Sample(.markers, "Sources/a.swift", "// a\n// TO" + "DO: later", [2]),
    Sample(.markers, "Tests/a.swift", "// FIX" + "ME\nlet a = 1 // XX" + "X", [1, 2]),
    Sample(.markers, "Sources/a.swift", "let toDo = MAXX" + "XIMUM"),
    Sample(.header, "Sources/Wire/a.swift", "import Basics", [1]),
    Sample(.header, "Sources/Wire/a.swift", "\n// Too late.\nimport Basics", [1]),
    Sample(.header, "Tests/WireTests/a.swift", "", [1]),
    Sample(.header, "Tests/WireTests/a.swift", "// The decoder at its limits.\nimport Wire"),
    Sample(
      .header, "Sources/Wire/a.swift", "// What it is.\n// What it must not do.\nimport Basics"),
  ]

  @Test("Each rule names the lines of a bad text and passes a good one", arguments: samples)
  fileprivate func sample(sample: Sample) throws {
    let rule = try #require(Rule.all.first { $0.name == sample.rule })
    let findings = rule.find(SourceFile(path: sample.path, text: sample.text))
    #expect(findings.map(\.line) == sample.lines)
    for finding in findings { #expect(finding.advice.utf8.count > 20, "no advice: \(finding)") }
  }

  @Test("Each rule has a text it catches and one it passes", arguments: Rule.all)
  func covered(rule: Rule) {
    let own = RuleTests.samples.filter { $0.rule == rule.name }
    #expect(own.contains { !$0.lines.isEmpty })
    #expect(own.contains { $0.lines.isEmpty })
  }

  @Test(
    "Comments and strings are blanked, code inside them is kept",
    arguments: [
      ("a // b", "a     "), ("a /* b /* c */ d */ e", "a                   e"),
      (#"f("x", y)"#, #"f(" ", y)"#), (#"f("a\"b") + c"#, #"f("    ") + c"#),
      (#""\(g("x") + h)" + i"#, #""  g(" ") + h)" + i"#),
      (##"#"a\"# + b"##, ##" "  "  + b"##),
      ("\"\"\"\na \"b\" c\n\"\"\" + d", "\"\"\"\n       \n\"\"\" + d"),
      ("\"// no comment\" + a", "\"             \" + a"), ("#if a\nb\n#endif", "#if a\nb\n#endif"),
    ])
  func blanking(text: String, code: String) {
    #expect(SwiftText.code(of: text) == code)
  }
}
