// Locks in Redis: commands of gateways to the lock client of their app instance, outcomes to the
// gateways and to the observer's book. What an unanswered command means to a turn is decided here,
// as a careful backend would: an acquisition is refused, a release is over, a renewal is tried
// again.
internal import Basics
internal import LinuxIO
internal import Policies

extension Shard {
  /// Below `firstConnection`; the upper half of the token is the gateway's local number.
  private static let commandsToken: UInt64 = 1
  private static let newsToken: UInt64 = 2

  static func isRedis(_ token: UInt64) -> Bool {
    let low = token & 0xFFFF_FFFF
    return low == commandsToken || low == newsToken
  }

  mutating func beginRedis() {
    guard let lockPlan = plan.locks else { return }
    for local in 0..<gateways.count {
      let high = UInt64(local) << 32
      let client = RedisLockClient(
        lockPlan, instance: instance(local), commands: high | Shard.commandsToken,
        news: high | Shard.newsToken)
      lockClients.append(client)
      lockDeadlines.append(.never)
      client.begin(poller, at: now)
      markLocks(local)
      armRedis(local)
    }
  }

  mutating func redisLock(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, _ token: UInt32,
    _ witness: LockWitness
  ) {
    var least: UInt32 = 0
    switch command {
    case .leave:
      let isFresh = witness.with { $0.left(session, token) }
      leftLock(turn, isStale: !isFresh)
      if !isFresh { deliver([.stale(turn)]) }
      return
    case .withdraw: return witness.with { $0.withdrew(session) }
    case .acquire, .enqueue:
      least = witness.with { book in
        book.tally.attempts += 1
        return book.newestToken
      }
    case .read, .delete, .compareAndDelete, .renew, .abandon: break
    }
    let local = local(of: turn)
    lockClients[local].send(command, session, turn, token: token, least: least, at: now)
    markLocks(local)
    takeOutcomes(local, witness)
  }

  mutating func redisReady(_ ready: Ready) {
    let local = Int(ready.token >> 32)
    guard local < lockClients.count, let witness = plan.locks?.witness else { return }
    now = max(now, clock())
    lockClients[local].ready(
      ready.what, news: ready.token & 0xFFFF_FFFF == Shard.newsToken, poller, at: now)
    markLocks(local)
    takeOutcomes(local, witness)
    settle()
  }

  mutating func redisDeadline(_ local: Int, due: Instant) {
    guard lockDeadlines[local] == due, let witness = plan.locks?.witness else { return }
    lockDeadlines[local] = .never
    lockClients[local].deadline(poller, at: now)
    markLocks(local)
    takeOutcomes(local, witness)
    settle()
  }

  private mutating func markLocks(_ local: Int) {
    if dirtyLocks.last != local { dirtyLocks.append(local) }
  }

  /// What was asked for meanwhile leaves in one write.
  mutating func flushRedis() {
    guard let witness = plan.locks?.witness, !dirtyLocks.isEmpty else { return }
    var marked: [Int] = []
    swap(&marked, &dirtyLocks)
    for local in marked {
      lockClients[local].flush(poller, at: now)
      takeOutcomes(local, witness)
    }
    settle()
  }

  private mutating func armRedis(_ local: Int) {
    let due = lockClients[local].nextDeadline
    guard due < lockDeadlines[local] else { return }
    lockDeadlines[local] = due
    timers.push(due, ShardTimer.redis(local: local).code)
  }

  private mutating func takeOutcomes(_ local: Int, _ witness: LockWitness) {
    let client = lockClients[local]
    while !client.outcomes.isEmpty {
      var outcomes: [LockOutcome] = []
      swap(&outcomes, &client.outcomes)
      for outcome in outcomes {
        if outcome.command == .delete, outcome.result == .others {
          truth.releasedAnothers(gateways[local].plan(of: outcome.turn), at: now)
        }
        if let answer = witness.with({ $0.enter(outcome) }) { deliver([answer]) }
      }
    }
    tallies.redis.merge(client.tally)
    client.tally = RedisTally()
    armRedis(local)
  }
}

extension LockBook {
  /// Notes it, and says what the gateway hears of it.
  fileprivate mutating func enter(_ outcome: LockOutcome) -> LockAnswer? {
    let turn = outcome.turn
    switch (outcome.command, outcome.result) {
    case (_, .granted(let token)):
      entered(outcome.session, token)
      return .granted(turn, token: token)
    case (_, .queued):
      tally.queued += 1
      return nil
    case (.abandon, _): return .refused(turn)
    case (.acquire, _), (.enqueue, _):
      tally.refused += 1
      return .refused(turn)
    case (.read, let result):
      if result == .notMine { tally.expired += 1 }
      return .wasMine(turn, result == .mine)
    case (.delete, let result):
      if result == .others { tally.wrongReleases += 1 }
      return .released(turn)
    case (.compareAndDelete, let result):
      if result == .notMine && !turn.isNone { tally.expired += 1 }
      return .released(turn)
    case (.renew, let result):
      if result == .mine { tally.renewed += 1 }
      return .renewed(turn, result != .notMine)
    case (.leave, _), (.withdraw, _):
      preconditionFailure("\(outcome.command) does not go to Redis")
    }
  }
}
