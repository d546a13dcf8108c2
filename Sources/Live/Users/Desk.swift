// What all shards share: the people, the balancer in front of the app instances, and the locks that
// live in memory. A turn enters twice, for well under a microsecond: when it is planned and when it
// is over. Nothing is decided here that the machines do not decide.
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
  }

  private let state: Mutex<State>
  /// Tells the ephemeral sessions of one number apart.
  private let ephemeral = Atomic<UInt32>(0)

  init(_ scenario: Scenario, seed: Seed) {
    let ids = scenario.userIDs
    state = Mutex(
      State(
        population: Population(
          scenario.workload, seed: seed, key: { guideHash(ids.name(of: $0)) }),
        balancer: InstanceBalancer(scenario.app, stream: seed.stream("instance")),
        locks: LockStore(scenario.app.lock)))
  }

  func nextEphemeral() -> UInt32 { ephemeral.wrappingAdd(1, ordering: .relaxed).newValue }

  func with<Result: ~Copyable>(_ body: (inout sending State) -> sending Result) -> sending Result {
    state.withLock(body)
  }

  /// A person is ready: the turn, and the app instance that takes it.
  func plan(_ loop: UInt32) -> (TurnPlan, instance: Int) {
    state.withLock { state in
      let turn = state.population.ready(loop)
      return (turn, state.balancer.pick(key: turn.key))
    }
  }

  /// When the person comes back; nil where arrivals decide that.
  func over(_ turn: TurnPlan, at now: Instant) -> Instant? {
    state.withLock { $0.population.turnOver(turn, at: now) }
  }

  var lockTally: LockTally { state.withLock { $0.locks.tally } }

  func forget(_ session: SessionID) {
    state.withLock { state in
      state.population.handle(
        .sessionForgotten(session), at: .zero, into: &state.populationActions)
      state.populationActions.removeAll()
    }
  }
}
