// What machines are told and decide, in words, for whoever looks at a difference. Names are those
// of results: the first server is cli-1; turns are named by their place in their app instance.
internal import Basics
internal import Policies
internal import Workload

extension MachineInput {
  package var text: String {
    switch self {
    case .population(let call): call.text
    case .balancer(let key): "which app instance for key \(key)?"
    case .locks(let call): call.text
    case .gateway(let input): input.text
    }
  }
}

extension MachineDecisions {
  /// One decision a line.
  package var lines: [String] {
    switch self {
    case .population(let actions): actions.map(\.text)
    case .balancer(let instance): ["app instance \(instance)"]
    case .locks(let answers): answers.map(\.text)
    case .gateway(let actions, let deadline):
      actions.map(\.text) + (deadline.map { ["wants to be woken at \($0.text)"] } ?? [])
    }
  }
}

extension Instant {
  /// All nine digits: a difference may be in the last.
  package var text: String {
    self == .never ? "never" : Interval(nanoseconds: nanoseconds).text
  }
}

extension Interval {
  fileprivate var text: String {
    let digits = String(nanoseconds.magnitude % 1_000_000_000)
    let fraction = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    return "\(nanoseconds < 0 ? "-" : "")\(nanoseconds.magnitude / 1_000_000_000).\(fraction) s"
  }
}

extension ServerID {
  fileprivate var text: String { self == .none ? "no server" : "cli-\(place + 1)" }
}

extension TurnID {
  fileprivate var text: String { isNone ? "no turn" : "turn \(place)" }
  /// Where several app instances meet.
  fileprivate var fullText: String { "\(text) of app instance \(instance)" }
}

extension SessionID {
  fileprivate var text: String { "session \(index)" }
}

private func handle(_ handle: UInt32) -> String { handle == noLink ? "" : ", handle \(handle)" }

extension TurnPlan {
  fileprivate var text: String {
    var words = "turn \(ordinal + 1) of loop \(loop) in \(session.text)"
    words += ", conversation \(conversation), key \(key)"
    if flags.contains(.begins) { words += ", its first" }
    if flags.contains(.endsSession) { words += ", its last" }
    if flags.contains(.ephemeral) { words += ", ephemeral" }
    if flags.contains(.group) { words += ", of a group" }
    if flags.contains(.intruder) { words += ", somebody else's" }
    return words
  }
}

extension PopulationCall {
  fileprivate var text: String {
    switch self {
    case .begin(let from, let to): "the run begins for loops \(from) to \(to)"
    case .handle(.ready(let loop)): "the pause of loop \(loop) is over"
    case .handle(.arrivalDue): "an arrival is due"
    case .handle(.turnOver(let plan)): "\(plan.text) is over"
    case .handle(.sessionForgotten(let session)): "\(session.text) is gone from its server"
    }
  }
}

extension PopulationAction {
  fileprivate var text: String {
    switch self {
    case .plan(let plan): "plan \(plan.text)"
    case .wake(let loop, let instant): "wake loop \(loop) at \(instant.text)"
    case .arrive(let instant): "next arrival at \(instant.text)"
    case .drop: "drop the arrival: nobody is free"
    }
  }
}

extension LockCall {
  fileprivate var text: String {
    switch self {
    case .command(let command, let session, let turn, let token):
      "\(command) of \(session.text) by \(turn.fullText), token \(token)"
    case .wake(let session): "woken for \(session.text)"
    }
  }
}

extension LockAnswer {
  fileprivate var text: String {
    switch self {
    case .granted(let turn, let token): "granted to \(turn.fullText), token \(token)"
    case .refused(let turn): "refused to \(turn.fullText)"
    case .wasMine(let turn, let mine):
      "read by \(turn.fullText): \(mine ? "its own" : "not its own")"
    case .released(let turn): "released by \(turn.fullText)"
    case .renewed(let turn, let mine):
      "\(mine ? "renewed" : "not renewed: another's") for \(turn.fullText)"
    case .stale(let turn): "stale write of \(turn.fullText)"
    case .wake(let session, let instant): "look at \(session.text) again at \(instant.text)"
    }
  }
}

extension GatewayInput {
  fileprivate var text: String {
    switch self {
    case .planned(let plan): "planned: \(plan.text)"
    case .opened(let turn, let resumed, let place):
      "\(turn.text): its session was \(resumed ? "resumed" : "created")\(handle(place))"
    case .closed(let turn): "\(turn.text): the session was let go"
    case .deleted(let turn): "\(turn.text): the session was deleted"
    case .finished(let turn): "\(turn.text) was answered"
    case .failed(let turn): "\(turn.text) failed"
    case .missing(let turn): "\(turn.text): session not found"
    case .refused(let turn): "\(turn.text): the request was refused"
    case .cut(let turn): "\(turn.text) was cut: no answer will come"
    case .lockGranted(let turn, let token): "\(turn.text) has the lock, token \(token)"
    case .lockRefused(let turn): "\(turn.text) does not get the lock"
    case .lockRead(let turn, let mine):
      "\(turn.text) read the lock: \(mine ? "its own" : "not its own")"
    case .lockReleased(let turn): "\(turn.text) released the lock"
    case .lockRenewed(let turn, let mine):
      "\(turn.text) \(mine ? "renewed" : "could not renew") the lock"
    case .writeWasStale(let turn): "\(turn.text) wrote with an old token"
    case .spawned(let turn, let server): "\(turn.text): \(server.text) was started"
    case .released(let person): "the connection of person \(person) was let go"
    case .timer(let timer, let turn, let generation):
      "timer \(timer) of \(turn.text) rang, generation \(generation)"
    case .deadlineReached: "a deadline was reached"
    case .serverAdded(let server): "\(server.text) was added"
    case .serverRemoved(let server): "\(server.text) was removed"
    case .serverLost(let server): "\(server.text) was lost"
    case .serverBack(let server): "\(server.text) is back"
    case .healthChecked(let server, let alive):
      "\(server.text) was found \(alive ? "alive" : "dead")"
    }
  }
}

extension GatewayAction {
  fileprivate var text: String {
    switch self {
    case .create(let server, let session, let turn):
      "create \(session.text) on \(server.text) for \(turn.text)"
    case .resume(let server, let session, let turn):
      "resume \(session.text) on \(server.text) for \(turn.text)"
    case .disconnect(let server, let session, let turn, let place):
      "disconnect \(session.text) on \(server.text) for \(turn.text)\(handle(place))"
    case .send(let server, let session, let turn, let place):
      "send \(turn.text) in \(session.text) to \(server.text)\(handle(place))"
    case .delete(let server, let session, let turn, let conversation):
      "delete \(session.text), conversation \(conversation), on \(server.text) for \(turn.text)"
    case .forget(let server, let session): "forget \(session.text) of \(server.text)"
    case .lock(let command, let session, let turn, let token):
      "lock: \(command) \(session.text) for \(turn.text), token \(token)"
    case .spawn(let turn, let port):
      "start a process for \(turn.text)" + (port == 0 ? "" : " on port \(port)")
    case .hangUp(let server, let person, let instance, let kill):
      "\(kill ? "kill" : "hang up on") \(server.text) of person \(person), instance \(instance)"
    case .complete(let turn, let outcome): "complete \(turn.text): \(outcome)"
    case .timer(let timer, let turn, let generation, let instant):
      "timer \(timer) of \(turn.text) at \(instant.text), generation \(generation)"
    case .checkHealth(let instance, let server, let instant):
      "check \(server.text) at \(instant.text) for instance \(instance)"
    case .cleanUp(let age): "clean up what is older than \(age.text)"
    case .measured(let measure, let length): "measured \(measure): \(length.text)"
    }
  }
}
