// What a run counts. Tallies are added when workers, replications and shards merge. Anything that
// can go wrong in a run has a tally here and a name, because things that happen to a run are values
// and never log lines.

public enum CountMetric: Int, CaseIterable, Sendable, BitwiseCopyable {
  case turnsPlanned, turnsCompleted, turnsFailed, turnsDropped, turnsLate, turnsTimedOut,
    turnsDenied, turnsRejected, turnsEvicted, turnsLost, turnsForeign, turnsDuplicated,
    turnsStaleContext
  case sessionsCreated, sessionsResumed, sessionsHits, sessionsEvicted, sessionsEvictedBusy,
    sessionsIdleRemoved, sessionsDeleted, sessionsNotFound, sessionsContextLost,
    sessionsDuplicateCreates, sessionsDoubleDisconnects, sessionsIDCollisions,
    sessionsSplitBrain, sessionsCompacted
  case locksAttempts, locksAcquired, locksRefused, locksRenewed, locksExpired, locksLost,
    locksDoubleHeld, locksWrongRelease, locksStaleWrites
  case providerCalls, providerRateLimited, providerFailed, providerRetries
  case cliSpawned, cliStopped, cliLeaked, cliRestarted, cliPortsUsed, serverCrashes,
    memoryExhausted, diskBytes, eventsBroadcast
  case accessChecks, accessFalseDenials, accessLeaks
  case turnsReordered

  public var name: String { definition.name }

  public var definition: MetricDefinition {
    switch self {
    case .turnsPlanned:
      tally("turns.planned", .neither, "Turns whose planned start lies in the measured time.")
    case .turnsCompleted:
      tally(
        "turns.completed", .higher, "Turns that ended with their session idle and an answer given.")
    case .turnsFailed:
      tally(
        "turns.failed", .lower,
        "Turns that ended with an error instead of an answer, whatever the cause.")
    case .turnsDropped:
      tally(
        "turns.dropped", .lower,
        "Planned turns that were never sent because the driver had no room for them.")
    case .turnsLate:
      tally(
        "turns.late", .lower,
        "Turns that the driver sent later than the scenario's tolerance for lag.")
    case .turnsTimedOut:
      tally(
        "turns.timed_out", .lower, "Turns given up because no answer came within the time limit.")
    case .turnsDenied:
      tally("turns.denied", .lower, "Turns that the application's access check turned away.")
    case .turnsRejected:
      tally("turns.rejected", .lower, "Turns turned away because no slot for a session was free.")
    case .turnsEvicted:
      tally(
        "turns.evicted", .lower, "Turns cut off because their session was evicted while they ran.")
    case .turnsLost:
      tally(
        "turns.lost", .lower,
        "Acknowledged turns that a later look at the session's history did not find.")
    case .turnsForeign:
      tally(
        "turns.foreign", .lower, "Turns found in the history of a session they were not sent to.")
    case .turnsDuplicated:
      tally("turns.duplicated", .lower, "Turns found more than once in their session's history.")
    case .turnsStaleContext:
      tally(
        "turns.stale_context", .lower,
        "Turns answered from a history that lacked an acknowledged earlier turn.")
    case .sessionsCreated:
      tally("sessions.created", .neither, "Sessions created on a CLI server.")
    case .sessionsResumed:
      tally("sessions.resumed", .neither, "Sessions loaded again from storage.")
    case .sessionsHits:
      tally(
        "sessions.hits", .higher, "Openings that found the session still open in the application.")
    case .sessionsEvicted:
      tally("sessions.evicted", .lower, "Sessions closed to make room for another.")
    case .sessionsEvictedBusy:
      tally("sessions.evicted_busy", .lower, "Evictions of a session with a turn under way.")
    case .sessionsIdleRemoved:
      tally(
        "sessions.idle_removed", .neither,
        "Sessions removed because nobody used them for the idle time.")
    case .sessionsDeleted:
      tally("sessions.deleted", .neither, "Sessions deleted together with their history.")
    case .sessionsNotFound:
      tally(
        "sessions.not_found", .lower, "Requests for a session that its CLI server did not know.")
    case .sessionsContextLost:
      tally(
        "sessions.context_lost", .lower,
        "Sessions that went on without the history they had before.")
    case .sessionsDuplicateCreates:
      tally(
        "sessions.duplicate_creates", .lower, "Creations of a session id that existed already.")
    case .sessionsDoubleDisconnects:
      tally(
        "sessions.double_disconnects", .lower,
        "Disconnects sent for a session that was already let go.")
    case .sessionsIDCollisions:
      tally(
        "sessions.id_collisions", .lower,
        "New conversations that were given the id of another one.")
    case .sessionsSplitBrain:
      tally(
        "sessions.split_brain", .lower,
        "Times that two CLI servers held the same session open at once.")
    case .sessionsCompacted:
      tally(
        "sessions.compacted", .neither,
        "Times that a CLI server summarised a session's history to save room.")
    case .locksAttempts:
      tally("locks.attempts", .neither, "Attempts to take a session's lock.")
    case .locksAcquired:
      tally("locks.acquired", .neither, "Attempts that got the lock.")
    case .locksRefused:
      tally("locks.refused", .lower, "Attempts refused because somebody else held the lock.")
    case .locksRenewed:
      tally("locks.renewed", .neither, "Times that a holder extended its lock.")
    case .locksExpired:
      tally("locks.expired", .lower, "Locks that ran out while their holder was still at work.")
    case .locksLost:
      tally(
        "locks.lost", .lower, "Times that a holder noticed that its lock was no longer its own.")
    case .locksDoubleHeld:
      tally(
        "locks.double_held", .lower, "Times that two turns believed to hold the same lock at once.")
    case .locksWrongRelease:
      tally("locks.wrong_release", .lower, "Releases that removed the lock of somebody else.")
    case .locksStaleWrites:
      tally(
        "locks.stale_writes", .lower,
        "Writes to a session by a turn whose lock had already run out.")
    case .providerCalls:
      tally("provider.calls", .neither, "Requests to the model provider.")
    case .providerRateLimited:
      tally("provider.rate_limited", .lower, "Requests that the provider refused for their rate.")
    case .providerFailed:
      tally("provider.failed", .lower, "Requests that the provider failed.")
    case .providerRetries:
      tally("provider.retries", .lower, "Requests that were sent to the provider again.")
    case .cliSpawned:
      tally("cli.spawned", .neither, "CLI processes started.")
    case .cliStopped:
      tally("cli.stopped", .neither, "CLI processes stopped on purpose.")
    case .cliLeaked:
      tally("cli.leaked", .lower, "CLI processes that still run although nothing refers to them.")
    case .cliRestarted:
      tally(
        "cli.restarted", .lower, "CLI processes started again after they had ended by themselves.")
    case .cliPortsUsed:
      tally("cli.ports_used", .lower, "Ports handed out to CLI processes and not used again.")
    case .serverCrashes:
      tally("server.crashes", .lower, "CLI servers that ended by themselves.")
    case .memoryExhausted:
      tally("memory.exhausted", .lower, "Times that a CLI server or its host ran out of memory.")
    case .diskBytes:
      tally("disk.bytes", .lower, "Bytes of session state written to storage.", unit: .bytes)
    case .eventsBroadcast:
      tally(
        "events.broadcast", .neither, "Session events that CLI servers sent to their connections.")
    case .accessChecks:
      tally("access.checks", .neither, "Checks whether a user may use a session.")
    case .accessFalseDenials:
      tally("access.false_denials", .lower, "Checks that kept users from sessions of their own.")
    case .accessLeaks:
      tally("access.leaks", .lower, "Checks that let users into sessions of somebody else.")
    case .turnsReordered:
      tally(
        "turns.reordered", .lower,
        "Turns found behind one that was sent only after they had been acknowledged.")
    }
  }

  private func tally(
    _ name: String, _ better: Better, _ meaning: String, unit: MetricUnit = .count
  ) -> MetricDefinition {
    MetricDefinition(name, .count, unit, better, meaning)
  }
}
