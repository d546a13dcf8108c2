// Requests about what lies on disk: lists, sizes, locks of other processes, removal of many.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  struct Found {
    var name: String
    var times: FileTimes
  }

  /// Sessions with an event log, the last written first.
  func newest() -> [Found] {
    guard settings.disk == .files else { return [] }
    return folder.sessionsWithEvents().compactMap { name in
      Files.times(of: folder.events(name)).map { Found(name: name, times: $0) }
    }.sorted {
      ($0.times.modified, $1.name) > ($1.times.modified, $0.name)
    }
  }

  mutating func list(_ ask: Ask) {
    let filter = JSONText.member("filter", of: ask.params)
    let wanted = filter.flatMap { JSONText.member("cwd", of: $0) }.flatMap(JSONText.string)
    let found = newest()
    let folder = folder
    reply(ask) { output in
      output.append("{\"sessions\":[")
      var isFirst = true
      for entry in found {
        let workspace = folder.workspace(entry.name)
        if let wanted, wanted != workspace?.workingDirectory { continue }
        if !isFirst { output.append(",") }
        isFirst = false
        folder.append(entry.name, entry.times, workspace, to: &output)
      }
      output.append("]}")
    }
  }

  mutating func metadata(_ ask: Ask) {
    guard ask.name != "undefined" || JSONText.member("sessionId", of: ask.params) != nil else {
      return refuse(
        ask,
        .failed(
          .metadata, "Failed to convert JavaScript value `Undefined` into rust type `String`"))
    }
    let folder = folder
    let times = SessionName.isPlain(ask.name) ? Files.times(of: folder.events(ask.name)) : nil
    reply(ask) { output in
      output.append("{")
      if let times {
        output.append("\"session\":")
        folder.append(ask.name, times, folder.workspace(ask.name), to: &output)
      }
      output.append("}")
    }
  }

  /// Looks for the locks of other processes; a server's own sessions are not listed.
  mutating func checkInUse(_ ask: Ask) {
    guard JSONText.member("sessionIds", of: ask.params)?.first == UInt8(ascii: "[") else {
      return refuse(ask, .failed(ask.method, "r.sessionIds is not iterable"))
    }
    let names = Self.strings(ask.params, "sessionIds")
    let used = names.filter { SessionName.isPlain($0) && folder.otherHolders($0, clean: false) }
    reply(ask) { output in
      output.append("{\"inUse\":[")
      for (place, name) in used.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: name)
      }
      output.append("]}")
    }
  }

  mutating func sizes(_ ask: Ask) {
    let folder = folder
    let names = newest().map(\.name).sorted()
    reply(ask) { output in
      output.append("{\"sizes\":{")
      for (place, name) in names.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: name)
        output.append(":")
        output.append(decimal: folder.size(name))
      }
      output.append("}}")
    }
  }

  mutating func bulkDelete(_ ask: Ask) {
    let names = Self.strings(ask.params, "sessionIds").filter(SessionName.isPlain)
    var freed: [(String, Int)] = []
    for name in names {
      freed.append((name, Files.exists(folder.path(name)) ? folder.size(name) : 0))
      if let session = find(Array(name.utf8).span) {
        machine.forget(session.number, store: &store, into: &actions)
        close(session)
      }
      _ = folder.delete(name)
      announce("session.deleted", name: Array(name.utf8), startTime: [])
    }
    reply(ask) { output in
      output.append("{\"freedBytes\":{")
      for (place, entry) in freed.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: entry.0)
        output.append(":")
        output.append(decimal: entry.1)
      }
      output.append("}}")
    }
  }

  private static func strings(_ params: [UInt8], _ name: StaticString) -> [String] {
    guard let list = JSONText.member(name, of: params),
      case .array(let items)? = JSONText.parse(list)
    else { return [] }
    return items.compactMap { item in if case .string(let text) = item { text } else { nil } }
  }
}

extension SessionFolder {
  /// One entry of `session.list`.
  fileprivate func append(
    _ name: String, _ times: FileTimes, _ workspace: WorkspaceFile?, to output: inout ByteBuffer
  ) {
    let title = workspace?.name ?? ""
    let directory = workspace?.workingDirectory ?? ""
    output.append("{\"sessionId\":\"")
    output.append(name)
    output.append("\",\"startTime\":\"")
    output.append(WallText.text(times.created))
    output.append("\",\"modifiedTime\":\"")
    output.append(WallText.text(times.modified))
    output.append("\",\"summary\":")
    output.append(quoted: title)
    output.append(",\"name\":")
    output.append(quoted: title)
    output.append(",\"clientName\":\"sdk\",\"isRemote\":false,\"isDetached\":false,")
    output.append("\"context\":{\"cwd\":")
    output.append(quoted: directory)
    output.append("}}")
  }
}
