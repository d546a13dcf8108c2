// The front door: the bytes of a file, the `--set` flags and a way to the files it names go in; out
// come the base and every variant, checked, or all complaints at once. Values are laid over one
// another as default < file < variant < --set. Nothing here opens a file or looks at a clock.
internal import Basics
internal import CLIModel

public struct ScenarioFile: Sendable {
  /// The file as it stands, with the flags.
  public var base: Scenario
  /// The base first, then the variants in the order of the file, then the points of the sweep.
  public var variants: [Scenario]
  public var warnings: [Complaint]

  /// Over the digests and names of all variants: two results with this digest have measured the
  /// same things.
  public var digest: String { Text.digest(variants.map { "\($0.variant) \($0.digest)" }) }

  public func variant(named name: String) -> Scenario? {
    variants.first { $0.variant == name }
  }

  /// What `--variant` says about a name that is not there.
  public func complaint(aboutVariant name: String) -> String {
    "there is no variant " + unknownWord(name, of: variants.map(\.variant))
  }

  /// - settings: `key=value` texts of `--set`.
  /// - files: gives the bytes of a file that the scenario names. Paths are relative to the
  ///   scenario's own folder; the profile is asked for as `profiles/NAME.json`.
  /// - expectationCheck: nil for a sound expectation, else the column in its text (from 1) and the
  ///   reason.
  public static func read(
    bytes: [UInt8], name: String, settings: [String] = [],
    files: @escaping (String) -> Result<[UInt8], FileProblem>,
    expectationCheck: @escaping (String) -> (column: Int, reason: String)? = { _ in nil }
  ) -> Result<ScenarioFile, Complaints> {
    var reading = Reading(source: name, files: files, expectation: expectationCheck)
    var reader = FileReader(file: name)
    reader.readText(bytes, &reading)
    reader.readSettings(settings, &reading)
    let runs = reader.runs(&reading)
    let complaints = reading.complaints.sorted(main: name)
    guard reading.complaints.errors == 0, let base = runs.first else {
      return .failure(Complaints(complaints))
    }
    return .success(ScenarioFile(base: base, variants: runs, warnings: complaints))
  }
}

private struct FileReader {
  let file: String
  private var fileLayer: Layer
  private var settingLayers: [Layer] = []
  private var variantLayers: [Layer] = []
  /// Each profile is read once, however many variants use it.
  private var profiles: [String: CostProfile?] = [:]
  private var start: Position

  init(file: String) {
    self.file = file
    fileLayer = Layer(kind: .file, source: file)
    start = Position(file: file, line: 1, column: 1)
  }

  mutating func readText(_ bytes: [UInt8], _ reading: inout Reading) {
    let document: YAMLDocument
    switch YAMLReader.read(bytes) {
    case .failure(let problem):
      reading.complain(problem)
      return
    case .success(let read): document = read
    }
    for problem in document.problems { reading.complain(problem) }
    guard let root = document.root, let pairs = root.mapping else {
      let what = document.root?.isEmpty ?? true ? "is empty" : "is no mapping"
      let place = YAMLProblem(
        line: document.root?.line ?? 1, column: document.root?.column ?? 1,
        reason: "the file \(what); a scenario begins with seatrial: 1")
      reading.complain(place)
      return
    }
    start = Position(file: file, line: root.line, column: root.column)
    func special(_ name: String) -> YAMLPair? { pairs.first { $0.name == name } }
    let keys = pairs.filter { !ScenarioKeys.special.contains($0.name) }
    fileLayer.take(keys, dotted: false, &reading)
    variantLayers = Variants.layers(
      variants: special("variants"), sweep: special("sweep"), source: file, &reading)
  }

  /// The value of a flag is YAML too, so lists and mappings can be set. The line of a complaint is
  /// the flag's number.
  mutating func readSettings(_ settings: [String], _ reading: inout Reading) {
    for (index, text) in settings.enumerated() {
      reading.source = "--set"
      reading.key = ""
      let flag = YAMLNode(content: .scalar(text), line: index + 1, column: 1)
      guard let equals = text.firstIndex(of: "=") else {
        reading.complain(flag, "\(Units.quoted(text)) is not of the form key=value")
        continue
      }
      let path = String(text[..<equals])
      // Spaces keep the columns of the value those of the flag.
      let lead = String(repeating: " ", count: path.unicodeScalars.count + 1)
      let value = String(text[text.index(after: equals)...])
      switch YAMLReader.read(Array((lead + value).utf8)) {
      case .failure(let problem):
        reading.key = Spelling.clipped(path)
        reading.complain(flag, offset: problem.column - 1, problem.reason)
      case .success(let document):
        guard var node = document.root, document.problems.isEmpty else {
          reading.key = Spelling.clipped(path)
          reading.complain(flag, document.problems.first?.reason ?? "has no value")
          continue
        }
        node.moveDown(by: index)
        let key = YAMLNode(content: .scalar(path), line: index + 1, column: 1)
        var layer = Layer(kind: .setting, source: "--set")
        layer.take([YAMLPair(key: key, value: node)], dotted: true, &reading)
        settingLayers.append(layer)
      }
    }
  }

  /// The base and the variants. Checks wait until every value could be read: what keys say together
  /// means little while one of them is wrong.
  mutating func runs(_ reading: inout Reading) -> [Scenario] {
    var stated = LayeredDraft()
    stated.draft.name = stem(of: file)
    stated.apply(fileLayer, &reading)
    var drafts: [(name: String, draft: LayeredDraft)] = []
    for layer in [nil] + variantLayers.map(Optional.some) {
      var draft = stated
      var name = "base"
      if let layer {
        draft.apply(layer, &reading)
        if case .variant(let own) = layer.kind { name = own }
      }
      for setting in settingLayers { draft.apply(setting, &reading) }
      drafts.append((name, draft))
    }
    guard reading.complaints.errors == 0 else {
      if !fileLayer.assignments.contains(where: { ScenarioKeys.all[$0.place].path == "seatrial" }) {
        // Said here too, since the checks will not run.
        reading.complaints.append(
          Complaint(
            position: start, key: "seatrial",
            reason: "is missing: a scenario begins with seatrial: 1"))
      }
      return []
    }
    return checked(drafts, &reading)
  }

  private mutating func checked(
    _ drafts: [(name: String, draft: LayeredDraft)], _ reading: inout Reading
  ) -> [Scenario] {
    var scenarios: [Scenario] = []
    var said: Set<Complaint> = []
    var idle: [Complaint: Int] = [:]
    var order: [Complaint] = []
    for (name, draft) in drafts {
      guard let profile = profile(draft.draft.profile, of: draft, "fleet.profile", &reading)
      else { continue }
      let others = draft.draft.plan.profileNames.compactMap {
        self.profile($0, of: draft, "plan.profiles", &reading)
      }
      var checks = Checks(draft, start: start)
      checks.run(profile: profile)
      for complaint in checks.found where said.insert(complaint).inserted {
        var complaint = complaint
        if name != "base" { complaint.reason += " (variant \(Spelling.clipped(name)))" }
        reading.complaints.append(complaint)
      }
      for complaint in checks.idle {
        if idle[complaint] == nil { order.append(complaint) }
        idle[complaint, default: 0] += 1
      }
      // A faulty draft is not put together: assembly may rely on what the checks promise.
      if !checks.found.contains(where: { $0.severity == .error }) {
        scenarios.append(
          Assembly.scenario(draft, variant: name, profile: profile, others: others))
      }
    }
    for complaint in order {
      let holders = drafts.filter { $0.draft.position(of: complaint.key) == complaint.position }
      if holders.count == idle[complaint] { reading.complaints.append(complaint) }
    }
    return scenarios
  }

  private mutating func profile(
    _ name: String, of draft: LayeredDraft, _ key: String, _ reading: inout Reading
  ) -> CostProfile? {
    if let known = profiles[name] { return known }
    let place = draft.position(of: key) ?? start
    func complain(_ reason: String) {
      reading.complaints.append(Complaint(position: place, key: key, reason: reason))
    }
    var profile: CostProfile?
    let safe = name.unicodeScalars.allSatisfy {
      Units.isLetter($0) || Units.isDigit($0) || $0 == "-" || $0 == "_" || $0 == "."
    }
    if !safe || name.isEmpty || name.first == "." {
      complain("a profile's name is of letters, digits, dots and hyphens")
    } else {
      let path = "profiles/\(name).json"
      switch reading.files(path) {
      case .failure(let problem): complain("\(path): \(problem.reason)")
      case .success(let bytes):
        switch ProfileReader.read(bytes, name: path) {
        case .success(let read): profile = read
        case .failure(let complaints):
          for complaint in complaints.all { reading.complaints.append(complaint) }
        }
      }
    }
    profiles[name] = .some(profile)
    return profile
  }

  private func stem(of path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
  }
}

extension YAMLNode {
  fileprivate mutating func moveDown(by lines: Int) {
    line += lines
    switch content {
    case .scalar: break
    case .sequence(var items):
      for index in items.indices { items[index].moveDown(by: lines) }
      content = .sequence(items)
    case .mapping(var pairs):
      for index in pairs.indices {
        pairs[index].key.moveDown(by: lines)
        pairs[index].value.moveDown(by: lines)
      }
      content = .mapping(pairs)
    }
  }
}
