// What CLI servers say, turned into what gateways are told. A turn is over when its session is idle
// after the turn was acknowledged: an idle that stands earlier in the stream belongs to a turn
// before it, which the SDK's sendAndWait would mistake for its own.
internal import Basics
internal import Metrics
internal import Policies

extension Shard {
  mutating func understand(_ message: Incoming, _ connection: ServerConnection) {
    if !connection.speaksProtocol {
      if case .unreadable = message {} else { connection.noteUnderstood() }
    }
    switch message {
    case .event(let name, let kind):
      tallies.events += 1
      heard(name, kind, connection)
    case .otherEvent: tallies.events += 1
    case .result(let id):
      if let question = connection.answered(id) { answered(question, nil, connection) }
    case .failure(let id, let reason):
      if let question = connection.answered(id) { answered(question, reason, connection) }
    case .sessions(let id, let listed):
      if let question = connection.answered(id) { answered(question, nil, connection) }
      chooseOld(listed, connection)
    case .request(let id, _):
      writer.decline(id, to: &connection.output)
      mark(connection)
    case .notice: break
    case .unreadable:
      tallies.unreadable += 1
      if connection.state != .ready {
        broke(connection, reason: "sent what is no message of the protocol")
      }
    }
    if actions.count != 0 { settle() }
  }

  // MARK: events

  private mutating func heard(
    _ name: SessionNames.Place, _ kind: Incoming.Kind, _ connection: ServerConnection
  ) {
    // Events are told to every connection: most are of sessions that others look after.
    guard let place = connection.sessions[name.code] else { return }
    let local = connection.instance
    let index = Int(place.place)
    switch kind {
    case .error: records[index].hasFailed = true
    case .piece:
      let first = records[index].first
      guard first != noLink else { return }
      let turn = Int(first)
      guard !turns[local][turn].sawPiece else { return }
      turns[local][turn].sawPiece = true
      let id = TurnID(instance: instance(local), place: turn)
      if gateways[local].isSending(id) {
        recorder.record(.turnFirstToken, now - gateways[local].sent(id))
      }
    case .idle, .aborted:
      let failed = records[index].hasFailed
      records[index].hasFailed = false
      // An error can overtake the acknowledgement of its turn; whatever was sent earlier is over by
      // then, so the first in line is meant.
      let next = records[index].first
      if failed, next != noLink, !turns[local][Int(next)].isAcknowledged {
        turns[local][Int(next)].hasFailed = true
        return
      }
      var isFirst = true
      while true {
        let first = records[index].first
        guard first != noLink, turns[local][Int(first)].isAcknowledged else { break }
        let turn = takeFirst(index, local)
        toGateway(local, failed && isFirst ? .failed(turn) : .finished(turn))
        isFirst = false
        settle()
        guard isCurrent(place) else { return }
      }
      forgetIfUnused(place)
    }
  }

  func instance(_ local: Int) -> Int { index + local * mailboxes.count }

  private mutating func takeFirst(_ record: Int, _ local: Int) -> TurnID {
    let first = Int(records[record].first)
    let next = turns[local][first].next
    records[record].first = next
    if next == noLink { records[record].last = noLink }
    turns[local][first].isUnderWay = false
    return TurnID(instance: instance(local), place: first)
  }

  /// One that will get no answer leaves the line.
  private mutating func unlink(_ turn: TurnID, _ place: LiveSessionPlace) {
    let local = local(of: turn)
    let record = Int(place.place)
    turns[local][turn.place].isUnderWay = false
    let wanted = UInt32(truncatingIfNeeded: turn.place)
    var before = noLink
    var link = records[record].first
    while link != noLink && link != wanted {
      before = link
      link = turns[local][Int(link)].next
    }
    guard link == wanted else { return }
    let next = turns[local][turn.place].next
    if before == noLink {
      records[record].first = next
    } else {
      turns[local][Int(before)].next = next
    }
    if next == noLink { records[record].last = before }
  }

  // MARK: answers

  private mutating func answered(
    _ question: ServerConnection.Asked, _ failure: Incoming.Reason?,
    _ connection: ServerConnection
  ) {
    let local = connection.instance
    switch question {
    case .greeting: greeted(connection, failure)
    case .health(let place): toGateway(place, .healthChecked(connection.server, alive: true))
    case .list:
      connection.listsAwaited -= 1
      if let failure { tallies.note(failure, names) }
    case .open(let turn, let place): opened(turn, place, failure, connection)
    case .send(let turn, let place):
      guard let failure else {
        acknowledged(turn, local)
        if turns[local][turn.place].hasFailed {
          unlink(turn, place)
          toGateway(local, .failed(turn))
          forgetIfUnused(place)
        }
        return
      }
      unlink(turn, place)
      tallies.note(failure, names)
      if failure == .sessionNotFound {
        records[Int(place.place)].isOpen = false
        toGateway(local, .missing(turn))
      } else {
        toGateway(local, .failed(turn))
      }
      forgetIfUnused(place)
    case .destroy(let turn, let place, let sends):
      if let place, isCurrent(place) { cut(place, sentBefore: sends, local) }
      if !turn.isNone { toGateway(local, .closed(turn)) }
    case .delete(let turn, let place, let sends):
      if let place, isCurrent(place) { cut(place, sentBefore: sends, local) }
      if !turn.isNone { toGateway(local, .closed(turn)) }
    }
  }

  private mutating func acknowledged(_ turn: TurnID, _ local: Int) {
    turns[local][turn.place].isAcknowledged = true
    if gateways[local].isSending(turn) {
      recorder.record(.turnAck, now - gateways[local].sent(turn))
    }
  }

  private mutating func opened(
    _ turn: TurnID, _ place: LiveSessionPlace, _ failure: Incoming.Reason?,
    _ connection: ServerConnection
  ) {
    let local = connection.instance
    let index = Int(place.place)
    records[index].opensUnderWay -= 1
    guard let failure else {
      records[index].isOpen = true
      let resumed = turns[local][turn.place].resumes
      toGateway(local, .opened(turn, resumed: resumed, handle: place.place))
      return
    }
    tallies.note(failure, names)
    forgetIfUnused(place)
    if failure == .sessionNotFound {
      toGateway(local, .missing(turn))
    } else {
      toGateway(local, .refused(turn))
    }
  }

  /// A session that was let go takes its turns with it; nobody is told, so the host says so.
  private mutating func cut(_ place: LiveSessionPlace, sentBefore sends: UInt32, _ local: Int) {
    let index = Int(place.place)
    while true {
      let first = records[index].first
      guard first != noLink, turns[local][Int(first)].isAcknowledged,
        turns[local][Int(first)].send <= sends
      else { break }
      let turn = takeFirst(index, local)
      toGateway(local, .cut(turn))
    }
    forgetIfUnused(place)
  }
}
