// What is to go wrong in one CLI process, and when: decided here, carried out by the host. Faults
// are asked for on purpose, are seeded, and happen again at the same turn with the same seed.
public import Basics

public struct Fault: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// `kill -9` on the process itself: before the prompt is taken, while the model works, or right
    /// after the client saw `session.idle`.
    case crashBefore, crashDuring, crashAfter
    /// Dies in the middle of the append that ends a turn, so that the last line is half there.
    case tornLine
    /// Accepts and reads, and never answers again.
    case hang
    /// Connections stay open, and nothing is read from or written to them.
    case halfOpen
    /// New connections are refused.
    case refuse
    /// Not listening until that long after the start.
    case slowStart(Interval)
    /// Each append to disk takes that long, and everything waits.
    case slowDisk(Interval)
    /// Appends fail as on a full disk.
    case fullDisk
    /// Bytes that each session takes and never gives back.
    case memory(Int)
    /// A child process for each session, never released.
    case children
    /// CPU time that a turn takes longer for each session served before.
    case climb(Interval)
    /// The provider answers with this status.
    case provider(UInt16)
  }

  public enum Trigger: Sendable, Hashable {
    case always
    /// The n-th turn that begins in the process, from 1.
    case turn(Int)
    /// This share of turns, or of provider calls.
    case share(Double)
    /// From that long after the start on.
    case after(Interval)
  }

  public var kind: Kind
  public var trigger: Trigger

  public init(_ kind: Kind, _ trigger: Trigger = .always) {
    self.kind = kind
    self.trigger = trigger
  }
}

public struct FaultPlan: Sendable {
  public private(set) var faults: [Fault]
  private let stream: Stream
  private var turns = 0
  private var calls = 0
  private var sessions = 0

  public init(_ faults: [Fault], seed: Seed) {
    self.faults = faults
    stream = seed.stream("faults")
  }

  public var isEmpty: Bool { faults.isEmpty }

  public mutating func add(_ fault: Fault) { faults.append(fault) }
  public mutating func removeAll() { faults.removeAll() }

  /// A session was created or resumed.
  public mutating func sessionOpened() { sessions += 1 }

  /// A turn begins; the fault that is to end the process in it, if there is one.
  public mutating func turnBegins(at age: Interval) -> Fault.Kind? {
    turns += 1
    for (place, fault) in faults.enumerated() {
      switch fault.kind {
      case .crashBefore, .crashDuring, .crashAfter, .tornLine, .hang, .halfOpen:
        // What lasts is asked for by `isActive`, unless a turn sets it off.
        if case .turn = fault.trigger {} else if isLasting(fault.kind) { continue }
        if fires(fault, place, count: turns, at: age) { return fault.kind }
      default: continue
      }
    }
    return nil
  }

  /// The provider is called; the status that it is to answer with, if it is to fail.
  public mutating func providerCalled(at age: Interval) -> UInt16? {
    calls += 1
    for (place, fault) in faults.enumerated() {
      if case .provider(let status) = fault.kind, fires(fault, place, count: calls, at: age) {
        return status
      }
    }
    return nil
  }

  /// The first of the lasting faults that `choose` wants and that is in force.
  public func active<Value>(at age: Interval, _ choose: (Fault.Kind) -> Value?) -> Value? {
    for fault in faults {
      guard let value = choose(fault.kind) else { continue }
      switch fault.trigger {
      case .always: return value
      case .after(let start) where age >= start: return value
      default: continue
      }
    }
    return nil
  }

  /// Added to a turn's CPU work by latency that climbs with the sessions served.
  public func extraWork(at age: Interval) -> Interval {
    let step: Interval? = active(at: age) { kind in
      if case .climb(let step) = kind { step } else { nil }
    }
    return step.map { Interval(nanoseconds: $0.nanoseconds * Int64(sessions)) } ?? .zero
  }

  private func isLasting(_ kind: Fault.Kind) -> Bool { kind == .hang || kind == .halfOpen }

  private func fires(_ fault: Fault, _ place: Int, count: Int, at age: Interval) -> Bool {
    switch fault.trigger {
    case .always: return true
    case .turn(let wanted): return count == wanted
    case .share(let share):
      var draw = stream.draw(entity: place, count: count)
      return draw.uniform() < share
    case .after(let start): return age >= start
    }
  }
}
