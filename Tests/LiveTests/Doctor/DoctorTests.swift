// The doctor's judgement on machines made up for it: the numbers it gives, what it calls missing,
// and that whatever it calls enough is enough.
import Basics
import LinuxIO
import Live
import Testing

/// A machine on which nothing is short.
private func goodMachine() -> MachineFacts {
  var facts = MachineFacts()
  facts.descriptors = ResourceLimit(soft: 1024, hard: 1_048_576)
  facts.processNumbers = 4_194_304
  facts.threads = 200_000
  facts.processesRunning = 300
  facts.localPorts = 32_768...60_999
  facts.acceptQueue = 4096
  facts.usableProcessors = 8
  facts.memoryBytes = 32 << 30
  facts.memoryAvailable = 28 << 30
  facts.swapBytes = 0
  facts.swapUsed = 0
  facts.clockSource = "tsc"
  facts.disks = [.init(use: "results", path: "results", freeBytes: 100 << 30, isWritable: true)]
  facts.redis = "/usr/bin/redis-server"
  facts.haproxy = "/usr/sbin/haproxy"
  facts.mock = "mock-copilot"
  facts.realCLI = ".build/real-cli/copilot"
  facts.mayMakeNetworks = true
  return facts
}

private func someNeeds() -> Needs {
  var needs = Needs()
  needs.users = 300
  needs.processes = 4
  needs.connections = 8
  needs.connectionsToOne = 2
  return needs
}

private func finding(
  _ check: String, _ needs: Needs? = someNeeds(), _ change: (inout MachineFacts) -> Void
) -> Finding? {
  var facts = goodMachine()
  change(&facts)
  return Doctor.judge(facts, needs: needs).first { $0.check == check }
}

@Suite struct DoctorTests {
  @Test("A good machine has nothing to mend, whatever is asked of it here")
  func good() {
    for needs in [nil, someNeeds()] {
      let findings = Doctor.judge(goodMachine(), needs: needs)
      #expect(findings.worst == .fine, "\(findings.filter { $0.level != .fine })")
      #expect(findings.allSatisfy { $0.mend == nil && !$0.limits.isEmpty && !$0.found.isEmpty })
      #expect(Set(findings.map(\.check)).count == findings.count)
    }
  }

  @Test("1,024 descriptors carry 960 connections, and not one more than there is room for")
  func descriptors() throws {
    let small = try #require(
      finding("descriptors") { $0.descriptors = ResourceLimit(soft: 1024, hard: 1024) })
    #expect(small.level == .note && small.limits.contains("about 960 connections"))
    var needs = someNeeds()
    needs.processes = 0
    for (connections, level) in [(960, Finding.Level.note), (961, .prevents)] {
      needs.connections = connections
      let found = finding("descriptors", needs) {
        $0.descriptors = ResourceLimit(soft: 256, hard: 1024)
      }
      #expect(found?.level == level, "\(connections) connections")
      #expect(found?.mend == "sudo prlimit --pid $$ --nofile=65536:65536")
    }
    needs.connections = 100_000
    let large = finding("descriptors", needs) {
      $0.descriptors = ResourceLimit(soft: 1024, hard: 20_000)
    }
    #expect(large?.mend == "sudo prlimit --pid $$ --nofile=131072:131072")
  }

  @Test("The tightest of all bounds on processes is the one that is named")
  func processes() {
    var needs = someNeeds()
    needs.processes = 500
    let byUser = finding("processes", needs) {
      $0.userProcesses = ResourceLimit(soft: 700, hard: 700)
    }
    #expect(byUser?.level == .prevents && byUser?.found == "700 for this user")
    let byGroup = finding("processes", needs) {
      $0.userProcesses = ResourceLimit(soft: 5000, hard: 5000)
      $0.group.processes = 512
      $0.group.processesUsed = 20
    }
    #expect(byGroup?.level == .prevents && byGroup?.found == "512 in the control group")
    needs.processes = 492
    let fits = finding("processes", needs) {
      $0.group.processes = 512
      $0.group.processesUsed = 20
    }
    #expect(fits?.level == .fine)
    // A real CLI brings its threads.
    needs.servers = .real
    let real = finding("processes", needs) { $0.threads = 5000 }
    #expect(real?.level == .prevents)
  }

  @Test("Ports bound the connections to one server, and each server takes one itself")
  func ports() {
    var needs = someNeeds()
    needs.processes = 1
    needs.connectionsToOne = 99
    let fits = finding("ports", needs) { $0.localPorts = 40_000...40_099 }
    needs.connectionsToOne = 100
    let short = finding("ports", needs) { $0.localPorts = 40_000...40_099 }
    #expect(fits?.level == .fine && short?.level == .prevents)
    #expect(short?.mend == "sudo sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"")
  }

  @Test("Memory counts the servers by their kind, and the container's bound")
  func memory() {
    var needs = someNeeds()
    needs.processes = 50
    let mocks = finding("memory", needs) { $0.memoryAvailable = 2 << 30 }
    needs.servers = .real
    let real = finding("memory", needs) { $0.memoryAvailable = 2 << 30 }
    #expect(mocks?.level == .fine && real?.level == .prevents)
    let boxed = finding("memory") {
      $0.group.memoryBytes = 100 << 20
      $0.group.memoryUsed = 90 << 20
    }
    #expect(boxed?.level == .prevents && boxed?.found == "10 MiB free in the control group")
  }

  @Test("What a scenario does not need prevents nothing")
  func programs() {
    func without(_ needs: Needs?) -> [Finding] {
      var facts = goodMachine()
      (facts.redis, facts.haproxy, facts.mock, facts.realCLI) = (nil, nil, nil, nil)
      return Doctor.judge(facts, needs: needs).filter { $0.level == .prevents }
    }
    #expect(without(nil).isEmpty)
    var needs = someNeeds()
    #expect(without(needs).map(\.check) == ["mock-copilot"])
    needs.servers = .real
    needs.usesRedis = true
    #expect(without(needs).map(\.check) == ["real-cli", "redis-server"])
    needs.servers = .external
    needs.usesBalancer = true
    #expect(without(needs).map(\.check) == ["redis-server", "haproxy"])
  }

  @Test("Without a scenario nothing is called doubtful or missing, however poor the machine")
  func poor() {
    var facts = MachineFacts()
    facts.acceptQueue = 1
    facts.memoryAvailable = 1 << 20
    facts.swapBytes = 1 << 30
    facts.swapUsed = 1 << 29
    facts.clockSource = "hpet"
    facts.clockSources = ["hpet", "tsc"]
    facts.disks = [.init(use: "results", path: "/", freeBytes: 0, isWritable: false)]
    let findings = Doctor.judge(facts, needs: nil)
    #expect(findings.worst == .note, "\(findings.filter { $0.level > .note })")
    let clock = findings.first { $0.check == "clock" }
    #expect(clock?.mend?.hasPrefix("echo tsc | sudo tee /sys") == true)
    // With one, the same machine is refused for more than one reason.
    let judged = Doctor.judge(facts, needs: someNeeds())
    #expect(judged.filter { $0.level == .prevents }.map(\.check).contains("disk.results"))
    #expect(judged.first { $0.check == "swap" }?.level == .doubtful)
  }

  @Test("The table keeps to 80 columns but for commands, and the document says the same")
  func texts() throws {
    var facts = goodMachine()
    facts.descriptors = ResourceLimit(soft: 256, hard: 256)
    let findings = Doctor.judge(facts, needs: someNeeds())
    for line in Doctor.text(findings).split(separator: "\n") where !line.contains("mend: ") {
      #expect(line.count <= 80, "\(line)")
    }
    let json = Doctor.json(findings)
    guard case .array(let list)? = json["findings"] else {
      Issue.record("no findings in the document")
      return
    }
    #expect(json["schema"] == "seatrial.doctor/1" && list.count == findings.count)
    #expect(list[0]["mend"] == .string(try #require(findings[0].mend)))
  }

  @Test("The facts of this machine can be gathered, and judged without a scenario")
  func here() {
    let facts = MachineFacts.gather(.init())
    #expect(facts.usableProcessors > 0 && facts.descriptors.hard >= facts.descriptors.soft)
    #expect(facts.memoryAvailable ?? 1 > 0 && facts.localPorts?.isEmpty != true)
    #expect(Doctor.judge(facts, needs: nil).worst <= .note)
    let raised = ResourceLimits.raiseDescriptors()
    #expect(raised.soft == raised.hard)
  }
}
