// A machine with cores, shared by the CLI servers on it. Runnable servers share the cores equally,
// and none takes more than its work can use: a serial piece of work uses one core, a turn's helper
// threads up to 1 / mainShare. The shares are the max-min fair ones. Work is counted on one virtual
// clock for each width of work, so an arrival or a departure costs the number of widths, not the
// number of servers.
public import Basics

public struct Host: ~Copyable {
  let cores: Double
  private var widths: Table<Double>
  private var clocks: Table<Double>
  private var rates: Table<Double>
  private var counts: Table<Int>
  /// Running work as (finish on its width's clock, server), smallest first within a width.
  private var running: Table<Running>
  private var updated: Instant
  /// Tells a wake-up that is no longer meant.
  public private(set) var generation: UInt32 = 0

  struct Running: BitwiseCopyable {
    var finish: Double
    var server: ServerID
    var width: UInt32
  }

  public init(cores: Double) {
    precondition(cores > 0, "a host has some share of a core")
    self.cores = cores
    widths = Table()
    clocks = Table()
    rates = Table()
    counts = Table()
    running = Table()
    updated = .zero
  }

  public var runnable: Int { running.count }

  /// Returns when the next piece of work ends, if nothing changes before.
  public mutating func begin(_ demand: Demand, for server: ServerID, at now: Instant) -> Instant {
    advance(to: now)
    let width = place(of: demand.mainShare >= 1 ? 1 : 1 / Double(demand.mainShare))
    running.append(
      Running(
        finish: clocks[width] + demand.total.seconds, server: server,
        width: UInt32(truncatingIfNeeded: width)))
    counts[width] += 1
    shareOut()
    return nextFinish(from: now)
  }

  /// The piece of work that ends now. Call it at the instant last returned, and then `next(at:)`.
  public mutating func finish(at now: Instant) -> ServerID {
    advance(to: now)
    let index = earliest()!
    let done = running[index]
    remove(index)
    return done.server
  }

  public mutating func next(at now: Instant) -> Instant {
    advance(to: now)
    shareOut()
    return nextFinish(from: now)
  }

  /// The server's process is gone, and its work with it.
  public mutating func forget(_ server: ServerID, at now: Instant) -> Instant {
    advance(to: now)
    for index in 0..<running.count where running[index].server == server {
      remove(index)
      break
    }
    shareOut()
    return nextFinish(from: now)
  }

  private mutating func remove(_ index: Int) {
    counts[Int(running[index].width)] -= 1
    let last = running.removeLast()
    if index < running.count { running[index] = last }
  }

  private mutating func place(of width: Double) -> Int {
    for index in 0..<widths.count where widths[index] == width { return index }
    widths.append(width)
    clocks.append(0)
    rates.append(0)
    counts.append(0)
    return widths.count - 1
  }

  private mutating func advance(to now: Instant) {
    let elapsed = (now - updated).seconds
    updated = now
    guard elapsed > 0 else { return }
    for index in 0..<widths.count { clocks[index] += elapsed * rates[index] }
  }

  /// Water-filling: raise a common level until the cores are used up or everybody has what it can
  /// use.
  private mutating func shareOut() {
    var left = cores
    var unserved = running.count
    for index in 0..<widths.count { rates[index] = -1 }
    while unserved > 0 {
      let level = left / Double(unserved)
      var saturated = false
      for index in 0..<widths.count where rates[index] < 0 && counts[index] > 0 {
        if widths[index] <= level {
          rates[index] = widths[index]
          left -= widths[index] * Double(counts[index])
          unserved -= counts[index]
          saturated = true
        }
      }
      if saturated { continue }
      for index in 0..<widths.count where rates[index] < 0 && counts[index] > 0 {
        rates[index] = level
      }
      break
    }
    for index in 0..<widths.count where rates[index] < 0 { rates[index] = 0 }
  }

  /// The running work that ends first; equal ends go to the lower server, so the order is the same
  /// in every run.
  private func earliest() -> Int? {
    var best = -1
    var bestWait = Double.infinity
    for index in 0..<running.count {
      let work = running[index]
      let width = Int(work.width)
      let rate = rates[width]
      let wait = rate > 0 ? (work.finish - clocks[width]) / rate : Double.infinity
      if wait < bestWait
        || (wait == bestWait && best >= 0 && work.server.index < running[best].server.index)
      {
        best = index
        bestWait = wait
      }
    }
    return best >= 0 ? best : nil
  }

  private mutating func nextFinish(from now: Instant) -> Instant {
    generation &+= 1
    guard let index = earliest() else { return .never }
    let width = Int(running[index].width)
    let wait = max(0, (running[index].finish - clocks[width]) / rates[width])
    return now + Interval(seconds: wait)
  }
}
