// The bracket against closed forms and values worked out by hand.
import Planning
import Testing

private func demand(
  work: Double = 0.1, people: Int = 100, sessions: Double = 100,
  sharing: FleetDemand.Sharing = .even, _ change: (inout FleetDemand) -> Void = { _ in }
) -> FleetDemand {
  var demand = FleetDemand(people: people, sessions: sessions, sharing: sharing) { _ in work }
  change(&demand)
  return demand
}

private func servers(
  _ resource: Requirement.Resource, _ bracket: FleetBracket
) -> Int? {
  bracket.requirements.first { $0.resource == resource }?.servers
}

@Suite struct FleetBracketTests {
  // Work of 8 at a target of 0.8 is exactly ten servers; a hair more is eleven.
  @Test("Server time follows the utilisation law")
  func serverTime() {
    var targets = FleetTargets()
    targets.waitProbability = nil
    for (work, wanted) in [(8.0, 10), (8.001, 11), (0.0, 1), (0.8, 1), (79.9, 100)] {
      let bracket = FleetBracket(demand(work: work), targets: targets)
      #expect(servers(.serverTime, bracket) == wanted, "work \(work)")
      #expect(bracket.low == wanted && bracket.high == wanted, "work \(work)")
      #expect(bracket.lowBinding == .serverTime)
    }
  }

  @Test("Work that falls with more servers is asked about at each number")
  func fallingWork() {
    var targets = FleetTargets()
    targets.waitProbability = nil
    targets.utilisation = 1
    // n >= 4 + 12 / n holds first at n = 6: 4 + 2.
    let falling = FleetDemand(people: 1, sessions: 1) { 4 + 12 / Double($0) }
    #expect(FleetBracket(falling, targets: targets).low == 6)
  }

  // The least servers for P(wait): exact values beside the square-root rule.
  @Test(
    "Waiting needs as many servers as Erlang's formula says",
    arguments: [(10.0, 0.2, 14), (10.0, 0.05, 17), (100.0, 0.2, 111), (100.0, 0.05, 119)])
  func waiting(work: Double, chance: Double, wanted: Int) {
    var targets = FleetTargets()
    targets.utilisation = 1
    targets.waitProbability = chance
    let bracket = FleetBracket(demand(work: work), targets: targets)
    #expect(servers(.waiting, bracket) == wanted)
    #expect(bracket.low == Int(work))
    #expect(bracket.high == wanted)
    #expect(bracket.highBinding == .waiting)
  }

  // At most 50 sessions on a server, with perfect balance and hashed with chance 0.95.
  @Test(
    "The price of stickiness is the distance between the two session limits",
    arguments: [(100, 2, 3), (200, 4, 6), (500, 10, 15), (1000, 20, 31), (2000, 40, 64)])
  func stickiness(people: Int, even: Int, hashed: Int) {
    let bracket = FleetBracket(
      demand(people: people, sessions: Double(people), sharing: .hashed) { $0.serverLimit = 50 })
    #expect(bracket.low == even)
    #expect(bracket.lowBinding == .sessionLimit)
    #expect(bracket.high == hashed)
    #expect(bracket.highBinding == .hashedSessionLimit)
  }

  @Test("People with two sessions are hashed with both")
  func twoSessions() {
    let bracket = FleetBracket(
      demand(people: 500, sessions: 1000, sharing: .hashed) { $0.serverLimit = 100 })
    #expect(bracket.low == 10)
    #expect(bracket.high == 15)
  }

  @Test("The shortcut for many people meets the exact law within one server")
  func manyPeople() throws {
    // 2000 take the exact way and 2001 the other.
    let exact = FleetBracket(
      demand(people: 2000, sessions: 2000, sharing: .hashed) { $0.serverLimit = 50 })
    let quick = FleetBracket(
      demand(people: 2001, sessions: 2001, sharing: .hashed) { $0.serverLimit = 50 })
    #expect(abs(exact.high - quick.high) <= 1, "\(exact.high) and \(quick.high)")
    let million = FleetBracket(
      demand(people: 1_000_000, sessions: 1e6, sharing: .hashed) { $0.serverLimit = 50 })
    #expect(million.low == 20_000)
    #expect(million.high > 40_000 && million.high < 60_000, "\(million.high)")
  }

  @Test("Memory of own hosts is base and sessions; too small a host is never enough")
  func ownHosts() {
    // 200 for the process, 10 a session: 80 sessions fit into 1000, so 1000 need 12.5 servers.
    func bracket(host: Double) -> FleetBracket {
      FleetBracket(
        demand(sessions: 1000) {
          $0.baseMemory = 200
          $0.sessionMemory = 10
          $0.hosts.memory = host
        })
    }
    #expect(bracket(host: 1000).low == 13)
    #expect(bracket(host: 1000).lowBinding == .memory)
    #expect(bracket(host: 1000).isFeasible)
    #expect(bracket(host: 200).unreachable == [.memory])
    #expect(!bracket(host: 200).isFeasible)
  }

  @Test("Shared hosts bound the fleet from above, and their cores bound it not at all")
  func sharedHosts() {
    // Two hosts of 1000; 40 sessions of 10 are 200 a host; 8 processes of 100 fill up the rest.
    func bracket(cores: Double) -> FleetBracket {
      FleetBracket(
        demand(sessions: 40) {
          $0.baseMemory = 100
          $0.sessionMemory = 10
          $0.hosts = .init(count: 2, cores: cores, memory: 1000, processorWork: 8)
        })
    }
    #expect(bracket(cores: 5).most == 16)
    #expect(bracket(cores: 5).isFeasible)
    // 8 cores of work are more than 0.8 of two times four.
    #expect(bracket(cores: 4).unreachable == [.hostCores])
  }

  @Test("A process for each person is the number of people, if the hosts have room")
  func ownProcess() {
    func bracket(host: Double) -> FleetBracket {
      FleetBracket(
        demand(people: 300, sessions: 600, sharing: .ownProcess) {
          $0.baseMemory = 255
          $0.hosts = .init(count: 2, cores: 8, memory: host)
        })
    }
    // 150 processes of 255 on each host are 38,250.
    #expect(bracket(host: 38_250).low == 300)
    #expect(bracket(host: 38_250).lowBinding == .ownProcess)
    #expect(bracket(host: 38_250).isFeasible)
    #expect(bracket(host: 38_249).unreachable == [.memory])
  }

  @Test("More servers do not help where every server holds every session")
  func everywhere() {
    let few = demand(sessions: 50, sharing: .everywhere) { $0.serverLimit = 50 }
    let many = demand(sessions: 51, sharing: .everywhere) { $0.serverLimit = 50 }
    #expect(FleetBracket(few).isFeasible)
    #expect(FleetBracket(many).unreachable == [.sessionLimit])
  }

  @Test("More servers do not help where the limit is the app instance's")
  func instanceLimit() {
    #expect(FleetBracket(demand(sessions: 100) { $0.fleetLimit = 100 }).isFeasible)
    #expect(
      FleetBracket(demand(sessions: 101) { $0.fleetLimit = 100 }).unreachable == [.sessionLimit])
  }

  @Test("No requirement is met by one server less")
  func tight() {
    for work in stride(from: 0.5, to: 60, by: 3.7) {
      let bracket = FleetBracket(demand(work: work))
      #expect(Double(bracket.low) * 0.8 >= work, "work \(work)")
      #expect(Double(bracket.low - 1) * 0.8 < work, "work \(work)")
      #expect(bracket.high >= bracket.low)
    }
  }
}
