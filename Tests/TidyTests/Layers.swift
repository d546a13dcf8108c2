// Who may import whom: docs/architecture.md, the table of modules, as data. A module that is not
// in the table may import nothing, so a new one is added here and there in the same change.

struct Layer {
  /// Pure modules hold no clock, no chance of their own and no system call. Simulation is a host,
  /// but its time is virtual, so the same holds for it.
  let isDeterministic: Bool
  let imports: Set<String>

  /// The modules whose standard output is theirs to write.
  static let programs: Set = ["seatrial", "mock-copilot", "bench"]

  static let table: [String: Layer] = [
    "Basics": pure("CPrefetch"),
    "Workload": pure("Basics"),
    "Policies": pure("Basics"),
    "CLIModel": pure("Basics"),
    "Metrics": pure("Basics"),
    "Statistics": pure("Basics"),
    "Wire": pure("Basics"),
    "Truth": pure("Basics"),
    "Scenarios": pure("Basics", "Workload", "Policies", "CLIModel", "CYAML"),
    "Reporting": pure("Basics", "Metrics", "Statistics"),
    "Results": pure("Basics", "Policies", "CLIModel", "Metrics", "Scenarios"),
    "Simulation": pure(
      "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics", "Scenarios",
      "Results", "Synchronization"),
    "LinuxIO": host("Basics", "CLinux", "CHTTP", "CJemalloc"),
    "Live": host(
      "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics", "Truth", "Scenarios",
      "Results", "Wire", "LinuxIO", "CHiredis"),
    "MockCLI": host("Basics", "CLIModel", "Wire", "LinuxIO", "Scenarios"),
    // Both are hosts of virtual time, as Simulation is.
    "Planning": pure(
      "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Scenarios", "Simulation",
      "Statistics"),
    "Hazards": pure("Basics", "Policies", "CLIModel"),
    "Fuzzing": host("Basics", "Wire", "LinuxIO", "MockCLI"),
    "fuzz": host("Fuzzing", "LinuxIO"),
    "seatrial": host(
      "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Statistics", "Scenarios",
      "Results", "Reporting", "Simulation", "Live", "Planning", "Hazards", "LinuxIO"),
    "mock-copilot": host("MockCLI", "LinuxIO"),
    "bench": host(
      "Basics", "Workload", "Policies", "CLIModel", "Metrics", "Truth", "Simulation", "Hazards",
      "LinuxIO"),
  ]

  private static func pure(_ imports: String...) -> Layer {
    Layer(isDeterministic: true, imports: Set(imports))
  }

  private static func host(_ imports: String...) -> Layer {
    Layer(isDeterministic: false, imports: Set(imports + ["Glibc", "Synchronization"]))
  }
}
