// Which server a turn goes to, the guide's hash bit for bit, and the guide's access check with the
// vectors that break it.
import Basics
import Policies
import Testing

@Suite struct RouterTests {
  private func router(_ routing: Routing, servers: Int, bound: Double = 1.25) -> Router {
    var policy = GatewayPolicy()
    policy.routing = routing
    policy.loadBound = bound
    var router = Router(policy, stream: Seed(3).stream("router"))
    for server in 0..<servers { router.add(ServerID(server)) }
    return router
  }

  @Test("The guide's hashCode, as JavaScript computes it")
  func guideHashes() {
    // From the guide's own function under Node: text, hash, % 3, % 10, % 31.
    let vectors: [(String, UInt32, UInt32, UInt32, UInt32)] = [
      ("", 0, 0, 0, 0), ("a", 97, 1, 7, 4), ("alice", 92_903_040, 0, 0, 8),
      ("bob", 97_717, 1, 7, 5), ("user-1", 836_031_825, 0, 5, 17),
      ("user-42", 147_182_656, 1, 6, 19), ("user-1000", 291_298_593, 0, 3, 25),
      // Math.abs(-2147483648) is 2147483648 in JavaScript; in 32 bits it would trap.
      ("polygenelubricants", 2_147_483_648, 2, 8, 2),
      // UTF-16 units, not characters.
      ("é", 233, 2, 3, 16), ("😀", 1_772_899, 1, 9, 9),
      ("550e8400-e29b-41d4-a716-446655440000", 1_716_781_005, 0, 5, 13),
    ]
    for (text, hash, three, ten, thirtyOne) in vectors {
      #expect(guideHash(text) == hash, "\(text)")
      #expect(guideHash(text) % 3 == three && guideHash(text) % 10 == ten)
      #expect(guideHash(text) % 31 == thirtyOne)
    }
  }

  @Test("Users who keep their server after a resize, counted on user-0 … user-2999")
  func kept() {
    for (from, to, expected) in [(3, 4, 754), (4, 3, 754), (10, 11, 291), (3, 6, 1509)] {
      var before = router(.stickyModulo, servers: from)
      var after = router(.stickyModulo, servers: to)
      var kept = 0
      for person in 0..<3000 {
        let key = guideHash("user-\(person)")
        if before.pick(key: key) == after.pick(key: key) { kept += 1 }
      }
      #expect(kept == expected, "\(from) to \(to)")
    }
  }

  @Test("Rendezvous moves only those who must: nobody changes between servers that stay")
  func rendezvous() {
    var before = router(.rendezvous, servers: 5)
    var after = router(.rendezvous, servers: 6)
    for key in UInt32(0)..<4000 {
      let here = before.pick(key: key)
      let there = after.pick(key: key)
      #expect(here == there || there == ServerID(5), "key \(key)")
    }
  }

  @Test("Round robin deals in turn, also after a server has gone")
  func roundRobin() {
    var router = router(.roundRobin, servers: 3)
    func deal(_ n: Int, _ router: inout Router) -> [Int] {
      (0..<n).map { _ in router.pick(key: 7)!.place }
    }
    #expect(deal(4, &router) == [0, 1, 2, 0])
    router.remove(ServerID(1))
    let rest = deal(6, &router)
    #expect(rest.filter { $0 == 0 }.count == 3 && rest.filter { $0 == 2 }.count == 3, "\(rest)")
  }

  @Test("Fewest turns first, and the lower number among equals")
  func leastActive() {
    var router = router(.leastActive, servers: 3)
    #expect(router.pick(key: 1) == ServerID(0))
    router.began(ServerID(0))
    #expect(router.pick(key: 1) == ServerID(1))
    router.began(ServerID(1))
    router.began(ServerID(2))
    router.ended(ServerID(1))
    #expect(router.pick(key: 1) == ServerID(1))
  }

  @Test(
    "Bounded load: no server gets more than its share times the bound", arguments: [1.0, 1.25, 2])
  func boundedLoad(bound: Double) {
    var router = router(.boundedLoad, servers: 4, bound: bound)
    var active = [Int](repeating: 0, count: 4)
    for turn in 1...400 {
      // Everybody has the same key: hashing alone would send all to one server.
      let server = router.pick(key: 99)!
      router.began(server)
      active[server.place] += 1
      let ceiling = Int(ceilingOf(bound * Double(turn) / 4))
      #expect(active[server.place] <= ceiling, "turn \(turn) of bound \(bound): \(active)")
    }
  }

  @Test("A server that comes back takes its old place, so sticky users return to where they were")
  func oldPlace() {
    var router = router(.stickyModulo, servers: 4)
    let before = (UInt32(0)..<40).map { router.pick(key: $0)! }
    router.remove(ServerID(1))
    router.add(ServerID(1))
    router.add(ServerID(1))
    #expect(router.count == 4)
    #expect((UInt32(0)..<40).map { router.pick(key: $0)! } == before)
  }

  @Test("An empty list has no server")
  func empty() {
    for routing in Routing.allCases {
      var router = router(routing, servers: 0)
      #expect(router.pick(key: 3) == nil, "\(routing)")
    }
  }

  @Test("The guide's access check: who is locked out and who gets in")
  func access() {
    let vectors: [(String, String, Bool)] = [
      ("alice-chat-1", "alice", true), ("alice-chat-1", "bob", false),
      // People with a dash are locked out, and the one before the dash gets in.
      ("mary-jane-chat-1", "mary-jane", false), ("mary-jane-chat-1", "mary", true),
      // The guide's own ids: everybody is locked out but a user called "user".
      ("user-alice-chat", "alice", false), ("user-alice-chat", "user", true),
      ("-x-1", "", true), ("", "", true), ("alice", "alice", true),
      // JavaScript compares code units: the same letter composed differently is another id.
      ("caf\u{E9}-1", "caf\u{E9}", true), ("caf\u{E9}-1", "cafe\u{301}", false),
      // A dash with a mark on it is a dash still.
      ("ann-\u{301}x-1", "ann", true),
    ]
    for (session, user, allowed) in vectors {
      #expect(
        guidePrefixAllows(sessionID: session, user: user) == allowed, "\(session) for \(user)")
    }
  }

  @Test("The prefix check denies people with a dash their own sessions, and counts it")
  func falseDenials() {
    var line = Timeline { $0.access.check = .prefix }
    line.plan(0, session: 4)
    line.expect("0 planned s4            → denied t0")
    #expect(line.gateway.tally.falseDenials == 1)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("The balancer in front of the instances deals by user, in turn, or by chance")
  func balancer() {
    var policy = GatewayPolicy()
    policy.instances = 3
    policy.balance = .roundRobin
    var robin = InstanceBalancer(policy, stream: Seed(1).stream("instance"))
    #expect((0..<4).map { _ in robin.pick(key: 5) } == [0, 1, 2, 0])
    policy.balance = .byUser
    var sticky = InstanceBalancer(policy, stream: Seed(1).stream("instance"))
    var met = [0, 0, 0]
    for key in UInt32(0)..<3000 {
      let instance = sticky.pick(key: key)
      #expect(instance == sticky.pick(key: key))
      met[instance] += 1
    }
    #expect(met.allSatisfy { $0 > 900 }, "\(met)")
  }
}
