// Which conversation a turn belongs to, and whether it is its last. Numbers of sessions are laid
// out in order: each person's own, then one for each group, then ephemeral ones, which are reused
// when their turn is over.
public import Basics

public struct SessionBook: ~Copyable {
  @usableFromInline let perUser: Int
  @usableFromInline let own: Int
  @usableFromInline let groupSize: Int
  @usableFromInline let groupShare: Double
  @usableFromInline let people: Int
  @usableFromInline let ephemeral: Bool
  @usableFromInline let intruders: Double
  @usableFromInline let pickSession: Chooser
  @usableFromInline let turns: Sampler
  @usableFromInline let limited: Bool
  @usableFromInline let hasOneOwn: Bool
  /// Turns left in each session; 0: not begun.
  @usableFromInline var left: Table<UInt32>
  /// Conversations begun under each number, where lengths are drawn.
  @usableFromInline var conversations: Table<UInt32>
  /// One bit a number, where conversations never end: whether it has begun.
  @usableFromInline var begun: Table<UInt64>
  private var freeEphemeral: Table<UInt32>
  private let firstEphemeral: Int
  private var nextEphemeral: Int
  @usableFromInline let choice: Stream
  @usableFromInline let groupStream: Stream
  @usableFromInline let turnStream: Stream
  @usableFromInline let intruderStream: Stream

  init(_ plan: WorkloadPlan, seed: Seed) {
    perUser = plan.sessions.perUser
    people = plan.users
    own = plan.users * plan.sessions.perUser
    groupSize = plan.groups?.size ?? 0
    groupShare = plan.groups?.share ?? 0
    ephemeral = plan.sessions.kind == .ephemeral
    intruders = plan.intruders
    pickSession = Chooser(plan.sessions.popularity, count: plan.sessions.perUser)
    turns = Sampler(plan.sessions.turns ?? .fixed(0))
    limited = plan.sessions.turns != nil
    // One loop a person, so that the loop's number is the session's.
    hasOneOwn =
      plan.sessions.perUser == 1 && plan.intruders == 0 && plan.sessions.kind == .persistent
      && (plan.arrivals != .closed || plan.tabs == 1)
    let groups = groupSize > 0 ? (plan.users + groupSize - 1) / groupSize : 0
    firstEphemeral = own + groups
    nextEphemeral = firstEphemeral
    // Visits of ephemeral turns are counted by loop, and a person has as many loops as tabs.
    let counted = max(firstEphemeral, plan.users * plan.tabs)
    left = Table(repeating: 0, count: limited ? counted : 0)
    conversations = Table(repeating: 0, count: limited ? counted : 0)
    begun = Table(repeating: 0, count: limited ? 0 : (counted + 63) / 64)
    freeEphemeral = Table()
    choice = seed.stream("session choice")
    groupStream = seed.stream("group share")
    turnStream = seed.stream("turns per session")
    intruderStream = seed.stream("intruders")
  }

  var count: Int { nextEphemeral }
  var bytes: Int { left.bytes + conversations.bytes + begun.bytes + freeEphemeral.bytes }

  @inlinable @inline(__always) mutating func choose(_ plan: inout TurnPlan, person: Int) {
    if groupShare > 0 {
      var draw = groupStream.draw(entity: Int(plan.loop), count: Int(plan.ordinal))
      if groupShare >= 1 || draw.uniform() < groupShare {
        plan.session = SessionID(own &+ person / groupSize)
        plan.flags = .group
        countDown(&plan)
        return
      }
    }
    if hasOneOwn {
      countDown(&plan)
    } else {
      chooseAmongMany(&plan, person: person)
    }
  }

  /// What `choose` will say, as far as that costs little; nothing changes.
  @inlinable mutating func glance(
    _ loop: UInt32, _ ordinal: UInt32, person: Int
  ) -> (SessionID, isShared: Bool) {
    var session = SessionID(person &* perUser)
    var isShared = false
    if groupShare > 0 {
      var draw = groupStream.draw(entity: Int(loop), count: Int(ordinal))
      if groupShare >= 1 || draw.uniform() < groupShare {
        session = SessionID(own &+ person / groupSize)
        isShared = true
      }
    }
    if limited { left.prefetch(session.place) } else { begun.prefetch(session.place &>> 6) }
    return (session, isShared)
  }

  @usableFromInline mutating func chooseAmongMany(_ plan: inout TurnPlan, person: Int) {
    let loop = Int(plan.loop)
    let ordinal = Int(plan.ordinal)
    if ephemeral {
      plan.session = takeEphemeral()
      plan.flags.insert(.ephemeral)
      countDown(&plan)
      return
    }
    var owner = person
    if intruders > 0 {
      var draw = intruderStream.draw(entity: loop, count: ordinal)
      if draw.uniform() < intruders {
        owner = draw.index(below: people)
        if owner != person { plan.flags.insert(.intruder) }
      }
    }
    let which =
      perUser == 1 ? 0 : pickSession.index(choice.draw(entity: loop, count: ordinal))
    plan.session = SessionID(owner * perUser + which)
    if !plan.flags.contains(.intruder) { countDown(&plan) }
  }

  /// A session's length is drawn when it begins; its last turn says so.
  @inlinable @inline(__always) mutating func countDown(_ plan: inout TurnPlan) {
    if limited || plan.flags.contains(.ephemeral) {
      countDownLimited(&plan)
      return
    }
    let place = plan.session.place
    let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: place & 63)
    let isNew = begun.modify(place &>> 6) {
      let isNew = $0 & bit == 0
      if isNew { $0 |= bit }
      return isNew
    }
    if isNew { plan.flags.insert(.begins) }
  }

  @usableFromInline mutating func countDownLimited(_ plan: inout TurnPlan) {
    // Ephemeral sessions are one turn each; a visit of such turns is counted on the person's
    // number.
    let place = plan.flags.contains(.ephemeral) ? Int(plan.loop) : plan.session.place
    if plan.flags.contains(.ephemeral) { plan.flags.insert(.begins) }
    if !limited { return }
    if left[place] == 0 {
      plan.flags.insert(.begins)
      let drawn = turns.value(
        turnStream.draw(entity: place, count: Int(conversations[place])))
      conversations[place] &+= 1
      left[place] = UInt32(max(1, min(drawn, 4e9)))
    }
    plan.conversation = UInt8(truncatingIfNeeded: conversations[place])
    left[place] &-= 1
    if left[place] == 0 { plan.flags.insert(.endsSession) }
  }

  private mutating func takeEphemeral() -> SessionID {
    if !freeEphemeral.isEmpty { return SessionID(Int(freeEphemeral.removeLast())) }
    nextEphemeral += 1
    return SessionID(nextEphemeral - 1)
  }

  @usableFromInline mutating func forget(_ session: SessionID) {
    if session.place >= firstEphemeral { freeEphemeral.append(session.index) }
  }
}
