// What is to go wrong in a live provider on purpose, beside the failures and the limit that the
// scenario's model has. Seeded and addressed by person and turn as the model's own draws are, so
// the same questions fail again with the same seed, in whatever order they come.
public import Basics

public struct ProviderFault: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// An error of HTTP instead of an answer.
    case status(UInt16)
    /// The connection is reset before a byte of the answer.
    case reset
    /// The connection is reset in the middle of the answer.
    case cut
    /// The answer stops in its middle, and the connection stays.
    case stall
    /// 200, and a body that is nothing of what it claims to be.
    case garbage
  }

  public var kind: Kind
  public var trigger: Fault.Trigger

  public init(_ kind: Kind, _ trigger: Fault.Trigger = .always) {
    self.kind = kind
    self.trigger = trigger
  }
}

public struct ProviderFaultPlan: Sendable {
  public private(set) var faults: [ProviderFault]
  private let seed: Seed
  private var streams: [Stream] = []
  private var calls = 0

  public init(_ faults: [ProviderFault], seed: Seed) {
    self.faults = []
    self.seed = seed
    for fault in faults { add(fault) }
  }

  public mutating func add(_ fault: ProviderFault) {
    // A stream for each place in the list: two faults with a share strike independently.
    streams.append(seed.stream("provider fault \(faults.count)"))
    faults.append(fault)
  }

  public mutating func removeAll() {
    faults.removeAll()
    streams.removeAll()
  }

  /// A call has come; the first of the faults that strikes it. `count` addresses the draw beside
  /// the person, as in `Provider.call`.
  public mutating func called(person: Int, count: Int, at age: Interval) -> ProviderFault.Kind? {
    calls += 1
    for (place, fault) in faults.enumerated() {
      switch fault.trigger {
      case .always: return fault.kind
      case .turn(let wanted): if calls == wanted { return fault.kind }
      case .after(let start): if age >= start { return fault.kind }
      case .share(let share):
        var draw = streams[place].draw(entity: person, count: count)
        if draw.uniform() < share { return fault.kind }
      }
    }
    return nil
  }
}
