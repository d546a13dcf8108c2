// The methods of the protocol that the mock knows: their names on the wire, and what a session's
// machine is asked for. A name that is not here is answered as the real CLI answers it, with
// -32601. The list is docs/mock.md's table of methods.
internal import CLIModel

package enum Method: String, CaseIterable, Sendable {
  case connect
  case ping
  case status = "status.get"
  case authStatus = "auth.getStatus"
  case models = "models.list"
  case quota = "account.getQuota"
  case tools = "tools.list"
  case create = "session.create"
  case resume = "session.resume"
  case send = "session.send"
  /// Called by SDKs from 1.0.27 on; the CLI of that time is not here to be measured.
  case sendAndWait = "session.sendAndWait"
  case getMessages = "session.getMessages"
  case readLog = "session.eventLog.read"
  case logTail = "session.eventLog.tail"
  case abort = "session.abort"
  case destroy = "session.destroy"
  case close = "sessions.close"
  /// Called by SDKs from 1.0.27 on: this connection lets go, others keep the session.
  case detach = "session.detach"
  case shutdownSession = "session.shutdown"
  case suspend = "session.suspend"
  case delete = "session.delete"
  case bulkDelete = "sessions.bulkDelete"
  case list = "session.list"
  case listSessions = "sessions.list"
  case metadata = "session.getMetadata"
  case lastID = "session.getLastId"
  case foreground = "session.getForeground"
  case setForeground = "session.setForeground"
  case isProcessing = "session.metadata.isProcessing"
  case snapshot = "session.metadata.snapshot"
  case metrics = "session.usage.getMetrics"
  case pendingItems = "session.queue.pendingItems"
  case currentModel = "session.model.getCurrent"
  case name = "session.name.get"
  case mode = "session.mode.get"
  case checkInUse = "sessions.checkInUse"
  case sizes = "sessions.getSizes"
  case eventFile = "sessions.getEventFilePath"
  case removeMostRecent = "session.queue.removeMostRecent"
  case clearQueue = "session.queue.clear"
  case compact = "session.history.compact"
  case truncate = "session.history.truncate"
  case sessionModels = "session.model.list"
  case contextInfo = "session.metadata.contextInfo"
  case workspace = "session.workspaces.getWorkspace"
  case tasks = "session.tasks.list"
  case agents = "session.agent.list"
  case pendingPermissions = "session.permissions.pendingRequests"
  case handlePermission = "session.permissions.handlePendingPermissionRequest"
  case handleTool = "session.tools.handlePendingToolCall"
  case findByPrefix = "sessions.findByPrefix"
  case lastForContext = "sessions.getLastForContext"
  case runtimeShutdown = "runtime.shutdown"
  /// The mock's own: faults while it runs. The real CLI does not know it.
  case fault = "mock.fault"

  /// The work it is for the CLI's one station.
  var work: CLIRequest.Kind {
    switch self {
    case .create: .create
    case .resume: .resume
    case .send, .sendAndWait: .send
    case .getMessages, .readLog: .messages
    case .abort: .abort
    case .destroy, .close, .detach: .destroy
    case .delete: .delete
    case .list, .listSessions, .sizes: .list
    case .compact: .compact
    case .removeMostRecent: .removeLast
    case .clearQueue: .clearQueue
    default: .ping
    }
  }

  /// Whether it is about one session that has to be live.
  var needsLiveSession: Bool {
    switch self {
    case .send, .sendAndWait, .readLog, .logTail, .abort, .shutdownSession, .suspend,
      .isProcessing, .snapshot, .metrics, .pendingItems, .currentModel, .name, .mode, .compact,
      .removeMostRecent, .clearQueue, .truncate, .sessionModels, .contextInfo, .workspace, .tasks,
      .agents, .pendingPermissions, .handlePermission, .handleTool:
      true
    default: false
    }
  }
}

extension Method {
  /// Whether it is still answered after `runtime.shutdown`: what only looks at the disk is.
  var outlivesShutdown: Bool {
    switch self {
    case .list, .listSessions, .metadata, .lastID, .sizes, .checkInUse, .eventFile, .findByPrefix,
      .lastForContext:
      true
    default: false
    }
  }
}

/// Finds a method by the bytes of its name, by its length first.
struct MethodTable {
  private var byLength: [[(name: [UInt8], method: Method)]] = []

  init() {
    byLength = Array(repeating: [], count: 64)
    for method in Method.allCases {
      let name = Array(method.rawValue.utf8)
      byLength[name.count].append((name, method))
    }
  }

  func find(_ text: Span<UInt8>, _ range: Range<Int>) -> Method? {
    guard range.count < byLength.count else { return nil }
    next: for entry in byLength[range.count] {
      var place = range.lowerBound
      for byte in entry.name {
        if text[place] != byte { continue next }
        place += 1
      }
      return entry.method
    }
    return nil
  }
}
