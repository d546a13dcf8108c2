// One record of a recording, read back: which machine was told what and when, and what it decided.
package import Basics
package import Policies
package import Workload

package enum MachineInput: Sendable {
  case population(PopulationCall)
  /// The key of a person.
  case balancer(UInt32)
  case locks(LockCall)
  case gateway(GatewayInput)
}

package enum MachineDecisions: Sendable {
  case population([PopulationAction])
  /// The app instance.
  case balancer(Int)
  case locks([LockAnswer])
  /// With the next deadline, where it is another than before.
  case gateway([GatewayAction], deadline: Instant?)
}

package struct RecordedInput: Sendable {
  package var machine: MachineID
  package var at: Instant
  package var input: MachineInput
}

extension RecordCursor {
  /// Up to the decisions, which follow. `last` is the instant of the record before in the chunk.
  mutating func input(after last: Instant) -> RecordedInput {
    let machine = MachineID(code: Int(short()))
    let at = instant(from: last)
    let input: MachineInput =
      switch machine {
      case .population: .population(populationCall())
      case .balancer: .balancer(short())
      case .locks: .locks(lockCall())
      case .gateway: .gateway(gatewayInput())
      }
    return RecordedInput(machine: machine, at: at, input: input)
  }

  mutating func decisions(of machine: MachineID, at now: Instant) -> MachineDecisions {
    switch machine {
    case .population: .population(list { $0.populationAction(at: now) })
    case .balancer: .balancer(Int(short()))
    case .locks: .locks(list { $0.lockAnswer(at: now) })
    case .gateway: gatewayDecisions(at: now)
    }
  }

  private mutating func gatewayDecisions(at now: Instant) -> MachineDecisions {
    let head = number()
    let actions = list(head &>> 1) { $0.gatewayAction(at: now) }
    return .gateway(actions, deadline: head & 1 == 1 ? instant(from: now) : nil)
  }

  private mutating func list<Item>(_ item: (inout RecordCursor) -> Item) -> [Item] {
    list(number(), item)
  }

  private mutating func list<Item>(
    _ count: UInt64, _ item: (inout RecordCursor) -> Item
  ) -> [Item] {
    var items: [Item] = []
    var left = count
    while left > 0 && !hasFailed {
      items.append(item(&self))
      left -= 1
    }
    return items
  }

  /// Whether exactly these bytes follow.
  func isFollowed(by other: borrowing ByteBuffer) -> Bool {
    guard bytes.count - place >= other.count else { return false }
    return other.withSpan { other in
      for index in 0..<other.count where other[index] != bytes[place + index] { return false }
      return true
    }
  }
}

/// The records of a chunk, one after another.
package struct RecordedInputs: Sequence, IteratorProtocol {
  private var cursor: RecordCursor
  private var last = Instant.zero

  /// Of the next record, in the bytes of the chunk.
  package var place: Int { cursor.place }

  package init(_ chunk: RecordingReader.Chunk) { cursor = RecordCursor(chunk.bytes) }

  /// Nil: no more, or what follows cannot be read.
  package mutating func next() -> (RecordedInput, MachineDecisions)? {
    guard !cursor.isAtEnd else { return nil }
    let input = cursor.input(after: last)
    let decisions = cursor.decisions(of: input.machine, at: input.at)
    last = input.at
    return cursor.hasFailed ? nil : (input, decisions)
  }
}
