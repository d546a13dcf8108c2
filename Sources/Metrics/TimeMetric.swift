// The times a run measures, each a histogram. A turn has two clocks, always: response counts from
// the instant it was planned, service from the instant it was sent, so a driver that is late cannot
// make a fleet look quick.

public enum TimeMetric: Int, CaseIterable, Sendable, BitwiseCopyable {
  case turnResponse, turnService, turnAck, turnFirstToken
  case sessionOpen, sessionCreate, sessionResume, sessionDisconnect
  case cliSpawn, lockWait, lockHold, driverLag

  public var name: String { definition.name }

  public var definition: MetricDefinition {
    switch self {
    case .turnResponse:
      time(
        "turn.response", .lower, "From the planned start of a turn until its session is idle again."
      )
    case .turnService:
      time(
        "turn.service", .lower, "From the moment a turn was sent until its session is idle again.")
    case .turnAck:
      time("turn.ack", .lower, "From sending a turn until the CLI server has accepted it.")
    case .turnFirstToken:
      time("turn.first_token", .lower, "From sending a turn until the first piece of the answer.")
    case .sessionOpen:
      time(
        "session.open", .lower,
        "From wanting a session until it can take a turn, by whichever way it was opened.")
    case .sessionCreate:
      time(
        "session.create", .lower, "From asking a CLI server to create a session until it exists.")
    case .sessionResume:
      time(
        "session.resume", .lower,
        "From asking a CLI server to resume a stored session until it is loaded."
      )
    case .sessionDisconnect:
      time(
        "session.disconnect", .lower,
        "From asking a CLI server to let go of a session until it has done so.")
    case .cliSpawn:
      time("cli.spawn", .lower, "From starting a CLI process until it takes connections.")
    case .lockWait:
      time("lock.wait", .lower, "From first asking for a session's lock until it is held.")
    case .lockHold:
      time(
        "lock.hold", .neither, "From getting a session's lock until it is given back or expires.")
    case .driverLag:
      time(
        "driver.lag", .lower,
        "From the planned start of a turn until the driver handed it to the application.")
    }
  }

  private func time(_ name: String, _ better: Better, _ meaning: String) -> MetricDefinition {
    MetricDefinition(name, .time, .seconds, better, meaning)
  }
}
