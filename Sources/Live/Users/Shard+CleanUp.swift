// The guide's clean-up job: list the sessions of each server, delete those without a turn for too
// long. It runs in one app instance, as one cron entry would. Sessions of other runs in the same
// storage are not ours to delete, and those that are open in any shard are in use.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Scenarios

extension Shard {
  mutating func cleanUp(olderThan age: Interval) {
    cleanUpAge = age
    var asked = Set<ServerID>()
    for connection in connections {
      guard let connection, connection.state == .ready, connection.instance == 0,
        asked.insert(connection.server).inserted
      else { continue }
      let id = connection.ask(.list)
      connection.listsAwaited += 1
      writer.plain("session.list", id: id, to: &connection.output)
      mark(connection)
      // Any server sees all of a shared storage.
      if plan.scenario.fleet.storage.kind == .shared { return }
    }
  }

  mutating func chooseOld(_ listed: [ListedSession], _ connection: ServerConnection) {
    let since = now - .zero
    // Not before the run is as old as that: as in a simulation, whose clock begins at zero.
    guard since >= cleanUpAge else { return }
    let horizon = WallClock.timestamp(
      milliseconds: WallClock.milliseconds() - cleanUpAge.nanoseconds / 1_000_000)
    let sessions = listed.filter { $0.modified < horizon }
    old(sessions, on: connection.server, left: mailboxes.count)
  }

  /// Once round all shards, as none knows what another one has open, and back to the first.
  mutating func old(_ sessions: [ListedSession], on server: ServerID, left: Int) {
    if left == 0 { return delete(sessions, on: server) }
    let open = openHere()
    let unused = sessions.filter { !open.contains($0.place.code) }
    if unused.isEmpty { return }
    let next = (index + 1) % mailboxes.count
    if next == index { return delete(unused, on: server) }
    mailboxes[next].post(.old(unused, server, left: left - 1))
  }

  private mutating func delete(_ sessions: [ListedSession], on server: ServerID) {
    let found = connections.first {
      $0.map { $0.state == .ready && $0.instance == 0 && $0.server == server } ?? false
    }
    guard let connection = found ?? nil else { return }
    // Some may have been opened here meanwhile; those of other shards only since they were asked.
    let open = openHere()
    for session in sessions where !open.contains(session.place.code) {
      recorder.count(.sessionsDeleted)
      // What is deleted on purpose is not lost.
      truth.ended(session.place.session, conversation: session.place.conversation)
      let id = connection.ask(.delete(.none(of: index), nil, sends: 0))
      writer.delete(session.id, id: id, to: &connection.output)
    }
    mark(connection)
  }

  private func openHere() -> Set<UInt64> {
    var open = Set<UInt64>()
    for connection in connections {
      guard let connection else { continue }
      for (code, place) in connection.sessions where records[Int(place.place)].isInUse {
        open.insert(code)
      }
    }
    return open
  }
}
