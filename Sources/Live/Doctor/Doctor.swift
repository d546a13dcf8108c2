// Judges a machine: what its limits allow, in numbers, and whether that is enough for a run. The
// judgement is a pure function of facts and needs; only `check(needs:)` at the end gathers them.
internal import Basics
package import LinuxIO

package struct Doctor {
  let facts: MachineFacts
  /// nil: nothing in particular is to be run; then nothing is doubtful or prevented.
  let needs: Needs?

  package static func judge(_ facts: MachineFacts, needs: Needs?) -> [Finding] {
    let doctor = Doctor(facts: facts, needs: needs)
    return [
      doctor.descriptors, doctor.processes, doctor.ports, doctor.acceptQueue, doctor.processors,
      doctor.governor, doctor.clock, doctor.memory, doctor.swap,
    ] + facts.disks.map(doctor.disk) + [
      doctor.mock, doctor.realCLI, doctor.redis, doctor.haproxy, doctor.networks,
    ]
  }

  /// What a driver asks before a run: lifts its own limit of descriptors first, as far as it may.
  package static func check(needs: Needs?, places: MachineFacts.Places = .init()) -> [Finding] {
    _ = ResourceLimits.raiseDescriptors()
    return judge(MachineFacts.gather(places), needs: needs)
  }

  // MARK: descriptors

  /// Standard streams, loop, timers, signals, logs, Redis, the provider's own: what a driver opens
  /// beside its connections.
  static let ownDescriptors = 64
  /// A process it has started: its standard output and its number.
  static let descriptorsPerProcess = 2

  var descriptors: Finding {
    let limit = facts.descriptors
    let room = max(0, limit.hard - Doctor.ownDescriptors)
    let most = Doctor.rounded(room)
    let wanted =
      (needs?.connections ?? 0) + (needs?.processes ?? 0) * Doctor.descriptorsPerProcess
    let isEnough = wanted <= room
    let found =
      limit.soft < limit.hard
      ? "\(Doctor.digits(limit.soft)), a driver raises it to \(Doctor.digits(limit.hard)) itself"
      : Doctor.digits(limit.hard)
    let raised = max(65_536, Doctor.powerOfTwo(above: wanted + Doctor.ownDescriptors))
    // 65,536 connections to one address are more than its ports allow anyway.
    let isSmall = limit.hard < 65_536
    return Finding(
      "descriptors", isEnough ? (isSmall ? .note : .fine) : .prevents, found: found,
      limits: "at most about \(Doctor.digits(most)) connections in one driver"
        + (isEnough ? "" : "; this run needs \(Doctor.digits(wanted))"),
      mend: isEnough && !isSmall
        ? nil : "sudo prlimit --pid $$ --nofile=\(raised):\(raised)")
  }

  var processes: Finding {
    let group = facts.group
    let running = facts.processesRunning ?? 0
    let bounds: [(most: Int, what: String, mend: String)] = [
      facts.userProcesses.map {
        (
          max(0, $0.soft - running), "\(Doctor.digits($0.soft)) for this user",
          "ulimit -u unlimited"
        )
      },
      facts.processNumbers.map {
        (
          max(0, $0 - running), "\(Doctor.digits($0)) process numbers",
          "sudo sysctl -w kernel.pid_max=4194304"
        )
      },
      facts.threads.map {
        (
          max(0, $0 - running), "\(Doctor.digits($0)) threads of the system",
          "sudo sysctl -w kernel.threads-max=\($0 * 4)"
        )
      },
      group.processes.map {
        (
          max(0, $0 - (group.processesUsed ?? running)),
          "\(Doctor.digits($0)) in the control group",
          "raise pids.max of the container or service"
        )
      },
    ].compactMap { $0 }
    guard let tightest = bounds.min(by: { $0.most < $1.most }) else {
      return Finding("processes", .note, found: "not to be seen", limits: "unknown")
    }
    // A real CLI has 14 to 19 threads, a mock one (docs/measuring of CLI 1.0.57).
    let mocks = tightest.most
    let real = tightest.most / Doctor.threadsOfRealCLI
    let most = needs?.servers == .real ? real : mocks
    let isEnough = (needs?.processes ?? 0) <= most
    return Finding(
      "processes", isEnough ? .fine : .prevents, found: tightest.what,
      limits: "at most about \(Doctor.digits(Doctor.rounded(mocks))) mocks or "
        + "\(Doctor.digits(Doctor.rounded(real))) real CLIs"
        + (isEnough ? "" : "; this run needs \(Doctor.digits(needs?.processes ?? 0))"),
      mend: isEnough ? nil : tightest.mend)
  }

  static let threadsOfRealCLI = 19

  // MARK: network

  var ports: Finding {
    guard let ports = facts.localPorts else {
      return Finding("ports", .note, found: "not to be seen", limits: "unknown")
    }
    // Servers that listen on a port of the system's take one from the same range.
    let room = max(0, ports.count - (needs?.processes ?? 0))
    let isEnough = (needs?.connectionsToOne ?? 0) <= room && (needs?.processes ?? 0) < ports.count
    return Finding(
      "ports", isEnough ? .fine : .prevents,
      found: "\(ports.lowerBound) to \(ports.upperBound)",
      limits: "at most \(Doctor.digits(room)) connections to one server"
        + (isEnough ? "" : "; this run needs \(Doctor.digits(needs?.connectionsToOne ?? 0))"),
      mend: isEnough ? nil : "sudo sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"")
  }

  var acceptQueue: Finding {
    guard let queue = facts.acceptQueue else {
      return Finding("somaxconn", .note, found: "not to be seen", limits: "unknown")
    }
    let wanted = needs?.connectionsToOne ?? 0
    let isEnough = wanted <= queue
    return Finding(
      "somaxconn", isEnough ? .fine : .doubtful, found: Doctor.digits(queue),
      limits: "\(Doctor.digits(queue)) connections may wait to be accepted by one server; "
        + "others try again after a second",
      mend: isEnough
        ? nil
        : "sudo sysctl -w net.core.somaxconn=\(Doctor.powerOfTwo(above: wanted))"
    )
  }

  var networks: Finding {
    // Loopback as it stands has no shortage that a namespace would mend: the real CLI is only kept
    // from the network by one.
    let isWanted = needs?.servers == .real
    return Finding(
      "networks", facts.mayMakeNetworks || !isWanted ? .fine : .note,
      found: facts.mayMakeNetworks ? "allowed" : "not allowed",
      limits: facts.mayMakeNetworks
        ? "make real drives real CLIs in a network namespace of its own"
        : "real CLIs run in this machine's network, offline by their own setting alone",
      mend: facts.mayMakeNetworks || !isWanted
        ? nil : "run as root, or sudo sysctl -w user.max_net_namespaces=1024")
  }

  // MARK: clock

  /// Clocks that the kernel reads without leaving the program.
  static let quickClocks = ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"]

  var clock: Finding {
    guard let source = facts.clockSource else {
      return Finding("clock", .note, found: "not to be seen", limits: "unknown")
    }
    let isQuick = Doctor.quickClocks.contains(source)
    let better = facts.clockSources.first { Doctor.quickClocks.contains($0) }
    return Finding(
      "clock", isQuick ? .fine : .note, found: source,
      limits: isQuick
        ? "reading it costs some 20 ns"
        : "reading it is a system call of about a microsecond, several times a turn",
      mend: isQuick
        ? nil
        : better.map {
          "echo \($0) | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
        })
  }
}
