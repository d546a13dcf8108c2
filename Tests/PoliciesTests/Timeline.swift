// Drives one app instance by hand and writes down what it asks for: inputs with their instants on
// the left, actions on the right. Tests compare the text, so a failure shows where two stories
// part. Measurements are left out; they are no decisions.
import Basics
import Policies
import Testing

struct Timeline: ~Copyable {
  var gateway: Gateway
  private var actions = Table<GatewayAction>()
  private(set) var lines: [String] = []
  private(set) var outcomes: [TurnOutcome] = []
  /// Timers asked for and not yet rung, in the order asked.
  private(set) var timers: [(timer: TurnTimer, turn: TurnID, generation: UInt32, at: Instant)] = []

  /// `listed`: sessions that the manager finds by their number instead of a search.
  init(
    servers: Int = 1, people: Int = 8, listed: Int = 0,
    _ change: (inout GatewayPolicy) -> Void = { _ in }
  ) {
    var policy = GatewayPolicy()
    policy.timeout = .seconds(60)
    change(&policy)
    gateway = Gateway(
      index: 0, policy: policy, people: people, tabs: 2, sessionsPerPerson: 2,
      sessions: listed, names: { "user-\($0)" }, seed: Seed(1))
    for server in 0..<servers { tell(0, .serverAdded(ServerID(server)), silently: true) }
  }

  /// A turn of a person on a session; a person's sessions are 2 p and 2 p + 1.
  mutating func plan(
    _ ms: Int64, session: Int, key: UInt32 = 0, _ flags: TurnFlags = [], conversation: UInt8 = 0
  ) {
    let person = session / 2
    let plan = TurnPlan(
      loop: UInt32(person * 2), ordinal: UInt32(lines.count), session: SessionID(session),
      key: key, flags: flags, conversation: conversation)
    tell(ms, .planned(plan), as: "planned s\(session)\(flags.text)")
  }

  mutating func tell(
    _ ms: Int64, _ input: GatewayInput, as text: String? = nil, silently: Bool = false
  ) {
    gateway.handle(input, at: .zero + .milliseconds(ms), into: &actions)
    var wanted: [String] = []
    for index in 0..<actions.count {
      note(actions[index])
      if let text = actions[index].text { wanted.append(text) }
    }
    actions.removeAll()
    if silently { return }
    let left = "\(ms) \(text ?? input.text)"
    let padding = String(repeating: " ", count: max(1, 24 - left.count))
    lines.append(left + (wanted.isEmpty ? "" : padding + "→ " + wanted.joined(separator: ", ")))
  }

  /// Rings the timer of a kind that was asked for first.
  mutating func ring(_ timer: TurnTimer) {
    guard let place = timers.firstIndex(where: { $0.timer == timer }) else {
      Issue.record("no timer of kind \(timer) was asked for")
      return
    }
    let asked = timers.remove(at: place)
    tell(
      asked.at.nanoseconds / 1_000_000,
      .timer(asked.timer, asked.turn, generation: asked.generation),
      as: "\(timer) t\(asked.turn.place)")
  }

  private mutating func note(_ action: GatewayAction) {
    switch action {
    case .complete(_, let outcome): outcomes.append(outcome)
    case .timer(let timer, let turn, let generation, let instant):
      timers.append((timer, turn, generation, instant))
    default: break
    }
  }

  func expect(_ story: String, at location: SourceLocation = #_sourceLocation) {
    let told = lines.joined(separator: "\n")
    #expect(told == story, "told:\n\(told)", sourceLocation: location)
  }
}

/// The turn in this place of instance 0.
func t(_ place: Int) -> TurnID { TurnID(instance: 0, place: place) }

extension GatewayInput {
  static func created(_ turn: TurnID) -> GatewayInput { .opened(turn, resumed: false, handle: 0) }
  static func resumed(_ turn: TurnID) -> GatewayInput { .opened(turn, resumed: true, handle: 0) }

  var text: String {
    switch self {
    case .planned(let plan): "planned s\(plan.session.index)"
    case .opened(let turn, let resumed, _): "\(resumed ? "resumed" : "created") t\(turn.place)"
    case .closed(let turn): "closed t\(turn.place)"
    case .deleted(let turn): "deleted t\(turn.place)"
    case .finished(let turn): "finished t\(turn.place)"
    case .failed(let turn): "failed t\(turn.place)"
    case .missing(let turn): "not found t\(turn.place)"
    case .refused(let turn): "refused t\(turn.place)"
    case .cut(let turn): "cut t\(turn.place)"
    case .lockGranted(let turn, let token): "granted t\(turn.place) #\(token)"
    case .lockRefused(let turn): "lock refused t\(turn.place)"
    case .lockRead(let turn, let mine): "read t\(turn.place) \(mine ? "mine" : "other")"
    case .lockReleased(let turn): "released t\(turn.place)"
    case .lockRenewed(let turn, let mine): "renewed t\(turn.place) \(mine ? "mine" : "other")"
    case .writeWasStale(let turn): "stale t\(turn.place)"
    case .spawned(let turn, let server): "spawned t\(turn.place) cli\(server.index)"
    case .released(let person): "let go p\(person)"
    case .timer(let timer, let turn, _): "\(timer) t\(turn.place)"
    case .deadlineReached: "deadline"
    case .serverAdded(let server): "added cli\(server.index)"
    case .serverRemoved(let server): "removed cli\(server.index)"
    case .serverLost(let server): "lost cli\(server.index)"
    case .serverBack(let server): "back cli\(server.index)"
    case .healthChecked(let server, let alive): "checked cli\(server.index) \(alive)"
    }
  }
}

extension TurnFlags {
  var text: String {
    (contains(.begins) ? " begins" : "") + (contains(.endsSession) ? " ends" : "")
      + (contains(.ephemeral) ? " ephemeral" : "") + (contains(.group) ? " group" : "")
  }
}

extension GatewayAction {
  var text: String? {
    func of(_ turn: TurnID) -> String { turn.isNone ? "" : " t\(turn.place)" }
    return switch self {
    case .create(let server, let session, let turn):
      "create cli\(server.index) s\(session.index)\(of(turn))"
    case .resume(let server, let session, let turn):
      "resume cli\(server.index) s\(session.index)\(of(turn))"
    case .disconnect(let server, let session, let turn, _):
      "disconnect cli\(server.index) s\(session.index)\(of(turn))"
    case .send(let server, let session, let turn, _):
      "send cli\(server.index) s\(session.index)\(of(turn))"
    case .delete(let server, let session, let turn, _):
      "delete cli\(server.index) s\(session.index)\(of(turn))"
    case .forget(_, let session): "forget s\(session.index)"
    case .lock(let command, let session, let turn, let token):
      "\(command) s\(session.index)\(of(turn))" + (token == 0 ? "" : " #\(token)")
    case .spawn(let turn, let port): "spawn\(of(turn))" + (port == 0 ? "" : " on \(port)")
    case .hangUp(let server, let person, _, let kill):
      "\(kill ? "kill" : "hang up") cli\(server.index) p\(person)"
    case .complete(let turn, let outcome): "\(outcome)\(of(turn))"
    case .timer(let timer, let turn, _, let instant):
      "\(timer)\(of(turn)) at \(instant.nanoseconds / 1_000_000)"
    case .checkHealth(_, let server, let instant):
      "check cli\(server.index) at \(instant.nanoseconds / 1_000_000)"
    case .cleanUp(let age): "clean up older than \(age.nanoseconds / 1_000_000_000) s"
    case .measured: nil
    }
  }
}
