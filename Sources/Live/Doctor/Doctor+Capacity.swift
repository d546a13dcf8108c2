// Processors, memory and disk: how much of a fleet they carry. The figures of the CLI are those
// measured on CLI 1.0.57, the mock's those of docs/mock.md.
internal import Basics
internal import LinuxIO

extension Doctor {
  /// CPU of a turn on the real CLI, in seconds.
  static let turnOfRealCLI = 0.12
  /// Faithful turns a second that one core of mocks serves.
  static let turnsOfMocks = 16_000.0
  static let bytesOfMock = 1_500_000
  static let bytesOfRealCLI = 260 << 20
  /// A driver's own, and 2 KB for each of its people.
  static let bytesOfDriver = 64 << 20
  static let bytesOfUser = 2048
  /// A turn's lines in events.jsonl, most of them the system prompt.
  static let bytesOfTurn = 25_620

  var processors: Finding {
    let cores = min(Double(facts.usableProcessors), facts.group.cores ?? .infinity)
    let real = Doctor.tenths(max(0, cores) / Doctor.turnOfRealCLI)
    let mocks = Doctor.digits(Doctor.rounded(Int(max(0.5, cores - 1) * Doctor.turnsOfMocks)))
    let isEnough = cores >= 2
    let quota = facts.group.cores.map { ", the control group gives \(Doctor.tenths($0))" } ?? ""
    return Finding(
      "processors", isEnough ? .fine : .note, found: "\(facts.usableProcessors)\(quota)",
      limits: "with one for the driver, about \(mocks) turns/s of mocks; "
        + "at most about \(real) turns/s of real CLIs",
      mend: isEnough
        ? nil : "use two cores or more: the driver and the fleet disturb each other on one")
  }

  var governor: Finding {
    guard let governor = facts.governor else {
      return Finding(
        "governor", found: "not to be seen, as on most virtual machines",
        limits: "the clock rate is the host's affair")
    }
    let isSteady = governor == "performance"
    return Finding(
      "governor", isSteady ? .fine : .note, found: governor,
      limits: isSteady
        ? "the clock rate is steady"
        : "cores slow down when idle: short times vary from run to run",
      mend: isSteady ? nil : "sudo cpupower frequency-set -g performance")
  }

  var memory: Finding {
    let group = facts.group
    let inGroup = group.memoryBytes.map { max(0, $0 - (group.memoryUsed ?? 0)) }
    guard let free = [facts.memoryAvailable, inGroup].compactMap({ $0 }).min() else {
      return Finding("memory", .note, found: "not to be seen", limits: "unknown")
    }
    let room = max(0, free - Doctor.bytesOfDriver)
    let each = needs?.servers == .real ? Doctor.bytesOfRealCLI : Doctor.bytesOfMock
    let wanted =
      (needs?.processes ?? 0) * each + (needs?.users ?? 0) * Doctor.bytesOfUser
    let isEnough = wanted <= room
    let tight = inGroup.map { $0 == free } ?? false
    return Finding(
      "memory", isEnough ? .fine : .prevents,
      found: "\(Doctor.size(free)) free\(tight ? " in the control group" : "")",
      limits: "at most about \(Doctor.digits(Doctor.rounded(room / Doctor.bytesOfMock))) mocks, or "
        + "\(room / Doctor.bytesOfRealCLI) real CLIs, or "
        + "\(Doctor.digits(Doctor.rounded(room / Doctor.bytesOfUser))) users"
        + (isEnough ? "" : "; this run needs about \(Doctor.size(wanted))"),
      mend: isEnough
        ? nil
        : tight
          ? "fewer servers, or a higher memory bound of the container"
          : "fewer servers or a larger machine"
    )
  }

  var swap: Finding {
    guard let swap = facts.swapBytes else {
      return Finding("swap", .note, found: "not to be seen", limits: "unknown")
    }
    if swap == 0 {
      return Finding("swap", found: "none", limits: "nothing is moved to disk during a run")
    }
    let used = facts.swapUsed ?? 0
    return Finding(
      "swap", used > 0 && needs != nil ? .doubtful : .note,
      found: "\(Doctor.size(swap)), \(Doctor.size(used)) used",
      limits: "a run that is moved to disk is suspect: one page takes as long as many turns",
      mend: "sudo swapoff -a")
  }

  func disk(_ disk: MachineFacts.Disk) -> Finding {
    let check = disk.use == "results" ? "disk.results" : "disk.temporary"
    guard disk.isWritable else {
      return Finding(
        check, needs == nil ? .note : .prevents,
        found: "\(disk.path) cannot be written",
        limits: disk.use == "results" ? "no result can be kept" : "no server has a home",
        mend: disk.use == "results" ? "choose another --out" : "set TMPDIR to a folder of yours")
    }
    guard let free = disk.freeBytes else {
      return Finding(check, .note, found: "\(disk.path): not to be seen", limits: "unknown")
    }
    // A gibibyte: 40,000 turns of a fleet, or a thousand results.
    let isSmall = free < 1 << 30
    let limits =
      disk.use == "results"
      ? "room for about \(Doctor.digits(Doctor.rounded(free >> 20))) results of 1 MiB"
      : "homes for about \(Doctor.digits(Doctor.rounded(free / Doctor.bytesOfTurn))) turns"
    return Finding(
      check, isSmall ? .note : .fine, found: "\(disk.path): \(Doctor.size(free)) free",
      limits: limits,
      mend: isSmall
        ? (disk.use == "results" ? "free some space" : "set TMPDIR to a larger disk") : nil)
  }
}
