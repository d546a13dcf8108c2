// Routers: queues in turn, the fullest server, resizing, conversations. And how many servers.
import Basics
import Statistics
import Testing

@Test("Round robin over four servers at load .8, and its place between the other routers")
func roundRobin() {
  let queue = RoundRobinQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4)
  expectClose(queue.waitProbability, 0.693945)
  expectClose(queue.meanResponse, 3.267384)
  expectClose(queue.responseQuantile(0.95), 9.788207)
  expectClose(queue.responseQuantile(0.99), 15.046858)
  let shared = MMcQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4).meanResponse
  let random = MM1Queue(arrivalRate: 0.8, serviceRate: 1).meanResponse
  expectClose(shared, 1.745541)
  #expect(shared < queue.meanResponse && queue.meanResponse < random)
}

@Test("Round robin to one server is M/M/1, and without spare capacity it never answers")
func roundRobinEdges() {
  let one = RoundRobinQueue(arrivalRate: 1.8, serviceRate: 2, servers: 1)
  expectRelative(one.meanResponse, 5, within: 1e-9)
  #expect(RoundRobinQueue(arrivalRate: 4, serviceRate: 1, servers: 4).meanResponse == .infinity)
}

@Test("The fullest server under hashing: mean, p95 and the chance to pass 50")
func fullestServer() {
  let table: [(Int, Int, Double, Int)] = [
    (30, 3, 12.717312, 16), (100, 3, 38.263387, 44), (150, 3, 56.027728, 62),
    (500, 10, 61.153069, 68), (1000, 10, 115.663582, 125), (1000, 20, 63.645421, 70),
  ]
  for (users, servers, mean, p95) in table {
    let load = HashedLoad(users: users, servers: servers)
    expectClose(load.meanMaximum, mean, "\(users) in \(servers)")
    #expect(load.maximumQuantile(0.95) == p95, "\(users) in \(servers)")
  }
  expectClose(HashedLoad(users: 100, servers: 3).maximumExceeds(50), 0.000597)
  expectClose(HashedLoad(users: 150, servers: 3).maximumExceeds(50), 0.994511)
}

@Test("The fullest server of small fleets, counted by hand")
func fullestServerByHand() {
  // Three users on two servers: 2 of 8 ways put all on one.
  let small = HashedLoad(users: 3, servers: 2)
  expectClose(small.maximumAtMost(2), 0.75, within: 1e-12)
  #expect(small.maximumAtMost(1) == 0 && small.maximumAtMost(3) == 1)
  expectClose(small.meanMaximum, 2.25, within: 1e-12)
  #expect(HashedLoad(users: 7, servers: 1).meanMaximum == 7)
  #expect(HashedLoad(users: 0, servers: 4).meanMaximum == 0)
}

@Test("The price of stickiness: servers for at most 50 users each, 95 times in a hundred")
func priceOfStickiness() {
  for (users, servers) in [(100, 3), (200, 6), (500, 15), (1000, 31), (2000, 64)] {
    #expect(
      HashedLoad.serversNeeded(users: users, limit: 50, probability: 0.95) == servers,
      "\(users) users")
  }
}

@Test("Keys kept when a fleet is resized, by modulo and by rendezvous")
func resizing() {
  let table: [(Int, Int, Double, Double)] = [
    (3, 4, 0.25, 0.75), (4, 3, 0.25, 0.75), (3, 6, 0.5, 0.5), (10, 11, 0.090909, 0.909091),
    (10, 9, 0.1, 0.9),
  ]
  for (from, to, modulo, rendezvous) in table {
    expectClose(Resizing.keptByModulo(from: from, to: to), modulo)
    expectClose(Resizing.keptByRendezvous(from: from, to: to), rendezvous)
    let period = from * to
    let counted = (0..<period).count { $0 % from == $0 % to }
    expectClose(
      Resizing.keptByModulo(from: from, to: to), Double(counted) / Double(period),
      within: 1e-12)
  }
}

@Test("A conversation under round robin without shared storage")
func roundRobinConversation() {
  expectClose(RoundRobinConversation.staysWhole(turns: 5, servers: 3), 0.012346)
  expectClose(RoundRobinConversation.staysWhole(turns: 10, servers: 3), 0.000051)
  expectClose(RoundRobinConversation.staysWhole(turns: 5, servers: 10), 0.0001, within: 1e-12)
}

@Test("Square-root staffing, and the exact count it can miss by one")
func staffing() {
  let betas = [
    (0.5, 0.506054), (0.2, 1.061516), (0.1, 1.420187), (0.05, 1.739836),
    (0.01, 2.374888),
  ]
  for (wanted, beta) in betas {
    expectClose(Staffing.beta(waitProbability: wanted), beta)
    expectClose(Staffing.waitProbability(beta: beta), wanted, within: 1e-5)
  }
  let counts: [(Double, Double, Int, Int)] = [
    (10, 0.2, 14, 14), (10, 0.05, 17, 16), (100, 0.2, 111, 111), (100, 0.05, 119, 118),
    (400, 0.05, 436, 435),
  ]
  for (load, wanted, exact, rule) in counts {
    #expect(Staffing.exactServers(load: load, waitProbability: wanted) == exact)
    #expect(Staffing.ruleServers(load: load, waitProbability: wanted) == rule)
  }
}

@Test("Enough servers up at an availability of .995 each")
func availability() {
  let table = [
    (10, 10, 0.951110), (10, 11, 0.998666), (10, 12, 0.999973), (50, 50, 0.778313),
    (50, 51, 0.972891), (50, 52, 0.997699),
  ]
  for (needed, installed, expected) in table {
    expectClose(
      Staffing.enoughUp(needed: needed, installed: installed, availability: 0.995), expected)
  }
}

@Test("Through a day, half-hour sessions peak 1790 seconds after the arrivals")
func dailyWave() {
  let day = DailyWave(meanRate: 2, amplitude: 0.8, period: 86_400, meanStay: 1800)
  expectClose(day.lag, 1790, within: 0.5)
  expectClose(day.meanOpen(at: 86_400 / 4 + day.lag), day.peakOpen, within: 1e-9)
  #expect(day.peakOpen > 2 * 1800 && day.peakOpen < 2 * 1800 * 1.8)
  // The count obeys dm/dt = arrivals - m / stay.
  for t in [0.0, 10_000, 50_000] {
    let slope = (day.meanOpen(at: t + 1) - day.meanOpen(at: t - 1)) / 2
    expectClose(slope, day.arrivalRate(at: t) - day.meanOpen(at: t) / 1800, within: 1e-6)
  }
}
