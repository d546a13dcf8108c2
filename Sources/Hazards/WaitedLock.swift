// A lock that expires and that people wait for in line: a group who think, ask, wait, hold it for a
// turn and think again. A critical section begins when the one before it has ended or has lost its
// lock, so turns overlap. A server works the turns of one session off one after another and says
// that the session is idle when the last of them is done: a turn that meets an expired holder on
// its server waits for it, and the holder for the turn. So some are inside for long. No closed form
// is known; the sections are run one by one on draws that are always the same.
internal import Basics

struct WaitedLock {
  /// Shares of all sections: those that begin while another holder is inside, those whose DEL hits
  /// the next holder's lock, and those that write after a later one has written.
  private(set) var doubleHeld = 0.0
  private(set) var wrongDelete = 0.0
  private(set) var staleWrite = 0.0

  /// A share of a tenth is then known to a fiftieth of itself.
  private static let sections = 40_000
  /// With more of them somebody always waits, and the same server is hardly met twice.
  private static let mostPeople = 100.0
  private static let mostServers = 64.0

  init(_ load: HazardLoad) {
    let law = TurnLaw(load)
    let sampler = Sampler(load.turn)
    let seed = Seed(1)
    let (turns, places) = (seed.stream("odds.turns"), seed.stream("odds.servers"))
    let pauses = seed.stream("odds.thoughts")
    let think = Distribution.exponential(mean: max(1e-9, 1 / load.rate - load.wholeTurn))
    let thinking = Sampler(think)
    func thought(_ section: Int, _ person: Int) -> Double {
      thinking.value(pauses.draw(entity: person, count: section))
    }
    let people = Int(min(WaitedLock.mostPeople, load.group * max(1, load.tabs)))
    var asks = (0..<people).map { thought(0, $0) }
    var thoughts = asks
    let servers = Int(max(1, min(WaitedLock.mostServers, load.across)))
    // When each server has done all turns of the session that it was sent, and whose they are.
    var busy = [Double](repeating: 0, count: servers)
    var together = [[(person: Int, section: Int)]](repeating: [], count: servers)
    var isFree = 0.0
    var latestEnd = 0.0
    var ends: [Double] = []
    ends.reserveCapacity(WaitedLock.sections)
    for section in 0..<WaitedLock.sections {
      let next = asks.indices.min { asks[$0] < asks[$1] } ?? 0
      let start = max(isFree, asks[next])
      if start < latestEnd { doubleHeld += 1 }
      var draw = places.draw(entity: section, count: 0)
      let server = draw.index(below: servers)
      let turn = sampler.value(turns.draw(entity: section, count: 0)) + load.work
      if busy[server] <= start { together[server].removeAll() }
      let begins = max(start, busy[server])
      let end = begins + turn
      // Somebody takes it when it expires, and this turn may end just before that.
      asks[next] = .infinity
      if (asks.min() ?? .infinity) <= start + load.ttl {
        wrongDelete += law.share(within: load.gap, before: start + load.ttl - begins)
      }
      busy[server] = end
      isFree = min(end, start + load.ttl)
      latestEnd = max(latestEnd, end)
      thoughts[next] = thought(section + 1, next)
      ends.append(end)
      together[server].append((next, section))
      for turn in together[server] {
        asks[turn.person] = end + thoughts[turn.person]
        ends[turn.section] = end
      }
    }
    var earliest = Double.infinity
    for end in ends.reversed() {
      if earliest < end { staleWrite += 1 }
      earliest = min(earliest, end)
    }
    doubleHeld /= Double(WaitedLock.sections)
    wrongDelete /= Double(WaitedLock.sections)
    staleWrite /= Double(WaitedLock.sections)
  }
}
