// The lock client of one app instance, on its shard's poller: lock commands go to Redis in order,
// outcomes come back in order, and nothing ever waits. A command without an answer has the outcome
// `unknown`; what that means to a turn is said in `Shard+Redis`.
package import Basics
package import LinuxIO
package import Policies

package struct LockOutcome: Hashable, Sendable {
  package enum Result: Hashable, Sendable {
    case granted(token: UInt32)
    case refused
    /// In the queue; a grant follows, unless the turn gives up.
    case queued
    case mine, notMine
    /// A release deleted the lock of somebody else.
    case others
    /// No answer: it may have been carried out.
    case unknown
  }
  package let command: LockCommand
  package let session: SessionID
  package let turn: TurnID
  package let token: UInt32
  package let result: Result
}

package final class RedisLockClient {
  private struct Command {
    var command: LockCommand
    var session: SessionID
    var turn: TurnID
    var token: UInt32
    var serial: UInt32
    var least: UInt32
  }

  private enum Asked {
    case greeting
    case load(LockScript)
    case command(Command)
    /// For a waiter, whether it still stands in the queue.
    case again(serial: UInt32)
    case subscription
  }

  /// The newest token that anybody was known to have, when this client last heard of one.
  private var newest: UInt32 = 0

  private struct Waiter {
    var turn: TurnID
    var session: SessionID
    var isQueued = false
  }

  private let plan: LockPlan
  private let instance: Int
  private var commands: RedisLine<Asked>
  private var news: RedisLine<Asked>
  private let listens: Bool
  private var hashes = [String?](repeating: nil, count: LockScript.allCases.count)
  private var serials: UInt32 = 0
  /// Those in a queue, by serial number.
  private var waiters: [UInt32: Waiter] = [:]
  private var looks = DeadlineHeap()
  /// The last grants that a look found: the word of them may still come.
  private var found: [(serial: UInt32, token: UInt32)] = []
  private static let mostFound = 64
  /// In order; whoever takes them empties it.
  package var outcomes: [LockOutcome] = []
  package var tally = RedisTally()
  private var hasStood = false

  /// A waiter looks again at least this often: a grant that got lost is found then.
  private static let longestLook = Interval.seconds(2)

  package init(_ plan: LockPlan, instance: Int, commands: UInt64, news: UInt64) {
    self.plan = plan
    self.instance = instance
    listens = plan.policy.acquire == .fifo
    self.commands = RedisLine(plan.place, token: commands)
    self.news = RedisLine(plan.place, token: news)
  }

  package func begin(_ poller: borrowing Poller, at now: Instant) {
    open(poller, at: now)
    if listens { listen(poller, at: now) }
  }

  private func open(_ poller: borrowing Poller, at now: Instant) {
    if let failure = commands.connect(poller, at: now) {
      tally.lastWords = failure.text
      return
    }
    for words in plan.place.greeting { commands.ask(.greeting, words, at: now) }
    for script in LockScript.allCases {
      commands.ask(.load(script), ["SCRIPT", "LOAD", script.text], at: now)
    }
    // What was asked before the connection was lost is answered; who waits still waits.
    for serial in waiters.keys.sorted() { lookAgain(serial, at: now) }
  }

  private func listen(_ poller: borrowing Poller, at now: Instant) {
    if let failure = news.connect(poller, at: now) {
      tally.lastWords = failure.text
      return
    }
    for words in plan.place.greeting { news.ask(.greeting, words, at: now) }
    news.ask(.subscription, ["SUBSCRIBE", "\(plan.channels)\(instance)"], at: now)
  }

  // MARK: commands

  /// `least`: the newest token that anybody is known to have, so that a Redis that has forgotten
  /// all gives no token twice.
  package func send(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, token: UInt32, least: UInt32,
    at now: Instant
  ) {
    var sent = Command(
      command: command, session: session, turn: turn, token: token, serial: 0, least: least)
    switch command {
    case .acquire, .enqueue:
      serials &+= 1
      sent.serial = serials
    case .abandon:
      let found = waiters.first { $0.value.turn == turn && $0.value.session == session }
      guard let found else {
        // It stood in no queue any more, and waits for a word.
        return end(sent, .refused)
      }
      sent.serial = found.key
    default: break
    }
    guard commands.canSend else {
      tally.unreachable += 1
      return doubt(sent, wasSent: false)
    }
    if command == .enqueue { waiters[sent.serial] = Waiter(turn: turn, session: session) }
    newest = max(newest, least)
    ask(sent, at: now)
  }

  private func ask(_ sent: Command, at now: Instant) {
    commands.ask(.command(sent), words(sent), at: now)
  }

  private func words(_ sent: Command) -> [String] {
    guard let script = LockScript(sent.command) else {
      return ["GET", plan.keys(of: sent.session)[0]]
    }
    let keys = plan.keys(of: sent.session)
    var words = hashes[script.rawValue].map { ["EVALSHA", $0] } ?? ["EVAL", script.text]
    words.append("\(keys.count)")
    words += keys
    words += [milliseconds(plan.policy.ttl), milliseconds(plan.keep), "\(sent.least)"]
    words += ["\(instance).\(sent.serial)", "\(sent.token)", plan.channels]
    words.append("\(sent.session.place)")
    return words
  }

  /// Whole milliseconds, and at least one: Redis refuses zero.
  private func milliseconds(_ interval: Interval) -> String {
    "\(max(1, interval.nanoseconds / 1_000_000))"
  }

  private func lookAgain(_ serial: UInt32, at now: Instant) {
    guard commands.canSend, let waiter = waiters[serial], waiter.isQueued else { return }
    let command = Command(
      command: .enqueue, session: waiter.session, turn: waiter.turn, token: 0, serial: serial,
      least: newest)
    commands.ask(.again(serial: serial), words(command), at: now)
  }

  // MARK: the poller

  package func ready(
    _ what: Interest, news isNews: Bool, _ poller: borrowing Poller, at now: Instant
  ) {
    if isNews {
      if what.contains(.writing), let failure = news.write(poller) {
        return lost(news: failure, poller, at: now)
      }
      if what.isDisjoint(with: [.reading, .peerClosed, .broken]) { return }
      let (replies, failure) = news.read()
      for reply in replies { hearNews(reply, at: now) }
      if let failure { lost(news: failure, poller, at: now) }
      return
    }
    if what.contains(.writing), let failure = commands.write(poller) {
      return lost(commands: failure, poller, at: now)
    }
    if what.isDisjoint(with: [.reading, .peerClosed, .broken]) { return }
    let (replies, failure) = commands.read()
    for reply in replies {
      guard let asked = commands.answered() else { continue }
      if let refusal = understand(asked, reply, at: now) {
        return lost(commands: refusal, poller, at: now)
      }
    }
    if let failure { lost(commands: failure, poller, at: now) }
  }

  package func flush(_ poller: borrowing Poller, at now: Instant) {
    if let failure = commands.flush(poller) { lost(commands: failure, poller, at: now) }
    if let failure = news.flush(poller) { lost(news: failure, poller, at: now) }
  }

  package var nextDeadline: Instant {
    var due = min(commands.retryAt, news.retryAt)
    if let oldest = commands.oldest { due = min(due, oldest + plan.limit) }
    if let look = looks.earliest { due = min(due, look) }
    return due
  }

  package func deadline(_ poller: borrowing Poller, at now: Instant) {
    if let oldest = commands.oldest, oldest + plan.limit <= now {
      let text = "no answer within \(plan.limit.seconds) s"
      lost(commands: RedisFailure(kind: .timedOut, text: text), poller, at: now)
      // The same Redis or the same way to it: that connection may be as dead.
      if news.canSend { _ = news.drop(poller, at: now) }
    }
    if commands.retryAt <= now { open(poller, at: now) }
    if listens && news.retryAt <= now { listen(poller, at: now) }
    while let look = looks.popDue(at: now) {
      lookAgain(UInt32(truncatingIfNeeded: look.code), at: now)
    }
  }

  // MARK: the ends of connections

  private func lost(
    commands failure: RedisFailure, _ poller: borrowing Poller, at now: Instant
  ) {
    if commands.state == .ready { tally.connectionsLost += 1 }
    tally.lastWords = failure.text
    let wasSent = commands.hasWritten
    for asked in commands.drop(poller, at: now) {
      guard case .command(let command) = asked else { continue }
      if !wasSent {
        tally.unreachable += 1
      } else if failure.kind == .timedOut {
        tally.timedOut += 1
      } else {
        tally.closed += 1
      }
      doubt(command, wasSent: wasSent)
    }
  }

  private func lost(news failure: RedisFailure, _ poller: borrowing Poller, at now: Instant) {
    if news.state == .ready { tally.connectionsLost += 1 }
    tally.lastWords = failure.text
    _ = news.drop(poller, at: now)
  }

  private func doubt(_ command: Command, wasSent: Bool) {
    if wasSent {
      switch command.command {
      case .acquire, .enqueue: tally.acquiresInDoubt += 1
      case .delete, .compareAndDelete: tally.releasesInDoubt += 1
      default: break
      }
    }
    end(command, .unknown)
  }

  /// The command is over for whoever sent it.
  private func end(_ command: Command, _ result: LockOutcome.Result) {
    if command.command == .enqueue || command.command == .abandon, result != .queued {
      waiters[command.serial] = nil
    }
    outcomes.append(
      LockOutcome(
        command: command.command, session: command.session, turn: command.turn,
        token: command.token, result: result))
  }

  // MARK: replies

  /// A failure: Redis does not want this connection.
  private func understand(
    _ asked: Asked, _ reply: RedisReply, at now: Instant
  ) -> RedisFailure? {
    switch asked {
    case .greeting, .subscription:
      if case .failed(let failure) = reply { return failure }
    case .load(let script):
      if case .failed(let failure) = reply { return failure }
      hashes[script.rawValue] = reply.words
      stand()
    case .again(let serial): understandLook(serial, reply, at: now)
    case .command(let command): understand(command, reply, at: now)
    }
    return nil
  }

  private func stand() {
    if commands.state == .ready { return }
    commands.stands()
    if hasStood { tally.connectionsAgain += 1 }
    hasStood = true
  }

  private func understandLook(_ serial: UInt32, _ reply: RedisReply, at now: Instant) {
    guard let waiter = waiters[serial] else { return }
    guard case .list(let parts) = reply, parts.count == 2, let token = parts[0].number else {
      looks.push(now + RedisLockClient.longestLook, UInt64(serial))
      return
    }
    if token > 0 {
      waiters[serial] = nil
      if found.count == RedisLockClient.mostFound { found.removeFirst() }
      found.append((serial, UInt32(truncatingIfNeeded: token)))
      granted(waiter, UInt32(truncatingIfNeeded: token))
    } else {
      lookLater(serial, parts[1], at: now)
    }
  }

  /// When the lock expires nobody runs a script, so those who wait look again then.
  private func lookLater(_ serial: UInt32, _ left: RedisReply, at now: Instant) {
    let pause = Interval.milliseconds(Int64(max(5, (left.number ?? 0) + 1)))
    looks.push(now + min(pause, RedisLockClient.longestLook), UInt64(serial))
  }

  private func granted(_ waiter: Waiter, _ token: UInt32) {
    outcomes.append(
      LockOutcome(
        command: .enqueue, session: waiter.session, turn: waiter.turn, token: 0,
        result: .granted(token: token)))
  }

  private func understand(_ sent: Command, _ reply: RedisReply, at now: Instant) {
    if case .failed(let failure) = reply {
      if failure.text.hasPrefix("NOSCRIPT"), let script = LockScript(sent.command) {
        // Somebody has flushed the scripts: once more, with the whole text.
        hashes[script.rawValue] = nil
        return ask(sent, at: now)
      }
      tally.rejected += 1
      tally.lastWords = failure.text
      return doubt(sent, wasSent: false)
    }
    switch sent.command {
    case .acquire:
      guard let token = reply.number else { return surprise(sent) }
      end(sent, token > 0 ? .granted(token: UInt32(truncatingIfNeeded: token)) : .refused)
    case .enqueue:
      guard case .list(let parts) = reply, parts.count == 2, let token = parts[0].number else {
        return surprise(sent)
      }
      // The grant may have come by the other connection already.
      guard waiters[sent.serial] != nil else { return }
      if token > 0 { return end(sent, .granted(token: UInt32(truncatingIfNeeded: token))) }
      waiters[sent.serial]?.isQueued = true
      end(sent, .queued)
      lookLater(sent.serial, parts[1], at: now)
    case .abandon:
      guard let token = reply.number else { return surprise(sent) }
      guard waiters[sent.serial] != nil else { return }
      end(sent, token > 0 ? .granted(token: UInt32(truncatingIfNeeded: token)) : .refused)
    case .read:
      let token = reply.words.flatMap { UInt32($0.prefix { $0 != ":" }) }
      end(sent, token == sent.token ? .mine : .notMine)
    case .delete:
      guard let found = reply.number else { return surprise(sent) }
      end(sent, found == 1 ? .mine : found == 2 ? .others : .notMine)
    case .compareAndDelete, .renew:
      guard let found = reply.number else { return surprise(sent) }
      end(sent, found == 1 ? .mine : .notMine)
    case .leave, .withdraw: preconditionFailure("\(sent.command) is no command to Redis")
    }
  }

  private func surprise(_ sent: Command) {
    tally.rejected += 1
    tally.lastWords = "an answer that no lock command gives"
    doubt(sent, wasSent: true)
  }

  // MARK: grants from the queue

  private func hearNews(_ reply: RedisReply, at now: Instant) {
    guard case .list(let parts) = reply, parts.count == 3, let kind = parts[0].words else { return }
    if kind == "subscribe" {
      news.stands()
      while news.answered() != nil {}
      // What was granted before anybody listened.
      for serial in waiters.keys.sorted() { lookAgain(serial, at: now) }
      return
    }
    guard kind == "message", let words = parts[2].words?.split(separator: " "), words.count == 3,
      let dot = words[0].firstIndex(of: "."),
      let serial = UInt32(words[0][words[0].index(after: dot)...]), let token = UInt32(words[1]),
      let session = Int(words[2])
    else { return }
    if let waiter = waiters.removeValue(forKey: serial) { return granted(waiter, token) }
    if let place = found.firstIndex(where: { $0 == (serial, token) }) {
      found.remove(at: place)
      return
    }
    // Nobody waits for it any more.
    tally.grantsHandedBack += 1
    guard commands.canSend else { return }
    ask(
      Command(
        command: .compareAndDelete, session: SessionID(session), turn: .none(of: instance),
        token: token, serial: 0, least: 0), at: now)
  }
}

extension LockScript {
  init?(_ command: LockCommand) {
    switch command {
    case .acquire: self = .acquire
    case .enqueue: self = .enqueue
    case .delete: self = .delete
    case .compareAndDelete: self = .compareAndDelete
    case .renew: self = .renew
    case .abandon: self = .abandon
    case .read, .leave, .withdraw: return nil
    }
  }
}
