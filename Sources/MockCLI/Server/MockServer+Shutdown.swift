// How the server ends: by a signal, by `runtime.shutdown`, or when the client of its standard input
// goes. The real CLI takes ten seconds over a SIGTERM while anybody is connected, and cuts turns
// instead of draining them; so does this one.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  /// SIGTERM, SIGINT and SIGHUP do the same; a second one changes nothing.
  mutating func stopped(by signal: StopSignal) {
    if stop == .ending { return }
    let wasIdle = stop == .idle
    stop = .ending
    stopListening()
    closeAll()
    let isConnected = connections.contains { $0 != nil }
    let waits = isConnected && !isServingStreams && !wasIdle
    timers.push(now + (waits ? settings.profile.stopConnected : shortStop), Timer.exit.code)
  }

  /// Replies, flushes, unlocks, and stays: the process does not end by it.
  mutating func shutDownRuntime(_ ask: Ask) {
    closeAll()
    reply(ask) { $0.append("null") }
    stop = .idle
  }

  /// Turns under way are cut, files are brought up to date, locks removed.
  private mutating func closeAll() {
    for place in sessions.indices {
      guard let session = sessions[place], session.isOpen else { continue }
      machine.forget(session.number, store: &store, into: &actions)
      close(session)
    }
    perform()
  }

  // MARK: the mock's own control

  /// `mock.fault {"fault": "crash-during@turn=3"}` adds one; `{"clear": true}` removes all.
  mutating func changeFaults(_ ask: Ask) {
    if JSONText.isTrue(JSONText.member("clear", of: ask.params)) {
      faults.removeAll()
      isHanging = false
      isDeaf = false
    }
    guard let value = JSONText.member("fault", of: ask.params) else {
      return reply(ask) { $0.append("{\"faults\":0}") }
    }
    switch JSONText.string(value).map(FaultText.read) {
    case .success(let fault)?:
      faults.add(fault)
      let count = faults.faults.count
      reply(ask) { output in
        output.append("{\"faults\":")
        output.append(decimal: count)
        output.append("}")
      }
    case .failure(let problem)?: refuse(ask, .failed(.fault, problem.text))
    case nil: refuse(ask, .failed(.fault, "fault has to be a text"))
    }
  }
}
