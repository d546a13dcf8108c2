// What all shards share: the people, the balancer in front of the app instances, and the locks that
// live in memory. A turn enters twice, for well under a microsecond: when it is planned and when it
// is over. Nothing is decided here that the machines do not decide, and nothing reaches these
// machines but through here, where a recording takes it down in the order in which it happened.
internal import Basics
internal import Policies
internal import Scenarios
internal import Synchronization
internal import Workload

final class Desk: Sendable {
  struct State: ~Copyable {
    var population: Population
    var balancer: InstanceBalancer
    var locks: LockStore
    var populationActions = Table<PopulationAction>(capacity: 64)
    var lockAnswers = Table<LockAnswer>(capacity: 16)
    var tape: RecordingTape
  }

  /// An open arrival: turns with their instances, and when the next one is due.
  struct Arrival: Sendable {
    var planned: [(TurnPlan, instance: Int)] = []
    var next = Instant.never
    var drops = 0
  }

  /// A run's first wake-ups of closed people, or its first arrival.
  struct Beginning: Sendable {
    /// With the app instance that will take the turn, where that is known before.
    var wakes: [(loop: UInt32, at: Instant, instance: Int?)] = []
    var arrival = Instant.never
  }

  let recording: Recording?
  private let state: Mutex<State>
  /// Tells the ephemeral sessions of one number apart.
  private let ephemeral = Atomic<UInt32>(0)

  init(_ factory: MachineFactory, recording: Recording? = nil) {
    self.recording = recording
    recording?.beginVariant(factory)
    state = Mutex(
      State(
        population: factory.population(), balancer: factory.balancer(), locks: factory.locks(),
        tape: RecordingTape(recording, stream: 0)))
  }

  func nextEphemeral() -> UInt32 { ephemeral.wrappingAdd(1, ordering: .relaxed).newValue }

  var lockTally: LockTally { state.withLock { $0.locks.tally } }

  // MARK: people

  func begin() -> Beginning {
    state.withLock { state in
      var beginning = Beginning()
      var from = 0
      // In portions: the table of actions would otherwise keep the size of the population.
      repeat {
        let end = min(from + 4096, state.population.firstWakes)
        state.population.begin(loops: from..<end, into: &state.populationActions)
        if state.tape.isOn {
          state.tape.population(.begin(from: from, to: end), at: .zero, state.populationActions)
        }
        for place in 0..<state.populationActions.count {
          switch state.populationActions[place] {
          case .wake(let loop, let instant):
            let key = state.population.glance(loop).key
            beginning.wakes.append((loop, instant, state.balancer.glance(key: key)))
          case .arrive(let instant): beginning.arrival = instant
          case .plan, .drop: break
          }
        }
        state.populationActions.removeAll()
        from = end
      } while from < state.population.firstWakes
      return beginning
    }
  }

  /// A person is ready: the turn, and the app instance that takes it.
  func plan(_ loop: UInt32, at now: Instant) -> (TurnPlan, instance: Int) {
    state.withLock { state in
      let turn = state.population.ready(loop)
      let instance = state.balancer.pick(key: turn.key)
      if state.tape.isOn {
        state.tape.population(.handle(.ready(loop: loop)), at: now, .plan(turn))
        state.tape.balancer(key: turn.key, at: now, instance)
      }
      return (turn, instance)
    }
  }

  /// An open arrival is due.
  func arrive(due: Instant) -> Arrival {
    state.withLock { state in
      var arrival = Arrival()
      state.population.handle(.arrivalDue, at: due, into: &state.populationActions)
      if state.tape.isOn {
        state.tape.population(.handle(.arrivalDue), at: due, state.populationActions)
      }
      for place in 0..<state.populationActions.count {
        switch state.populationActions[place] {
        case .plan(let turn):
          let instance = state.balancer.pick(key: turn.key)
          if state.tape.isOn { state.tape.balancer(key: turn.key, at: due, instance) }
          arrival.planned.append((turn, instance))
        case .arrive(let instant): arrival.next = instant
        case .drop: arrival.drops += 1
        case .wake: break
        }
      }
      state.populationActions.removeAll()
      return arrival
    }
  }

  /// When the person comes back; nil where arrivals decide that.
  func over(_ turn: TurnPlan, at now: Instant) -> Instant? {
    state.withLock { state in
      let instant = state.population.turnOver(turn, at: now)
      if state.tape.isOn {
        state.tape.population(
          .handle(.turnOver(turn)), at: now, instant.map { .wake(loop: turn.loop, at: $0) })
      }
      return instant
    }
  }

  func forget(_ session: SessionID, at now: Instant) {
    state.withLock { state in
      state.population.handle(.sessionForgotten(session), at: now, into: &state.populationActions)
      if state.tape.isOn {
        state.tape.population(
          .handle(.sessionForgotten(session)), at: now, state.populationActions)
      }
      state.populationActions.removeAll()
    }
  }

  // MARK: locks

  /// What was asked of the locks came to, and whether it took a lock from its new holder.
  func lock(_ call: LockCall, at now: Instant) -> (answers: [LockAnswer], wasWrong: Bool) {
    state.withLock { state in
      let wrongBefore = state.locks.tally.wrongReleases
      switch call {
      case .command(let command, let session, let turn, let token):
        state.locks.handle(
          command, session, from: turn, token: token, at: now, into: &state.lockAnswers)
      case .wake(let session): state.locks.wake(session, at: now, into: &state.lockAnswers)
      }
      if state.tape.isOn { state.tape.locks(call, at: now, state.lockAnswers) }
      let wasWrong = state.locks.tally.wrongReleases > wrongBefore
      if state.lockAnswers.count == 0 { return ([], wasWrong) }
      var answers: [LockAnswer] = []
      for place in 0..<state.lockAnswers.count { answers.append(state.lockAnswers[place]) }
      state.lockAnswers.removeAll()
      return (answers, wasWrong)
    }
  }

  // MARK: the recording

  func flush() {
    if recording != nil { state.withLock { $0.tape.flush() } }
  }

  /// All shards have ended.
  func endRecording() {
    flush()
    recording?.endVariant()
  }
}
