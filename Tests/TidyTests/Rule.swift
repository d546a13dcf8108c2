// The rules of the house that a machine can hold. Each finds lines in one file; each complaint says
// what to use instead, because a rule that only forbids costs the reader an afternoon.

import Testing

struct Finding: Equatable {
  let line: Int
  let advice: String
}

struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let find: @Sendable (SourceFile) -> [Finding]

  var testDescription: String { name }

  /// `Sources/Basics/Time.swift:12: …`, one line a finding.
  func complaints(about file: SourceFile) -> [String] {
    find(file).map { "\(file.path):\($0.line): \($0.advice)" }
  }

  static let all = [
    foundation, layers, clocksAndChance, printing, unsafety, length, columns, markers, header,
    testableImports,
  ]

  static let foundation = Rule(name: "no Foundation, no Dispatch") { file in
    file.imports.compactMap { line, module in
      guard let advice = bannedModules[module] else { return nil }
      return Finding(line: line, advice: "import of \(module); \(advice)")
    }
  }

  private static let bannedModules = [
    "Foundation": "LinuxIO has files, clocks and text of numbers; ICU would cost 50 MB",
    "FoundationEssentials": "LinuxIO has files, clocks and text of numbers",
    "Dispatch": "use LinuxIO's WorkerThreads: one owner a thread, joined at the end",
    "XCTest": "use Swift Testing: import Testing",
  ]

  static let layers = Rule(name: "imports follow the layers") { file in
    guard let module = file.module else { return [] }
    return file.imports.compactMap { line, imported in
      if imported == "Glibc" && file.path == "Sources/Basics/Mathematics.swift" { return nil }
      guard let layer = Layer.table[module] else {
        return Finding(line: line, advice: "\(module) is in no layer; add it to Layers.swift")
      }
      if layer.imports.contains(imported) || bannedModules[imported] != nil { return nil }
      let advice =
        imported == "Glibc"
        ? "take functions from Basics/Mathematics.swift and system calls from a host"
        : "it may import \(layer.imports.sorted().joined(separator: ", ")); pass a value instead"
      return Finding(line: line, advice: "\(module) imports \(imported); \(advice)")
    }
  }

  static let clocksAndChance = Rule(name: "time and chance come in as arguments") { file in
    guard let module = file.module, Layer.table[module]?.isDeterministic == true else { return [] }
    let clock = "take `now: Instant` as an argument"
    let chance = "draw from a named stream of the run's seed (Basics/Random.swift)"
    let hashing = "Swift seeds it per process; use mix64 or an index"
    return file.findings([
      ("clock_gettime", clock), ("gettimeofday", clock), ("ContinuousClock", clock),
      ("SuspendingClock", clock), ("SystemRandomNumberGenerator", chance), (".random(", chance),
      (".randomElement(", chance), (".shuffled(", chance), (".shuffle(", chance),
      ("arc4random", chance), ("hashValue", hashing), ("Hasher(", hashing),
    ])
  }

  static let printing = Rule(name: "only programs print") { file in
    guard let module = file.module, !Layer.programs.contains(module) else { return [] }
    let advice = "return the text, or write it through LinuxIO's StandardOutput and StandardError"
    return file.findings([("print(", advice), ("debugPrint(", advice), ("dump(", advice)])
  }

  /// The system calls and their tests, libm, the C libraries, storage with a benchmark, and tests
  /// that start processes or read files and the environment.
  private static let unsafePlaces = [
    "Sources/LinuxIO/", "Sources/Basics/Table.swift", "Sources/Basics/ByteBuffer.swift",
    "Sources/Basics/Mathematics.swift",
    "Sources/Scenarios/YAML", "Sources/Live/Locks/Redis",
    "Sources/fuzz/",
    "Tests/LinuxIOTests/", "Tests/EndToEndTests/Process.swift", "Tests/MetricsTests/Support.swift",
    "Tests/ReportingTests/Golden.swift", "Tests/ScenariosTests/Support.swift",
    "Tests/ScenariosTests/MutationTests.swift", "Tests/LiveTests/RedisServer.swift",
  ]

  static let unsafety = Rule(name: "unsafe code stays on its list") { file in
    if unsafePlaces.contains(where: { file.path.hasPrefix($0) }) { return [] }
    return file.findings([
      (
        "unsafe",
        "use Basics.Table, spans or LinuxIO; else bring a benchmark and list the file here"
      )
    ])
  }

  static let length = Rule(name: "files stay under 600 lines") { file in
    guard file.lines.count > 600 else { return [] }
    let advice = "\(file.lines.count) lines; split it by idea, 80 to 250 lines is the usual size"
    return [Finding(line: file.lines.count, advice: advice)]
  }

  static let columns = Rule(name: "lines stay within 100 columns") { file in
    file.lines.indices.compactMap { index in
      let columns = file.lines[index].count
      guard columns > 100 else { return nil }
      return Finding(
        line: index + 1, advice: "\(columns) columns; `swift format` breaks code, comments by hand")
    }
  }

  /// Put together from halves, or the rule would find itself.
  private static let markerWords = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]

  static let markers = Rule(name: "nothing is left for later") { file in
    file.lines.indices.compactMap { index in
      guard
        let marker = markerWords.first(where: { SourceFile.contains($0, in: file.lines[index]) })
      else { return nil }
      return Finding(
        line: index + 1, advice: "\(marker) left behind; do it, or open an issue and say why here")
    }
  }

  static let header = Rule(name: "every file says what it is") { file in
    // One line will do where the name already says most of it.
    guard file.lines.first?.hasPrefix("// ") != true else { return [] }
    let advice = "open with two to five `//` lines: what it is, why, what it must not do"
    return [Finding(line: 1, advice: advice)]
  }

  static let testableImports = Rule(name: "tests use what modules offer") { file in
    file.findings([("@testable", "test through public API, or make it `package`")])
  }
}

extension SourceFile {
  /// Lines of code that use one of the words, with its advice.
  fileprivate func findings(_ words: [(word: String, advice: String)]) -> [Finding] {
    words.flatMap { word, advice in
      linesUsing(word).map { Finding(line: $0, advice: "\(word): \(advice)") }
    }
  }

  /// Modules imported and where, whatever stands before and after: `public import struct A.B` is A.
  var imports: [(line: Int, module: String)] {
    code.indices.compactMap { index in
      let words = code[index].split(separator: " ")
      guard let place = words.firstIndex(of: "import") else { return nil }
      let before = words[..<place]
      guard before.allSatisfy({ $0.hasPrefix("@") || accessWords.contains(String($0)) }) else {
        return nil
      }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = words[(place + 1)...].first { !kinds.contains(String($0)) }
      return name?.split(separator: ".").first.map { (index + 1, String($0)) }
    }
  }
}

private let accessWords: Set = ["public", "package", "internal", "fileprivate", "private"]
