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

func module(_ name: String, _ dependencies: String...) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: house)
}

func program(_ name: String, _ dependencies: String...) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: house)
}

/// `goldens`: pages to compare with lie beside the tests, and are no sources.
func tests(_ name: String, _ dependencies: String..., goldens: Bool = false) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies.map { .init(stringLiteral: $0) },
    exclude: goldens ? ["Goldens"] : [], swiftSettings: house)
}

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
    module("Scenarios", "Basics", "Workload", "Policies", "CLIModel", "CYAML"),
    module("Reporting", "Basics", "Metrics", "Statistics"),

    // Hosts: the only code that knows what time it is.
    module(
      "Simulation", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios"),
    module("LinuxIO", "Basics", "CLinux", "CHTTP", "CJemalloc"),
    // The default profile is built into the program, which has to stand alone.
    .target(
      name: "MockCLI", dependencies: ["Basics", "CLIModel", "Wire", "LinuxIO", "Scenarios"],
      resources: [.embedInCode("Resources/copilot-cli-1.0.57.json")], swiftSettings: house),
    module(
      "Live", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics", "Scenarios",
      "Wire", "LinuxIO", "CHiredis"),
    module("Hazards", "Basics", "Policies", "CLIModel"),
    module(
      "Planning", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Scenarios",
      "Simulation",
      "Statistics"),

    // Programs: files, flags, exit codes.
    program(
      "seatrial", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios", "Reporting", "Simulation", "Live", "Planning", "LinuxIO"),
    program("mock-copilot", "MockCLI", "LinuxIO"),
    program(
      "bench", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Simulation", "LinuxIO"),

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
    tests("Scenarios", "Scenarios", "Basics", "Workload", "Policies", "CLIModel"),
    tests("Reporting", "Reporting", "Basics", "Metrics", "Statistics", goldens: true),
    tests(
      "Simulation", "Simulation", "Basics", "Workload", "Policies", "CLIModel", "Metrics",
      "Statistics", "Scenarios"),
    tests("LinuxIO", "LinuxIO", "Basics"),
    tests("MockCLI", "MockCLI", "Basics", "CLIModel", "LinuxIO"),
    tests("Live", "Live", "Basics", "Policies", "LinuxIO"),
    tests("Hazards", "Hazards", "Policies"),
    tests(
      "Planning", "Planning", "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics",
      "Scenarios", "Simulation", "LinuxIO"),
    tests("Tidy", "LinuxIO"),
    // Runs the built programs; `swift test` builds them all.
    tests("EndToEnd", "Basics", "Metrics", "LinuxIO"),
  ],
  swiftLanguageModes: [.v6]
)
