// swift-tools-version: 6.2
// The module layout is the design: arrows point one way, from hosts to pure modules to Basics.
// docs/architecture.md draws it; Tests/TidyTests holds the sources to it.
import PackageDescription

let house: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The mock's sessions and connections are classes, and every look at one is checked for another
/// under way: some 3 % of a turn. Unoptimised builds, so also `make sanitize`, keep the checks.
let unchecked: [SwiftSetting] = [
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

func module(_ name: String, _ dependencies: String...) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: house)
}

func program(_ name: String, _ dependencies: String...) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: house)
}

/// `files`: folders with files to compare with or to read, which are no sources.
func tests(_ name: String, _ dependencies: String..., files: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies.map { .init(stringLiteral: $0) },
    exclude: files, swiftSettings: house)
}

/// libFuzzer's own main comes with --sanitize=fuzzer alone, so its program is there only when asked
/// for (Tests/Setup/fuzz.sh).
let fuzzers: [Target] =
  Context.environment["SEATRIAL_FUZZ"] == nil
  ? [] : [program("fuzz", "Fuzzing", "LinuxIO")]

let package = Package(
  name: "seatrial",
  products: [
    .executable(name: "seatrial", targets: ["seatrial"]),
    .executable(name: "mock-copilot", targets: ["mock-copilot"]),
  ],
  targets: [
    // Pure: no clock, no input or output, no Foundation.
    module("Basics", "CPrefetch"),
    module("Workload", "Basics"),
    module("Policies", "Basics"),
    module("CLIModel", "Basics"),
    module("Metrics", "Basics"),
    module("Statistics", "Basics"),
    module("Wire", "Basics"),
    module("Truth", "Basics"),
    module("Scenarios", "Basics", "Workload", "Policies", "CLIModel", "CYAML"),
    module("Reporting", "Basics", "Metrics", "Statistics"),
    module("Results", "Basics", "Policies", "CLIModel", "Metrics", "Scenarios"),

    // Hosts: the only code that knows what time it is.
    module(
      "Simulation", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios", "Results"),
    module("LinuxIO", "Basics", "CLinux", "CHTTP", "CJemalloc"),
    // The default profile is built into the program, which has to stand alone.
    .target(
      name: "MockCLI", dependencies: ["Basics", "CLIModel", "Wire", "LinuxIO", "Scenarios"],
      resources: [.embedInCode("Resources/copilot-cli-1.0.57.json")],
      swiftSettings: house + unchecked),
    module(
      "Live", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics", "Truth",
      "Scenarios", "Results", "Wire", "LinuxIO", "CHiredis"),
    module("Hazards", "Basics", "Policies", "CLIModel"),
    // What libFuzzer is let loose on, and what the files it found are tried on as tests.
    module("Fuzzing", "Basics", "Wire", "LinuxIO", "MockCLI"),
    module(
      "Planning", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Scenarios",
      "Simulation",
      "Statistics"),

    // Programs: files, flags, exit codes.
    program(
      "seatrial", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios", "Results", "Reporting", "Simulation", "Live", "Planning", "Hazards",
      "LinuxIO"),
    // One file that runs on any machine: the standard library is linked in.
    .executableTarget(
      name: "mock-copilot", dependencies: ["MockCLI", "LinuxIO"], swiftSettings: house,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),
    program(
      "bench", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Truth", "Simulation",
      "Hazards", "LinuxIO"),

    // C: what Swift cannot see by itself.
    .target(name: "CLinux"),
    .target(name: "CPrefetch"),
    .target(name: "CHTTP", linkerSettings: [.linkedLibrary("http_parser")]),
    .systemLibrary(
      name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    tests("Basics", "Basics", "LinuxIO"),
    tests("Workload", "Workload", "Basics"),
    tests("Policies", "Policies", "Basics"),
    tests("CLIModel", "CLIModel", "Basics"),
    tests("Metrics", "Metrics", "Basics"),
    tests("Statistics", "Statistics", "Basics"),
    tests("Wire", "Wire", "Basics"),
    tests("Truth", "Truth", "Basics"),
    tests("Scenarios", "Scenarios", "Basics", "Workload", "Policies", "CLIModel"),
    tests("Reporting", "Reporting", "Basics", "Metrics", "Statistics", files: ["Goldens"]),
    tests(
      "Simulation", "Simulation", "Basics", "Workload", "Policies", "CLIModel", "Metrics",
      "Statistics", "Scenarios"),
    tests("LinuxIO", "LinuxIO", "Basics"),
    tests("MockCLI", "MockCLI", "Basics", "CLIModel", "LinuxIO"),
    tests(
      "Live", "Live", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Scenarios", "Wire",
      "LinuxIO"),
    tests("Hazards", "Hazards", "Basics", "Policies"),
    tests("Fuzzing", "Fuzzing", "LinuxIO", files: ["Corpus"]),
    tests(
      "Planning", "Planning", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios", "Simulation", "LinuxIO"),
    tests("Tidy", "LinuxIO"),
    // Runs the built programs; `swift test` builds them all.
    tests(
      "EndToEnd", "Basics", "Metrics", "Statistics", "LinuxIO", "Workload", "Policies", "Scenarios",
      "Simulation", "Live", files: ["Peers"]),
  ] + fuzzers,
  swiftLanguageModes: [.v6]
)
