// Several servers: waiting, losing, closed. Reference table first, then agreements between models.
import Basics
import Statistics
import Testing

@Test("M/M/c for 2, 5, 10 and 50 servers")
func manyServers() {
  let table: [(Int, Double, Double, Double, [Double])] = [
    (2, 1.6, 0.711111, 1.777778, [2.040031, 7.910684, 11.937370]),
    (5, 4, 0.554113, 0.554113, [1.204395, 4.197463, 6.079663]),
    (10, 8, 0.409180, 0.204590, [0.912145, 3.328275, 4.946111]),
    (50, 45, 0.363864, 0.072773, [0.776470, 3.082796, 4.692234]),
  ]
  for (servers, load, waiting, wait, quantiles) in table {
    let queue = MMcQueue(arrivalRate: load, serviceRate: 1, servers: servers)
    expectClose(queue.waitProbability, waiting, "c \(servers)")
    expectClose(queue.meanWait, wait, "c \(servers)")
    for (p, expected) in zip([0.5, 0.95, 0.99], quantiles) {
      expectClose(queue.responseQuantile(p), expected, "c \(servers), p \(p)")
    }
  }
  let lengths = [(5, 4.0, 2.216450), (10, 8, 1.636721), (50, 45, 3.274780)]
  for (servers, load, queued) in lengths {
    expectClose(MMcQueue(arrivalRate: load, serviceRate: 1, servers: servers).meanQueue, queued)
  }
}

@Test("Erlang B for five systems, also as M/M/c/c")
func erlangB() {
  let table = [
    (5, 4.0, 0.199067), (10, 8, 0.121661), (50, 40, 0.018691), (50, 45, 0.054104),
    (50, 50, 0.104787),
  ]
  for (servers, load, expected) in table {
    expectClose(ErlangFormulas.blocking(servers: servers, load: load), expected)
    let full = MMcKQueue(arrivalRate: load, serviceRate: 1, servers: servers, room: servers)
    expectClose(full.blocking, expected)
  }
  #expect(ErlangFormulas.blocking(servers: 0, load: 3) == 1)
}

@Test("One server behind M/M/c is M/M/1, in every number")
func oneOfMany() {
  for rho in [0.1, 0.5, 0.9] {
    let many = MMcQueue(arrivalRate: rho * 3, serviceRate: 3, servers: 1)
    let one = MM1Queue(arrivalRate: rho * 3, serviceRate: 3)
    expectRelative(many.meanWait, one.meanWait, within: 1e-12)
    for p in [0.2, 0.5, 0.95, 0.999] {
      expectClose(many.waitQuantile(p), one.waitQuantile(p), within: 1e-9)
      expectClose(many.responseQuantile(p), one.responseQuantile(p), within: 1e-9)
    }
  }
}

@Test("The response law stays smooth where its two rates meet")
func equalRates() {
  // Load c - 1: the backlog drains exactly as fast as one server works.
  let at = MMcQueue(arrivalRate: 4, serviceRate: 1, servers: 5)
  let near = MMcQueue(arrivalRate: 4 + 1e-7, serviceRate: 1, servers: 5)
  for t in [0.1, 1, 5] { expectClose(at.responseExceeds(t), near.responseExceeds(t), within: 1e-6) }
  // The mean is the area under the tail.
  var area = 0.0
  for i in 0..<60_000 { area += at.responseExceeds((Double(i) + 0.5) / 1000) / 1000 }
  expectClose(area, at.meanResponse, within: 1e-6)
}

@Test("Too few servers: everybody waits, without end")
func tooFewServers() {
  let queue = MMcQueue(arrivalRate: 5, serviceRate: 1, servers: 5)
  #expect(queue.waitProbability == 1 && queue.meanWait == .infinity)
  #expect(queue.meanQueue == .infinity && queue.responseQuantile(0.5) == .infinity)
}

@Test("Bounded queues: one server with room for 5, five with room for 10")
func boundedQueue() {
  let table = [(1, 5, 0.8, 0.088819, 1.868332, 2.563065), (5, 10, 4, 0.042486, 4.723750, 1.233337)]
  for (servers, room, load, blocking, inside, response) in table {
    let queue = MMcKQueue(arrivalRate: load, serviceRate: 1, servers: servers, room: room)
    expectClose(queue.blocking, blocking)
    expectClose(queue.meanInside, inside)
    expectClose(queue.meanResponse, response)
  }
  // A thousand places overflow naive products; Little's law must hold all the same.
  let large = MMcKQueue(arrivalRate: 900, serviceRate: 1, servers: 800, room: 1000)
  expectRelative(large.acceptedRate, 800, within: 1e-6)
}

@Test("A closed network of one station at 10 to 100 users")
func closedNetwork() {
  let network = ClosedNetwork(think: 60, demands: [2])
  let table = [
    (10, 0.159332, 2.762026), (20, 0.309958, 4.524963), (31, 0.443189, 9.947587),
    (50, 0.499890, 40.022099), (100, 0.5, 140),
  ]
  for (users, throughput, response) in table {
    let solved = network.solve(users: users)
    expectClose(solved.throughput, throughput, "N \(users)")
    expectClose(solved.response, response, "N \(users)")
    #expect(solved.throughput <= network.throughputAtMost(users: users) * (1 + 1e-12))
    #expect(solved.response >= network.responseAtLeast(users: users) * (1 - 1e-12))
    // One exponential worker is the same system.
    let pool = WorkerPool(users: users, think: 60, service: 2, workers: 1)
    expectRelative(pool.throughput, solved.throughput, within: 1e-10)
    expectRelative(pool.meanResponse, solved.response, within: 1e-8)
  }
  #expect(network.saturationUsers == 31)
}

@Test("Little's law holds at every station of a closed network")
func closedNetworkLittle() {
  let network = ClosedNetwork(think: 10, demands: [0.5, 0.2, 1])
  let solved = network.solve(users: 17)
  for (queue, response) in zip(solved.stationQueues, solved.stationResponses) {
    expectRelative(queue, solved.throughput * response, within: 1e-12)
  }
  expectRelative(
    solved.stationQueues.reduce(0, +) + solved.throughput * 10, 17, within: 1e-12)
}

@Test("A pool with a worker for each user never makes anyone wait")
func workerPool() {
  let ample = WorkerPool(users: 8, think: 60, service: 20, workers: 8)
  expectClose(ample.meanWait, 0, within: 1e-9)
  #expect(ample.waitProbability == 0)
  // Two users on one worker, by hand: states 1, 2/3, 2/9 over 17/9.
  let pair = WorkerPool(users: 2, think: 60, service: 20, workers: 1)
  expectClose(pair.states[2], 2.0 / 17, within: 1e-12)
  expectClose(pair.utilisation, 8.0 / 17, within: 1e-12)
  expectClose(pair.waitProbability, 0.25, within: 1e-12)
  let crowd = WorkerPool(users: 2000, think: 60, service: 20, workers: 100)
  expectRelative(crowd.throughput, 5, within: 1e-9)
}
