// What this machine has and allows, as one value: gathered here, judged elsewhere (Live/Doctor), so
// that the judgement can be tried on machines that nobody has. Missing facts are nil, never zero.
internal import CLinux
internal import Glibc

public struct MachineFacts: Hashable, Sendable {
  public struct Disk: Hashable, Sendable {
    /// What it is for: `results`, `temporary files`.
    public var use: String
    public var path: String
    public var freeBytes: Int?
    public var isWritable: Bool

    public init(use: String, path: String, freeBytes: Int?, isWritable: Bool) {
      self.use = use
      self.path = path
      self.freeBytes = freeBytes
      self.isWritable = isWritable
    }
  }

  public var descriptors = ResourceLimit(soft: 1024, hard: 1024)
  /// nil for root, whom it does not bind.
  public var userProcesses: ResourceLimit?
  /// Of the whole system.
  public var processNumbers: Int?
  public var threads: Int?
  public var processesRunning: Int?
  public var localPorts: ClosedRange<Int>?
  public var acceptQueue: Int?
  public var usableProcessors = 1
  public var governor: String?
  public var memoryBytes: Int?
  public var memoryAvailable: Int?
  public var swapBytes: Int?
  public var swapUsed: Int?
  public var clockSource: String?
  public var clockSources: [String] = []
  public var group = ControlGroup()
  public var disks: [Disk] = []
  /// Where each program was found; nil: nowhere.
  public var redis: String?
  public var haproxy: String?
  public var mock: String?
  public var realCLI: String?
  public var mayMakeNetworks = false
  public var isRoot = false

  public init() {}

  /// What to look for where.
  public struct Places: Hashable, Sendable {
    public var results = "results"
    public var temporary = "/tmp"
    public var mock = "mock-copilot"
    public var realCLI = ".build/real-cli/copilot"
    public init() {}
  }

  public static func gather(_ places: Places) -> MachineFacts {
    var facts = MachineFacts()
    facts.isRoot = geteuid() == 0
    facts.descriptors = ResourceLimits.descriptors()
    facts.userProcesses = facts.isRoot ? nil : ResourceLimits.processes()
    facts.processNumbers = whole("/proc/sys/kernel/pid_max")
    facts.threads = whole("/proc/sys/kernel/threads-max")
    // `0.52 0.58 0.59 2/467 8832`: running and all, threads counted.
    facts.processesRunning = text("/proc/loadavg").flatMap { line in
      line.split(separator: " ").dropFirst(3).first?.split(separator: "/").last.flatMap { Int($0) }
    }
    facts.localPorts = text("/proc/sys/net/ipv4/ip_local_port_range").flatMap(ports)
    facts.acceptQueue = whole("/proc/sys/net/core/somaxconn")
    facts.usableProcessors = Machine.current().usableProcessors
    facts.governor = word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    facts.readMemory()
    let clocks = "/sys/devices/system/clocksource/clocksource0/"
    facts.clockSource = word(clocks + "current_clocksource")
    facts.clockSources =
      word(clocks + "available_clocksource")?.split(separator: " ").map(String.init) ?? []
    facts.group = ControlGroup.current()
    facts.disks = [
      disk("results", places.results), disk("temporary files", places.temporary),
    ]
    facts.redis = program("redis-server")
    facts.haproxy = program("haproxy")
    facts.mock = isProgram(places.mock) ? places.mock : nil
    facts.realCLI = isProgram(places.realCLI) ? places.realCLI : nil
    facts.mayMakeNetworks = seatrial_may_make_network() == 1
    return facts
  }

  private mutating func readMemory() {
    guard let text = MachineFacts.text("/proc/meminfo") else { return }
    memoryBytes = KernelText.bytes(of: "MemTotal", in: text)
    memoryAvailable = KernelText.bytes(of: "MemAvailable", in: text)
    swapBytes = KernelText.bytes(of: "SwapTotal", in: text)
    if let swapBytes, let free = KernelText.bytes(of: "SwapFree", in: text) {
      swapUsed = swapBytes - free
    }
  }

  /// `32768\t60999`.
  package static func ports(_ text: String) -> ClosedRange<Int>? {
    let numbers = text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
    return numbers[0]...numbers[1]
  }

  /// The path itself, or the nearest folder above it that is there: that is where it would be made.
  private static func disk(_ use: String, _ path: String) -> Disk {
    var place = path.hasPrefix("/") ? path : ThisProcess.workingDirectory + "/" + path
    while Files.kind(of: place) != .directory, let slash = place.lastIndex(of: "/") {
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
    var facts = statvfs()
    let free = unsafe statvfs(place, &facts) == 0 ? Int(facts.f_bavail) * Int(facts.f_frsize) : nil
    return Disk(
      use: use, path: path, freeBytes: free, isWritable: unsafe access(place, W_OK | X_OK) == 0)
  }

  /// In `PATH`, and where Debian puts servers, which a person's `PATH` leaves out.
  private static func program(_ name: String) -> String? {
    let path = (ThisProcess.environment("PATH") ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isProgram)
  }

  private static func isProgram(_ path: String) -> Bool {
    guard Files.kind(of: path) == .file else { return false }
    return unsafe access(path, X_OK) == 0
  }

  private static func whole(_ path: String) -> Int? { word(path).flatMap { Int($0) } }

  private static func word(_ path: String) -> String? {
    text(path).map { KernelText.trimmed($0[...]) }
  }

  private static func text(_ path: String) -> String? { ControlGroup.text(path) }
}
