// What the tests of plans share: a scenario from text with the shipped profile behind it, and a
// planner run to its end on this thread.
import LinuxIO
import Metrics
import Planning
import Scenarios
import Simulation
import Testing

let repositoryRoot = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

func scenarioFile(
  _ text: String, set: [String] = [], extra: [String: String] = [:]
) throws -> ScenarioFile {
  try ScenarioFile.read(
    bytes: Array(text.utf8), name: "plan.yaml", settings: set,
    files: { path in
      if let text = extra[path] { return .success(Array(text.utf8)) }
      switch Files.read("\(repositoryRoot)/scenarios/\(path)", limit: 1 << 20) {
      case .contents(let bytes): return .success(bytes)
      default: return .failure(FileProblem(reason: "it cannot be read"))
      }
    }, expectationCheck: { _ in nil }
  ).get()
}

/// One after another, on this thread.
let trialRunner: TrialRunner = { trials in
  trials.compactMap { $0.run { _ in true } }
}

func planned(
  _ file: ScenarioFile, users: [Int], prices: PriceList? = nil, quick: Bool = false
) -> Planner {
  var planner = Planner(file, users: users, prices: prices, quick: quick)
  while true {
    let tasks = planner.nextStage()
    if tasks.isEmpty { return planner }
    planner.take(tasks.map { ($0, $0.run(trialRunner)) })
  }
}

/// As `planned`, but only as far as the sizes.
func sizes(_ file: ScenarioFile, users: [Int]) -> [CandidateAnswer] {
  var planner = Planner(file, users: users, prices: nil, quick: false)
  let tasks = planner.nextStage()
  planner.take(tasks.map { ($0, $0.run(trialRunner)) })
  return planner.answers
}
