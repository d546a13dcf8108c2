// A shared host against brute force: work done in small steps of time by the definition of max-min
// fair shares. And by hand, where the shares can be said aloud.
import Basics
import CLIModel
import Testing

/// Runs a host to the end of what it is given; the finishing times by server.
private func finishes(
  _ cores: Double, _ arrivals: [(at: Int64, server: Int, work: Int64, share: Float)]
) -> [Int: Double] {
  var host = Host(cores: cores)
  var ends: [Int: Double] = [:]
  var due = Instant.never
  var next = 0
  while next < arrivals.count || due != .never {
    let arrival =
      next < arrivals.count ? Instant.zero + .milliseconds(arrivals[next].at) : .never
    if arrival < due {
      let given = arrivals[next]
      due = host.begin(
        Demand(total: .milliseconds(given.work), mainShare: given.share),
        for: ServerID(given.server), at: arrival)
      next += 1
    } else {
      let now = due
      ends[host.finish(at: now).place] = Double(now.nanoseconds) / 1e9
      due = host.next(at: now)
    }
  }
  return ends
}

/// The same by steps of 20 microseconds.
private func stepped(
  _ cores: Double, _ arrivals: [(at: Int64, server: Int, work: Int64, share: Float)]
) -> [Int: Double] {
  let step = 20e-6
  var left: [(server: Int, work: Double, width: Double)] = []
  var ends: [Int: Double] = [:]
  var next = 0
  var now = 0.0
  while next < arrivals.count || !left.isEmpty {
    while next < arrivals.count && Double(arrivals[next].at) * 1e-3 <= now + 1e-12 {
      let given = arrivals[next]
      left.append(
        (given.server, Double(given.work) * 1e-3, given.share >= 1 ? 1 : 1 / Double(given.share)))
      next += 1
    }
    // Max-min: the narrowest first take what they can use, the rest share what is left.
    var spare = cores
    var unserved = left.count
    for index in left.indices.sorted(by: { left[$0].width < left[$1].width }) {
      let rate = min(left[index].width, spare / Double(unserved))
      left[index].work -= rate * step
      spare -= rate
      unserved -= 1
    }
    now += step
    for done in left where done.work <= 0 { ends[done.server] = now }
    left.removeAll { $0.work <= 0 }
  }
  return ends
}

@Suite struct HostTests {
  @Test("By hand: two serial works on one core end together; on two cores neither feels the other")
  func byHand() {
    let two = [(at: Int64(0), server: 0, work: Int64(100), share: Float(1)), (0, 1, 100, 1)]
    #expect(finishes(1, two) == [0: 0.2, 1: 0.2])
    #expect(finishes(2, two) == [0: 0.1, 1: 0.1])
    // 100 ms alone for 50 ms, then half speed until the other's 50 ms are done.
    let late = [(at: Int64(0), server: 0, work: Int64(100), share: Float(1)), (50, 1, 50, 1)]
    #expect(finishes(1, late) == [0: 0.15, 1: 0.15])
    // A turn with helper threads takes what the serial one leaves: 3 of 4 cores.
    let wide = [(at: Int64(0), server: 0, work: Int64(300), share: Float(0.25)), (0, 1, 100, 1)]
    #expect(finishes(4, wide) == [0: 0.1, 1: 0.1])
  }

  @Test("Against brute force, over seeds, with serial and wide work and any number of cores")
  func bruteForce() {
    for seed in UInt64(1)...40 {
      var random = SeededRandom(Seed(seed).stream("host"))
      let cores = [0.5, 1, 2, 3.5, 8][random.index(below: 5)]
      var at: Int64 = 0
      let arrivals = (0..<12).map { server -> (at: Int64, server: Int, work: Int64, share: Float) in
        at += Int64(random.index(below: 40))
        return (
          at, server, Int64(1 + random.index(below: 100)),
          [1, 1, 0.5, 0.25][random.index(below: 4)]
        )
      }
      let exact = finishes(cores, arrivals)
      let rough = stepped(cores, arrivals)
      #expect(exact.count == 12)
      for server in 0..<12 {
        // A step too late for each of up to 12 departures on the way.
        #expect(
          abs(exact[server]! - rough[server]!) < 5e-4,
          "seed \(seed), server \(server), cores \(cores)")
      }
    }
  }

  @Test("A process that dies gives its share to the others, and old wake-ups are told apart")
  func forget() {
    var host = Host(cores: 1)
    _ = host.begin(Demand(total: .milliseconds(100), mainShare: 1), for: ServerID(0), at: .zero)
    let before = host.generation
    let both = host.begin(
      Demand(total: .milliseconds(100), mainShare: 1), for: ServerID(1), at: .zero)
    #expect(both == .zero + .milliseconds(200) && host.generation != before)
    #expect(host.forget(ServerID(0), at: .zero + .milliseconds(100)) == .zero + .milliseconds(150))
    #expect(host.finish(at: .zero + .milliseconds(150)) == ServerID(1))
    #expect(host.next(at: .zero + .milliseconds(150)) == .never && host.runnable == 0)
  }

  @Test("Equal ends go to the lower server first")
  func ties() {
    var host = Host(cores: 4)
    for server in [2, 0, 1] {
      _ = host.begin(
        Demand(total: .milliseconds(10), mainShare: 1), for: ServerID(server), at: .zero)
    }
    let end = Instant.zero + .milliseconds(10)
    for server in 0..<3 {
      #expect(host.finish(at: end) == ServerID(server))
      _ = host.next(at: end)
    }
  }

  @Test("On a host of its own a process has what cores there are, less than one too")
  func partOfACore() {
    let serial = Demand(total: .seconds(1), mainShare: 1)
    let wide = Demand(total: .seconds(1), mainShare: 0.25)
    #expect(serial.alone(on: 0.5) == .seconds(2))
    #expect(wide.alone(on: 0.5) == .seconds(2))
    #expect(serial.alone(on: 4) == .seconds(1))
    #expect(wide.alone(on: 2) == .milliseconds(500))
    #expect(wide.alone(on: 16) == .milliseconds(250))
  }
}
