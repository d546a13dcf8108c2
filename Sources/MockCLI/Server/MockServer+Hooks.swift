// Hooks: at four moments of a turn everybody who opened the session with `hooks` is asked, and the
// turn waits. What they answer, an error too, changes nothing that a client or the disk would see.
internal import Basics
internal import CLIModel

extension MockServer {
  /// Announces a hook and asks for it; true where the turn has to wait. The hook for tools is
  /// announced in every session, asked or not, since the real CLI has one of its own.
  mutating func runHook(
    _ kind: Hook, _ session: MockSession, _ input: (inout ByteBuffer) -> Void
  ) -> Bool {
    let owners = session.hookOwners.filter { $0 < connections.count && connections[$0] != nil }
    if owners.isEmpty && kind != .toolUsed { return false }
    var body = ByteBuffer()
    body.append("{\"sessionId\":\"")
    body.append(session.nameBytes)
    body.append("\",\"timestamp\":")
    body.append(decimal: Int(wall.milliseconds))
    body.append(",\"cwd\":")
    body.append(quoted: directory(of: session))
    input(&body)
    body.append("}")
    let invocation = ids.next()
    let content = body.array
    emit("hook.start", session, .lasting) { output in
      output.append("{\"hookInvocationId\":\"")
      output.append(invocation)
      output.append("\",\"hookType\":\"")
      output.append(kind.rawValue)
      output.append("\",\"input\":")
      output.append(content)
      output.append("}")
    }
    if owners.isEmpty {
      endHook(session, kind, invocation)
      return false
    }
    // One request, one id, to all of them: that is how two owners were seen to be asked.
    let id = hookCount
    hookCount += 1
    for owner in owners { sendHook(id, kind, session, content, to: owner) }
    hookWaits.append(HookWait(id: id, session: session, connections: owners))
    session.turn?.wait = .hook(id: id, invocation: invocation, kind: kind)
    return true
  }

  private mutating func sendHook(
    _ id: Int, _ kind: Hook, _ session: MockSession, _ input: [UInt8], to place: Int
  ) {
    guard let connection = connections[place] else { return }
    line.removeAll()
    line.append("{\"jsonrpc\":\"2.0\",\"id\":")
    line.append(decimal: id)
    line.append(",\"method\":\"hooks.invoke\",\"params\":{\"sessionId\":\"")
    line.append(session.nameBytes)
    line.append("\",\"hookType\":\"")
    line.append(kind.rawValue)
    line.append("\",\"input\":")
    line.append(input)
    line.append("}}")
    sendLine(to: connection)
  }

  private mutating func endHook(_ session: MockSession, _ kind: Hook, _ invocation: EventID) {
    emit("hook.end", session, .lasting) { output in
      output.append("{\"hookInvocationId\":\"")
      output.append(invocation)
      output.append("\",\"hookType\":\"")
      output.append(kind.rawValue)
      output.append("\",\"success\":true}")
    }
  }

  /// A client has answered a request of ours, or is gone.
  mutating func hookAnswered(_ id: Int?, by connection: Int) {
    for place in hookWaits.indices where id == nil || hookWaits[place].id == id {
      hookWaits[place].connections.removeAll { $0 == connection }
    }
    while let place = hookWaits.firstIndex(where: { $0.connections.isEmpty }) {
      let wait = hookWaits.remove(at: place)
      guard case .hook(wait.id, let invocation, let kind)? = wait.session.turn?.wait else {
        continue
      }
      wait.session.turn?.wait = .nothing
      endHook(wait.session, kind, invocation)
      advance(wait.session)
    }
  }
}

/// A request that is out: those who still owe an answer.
struct HookWait {
  let id: Int
  let session: MockSession
  var connections: [Int]
}
