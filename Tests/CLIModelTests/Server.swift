// Drives one CLI server by hand and writes down what it asks for and says, as the gateway's
// timelines do.
import Basics
import CLIModel
import Testing

struct Server: ~Copyable {
  var cli: CLIServer
  var store: SessionStore
  private var actions = Table<CLIAction>()
  private(set) var lines: [String] = []
  private(set) var calls: [ProviderCall] = []

  init(
    id: Int = 0, shared: Bool = true, _ profile: (inout CostProfile) -> Void = { _ in },
    fleet: (inout FleetPlan) -> Void = { _ in }
  ) {
    var costs = CostProfile()
    profile(&costs)
    var plan = FleetPlan()
    fleet(&plan)
    cli = CLIServer(
      id: ServerID(id), profile: costs, plan: plan, seed: Seed(1), connections: 3, mayCrash: true)
    store = SessionStore(shared: shared, sessions: 16)
  }

  mutating func ask(
    _ ms: Int64, _ kind: CLIRequest.Kind, _ session: Int, _ turn: Int, on connection: Int = 0
  ) {
    let request = CLIRequest(
      kind, SessionID(session), TurnID(instance: 0, place: turn), on: ConnectionID(connection))
    tell(ms, .requested(request), "\(kind) s\(session) t\(turn)")
  }

  /// The provider answers the call made n-th, from 0.
  mutating func answer(_ ms: Int64, _ call: Int) {
    tell(ms, .providerAnswered(calls[call]), "answer \(call)")
  }
  mutating func fail(_ ms: Int64, _ call: Int, _ status: UInt16) {
    tell(ms, .providerFailed(calls[call], status: status), "failure \(call)")
  }
  mutating func done(_ ms: Int64) { tell(ms, .workDone, "done") }

  mutating func tell(_ ms: Int64, _ input: CLIInput, _ text: String) {
    cli.handle(input, at: .zero + .milliseconds(ms), store: &store, into: &actions)
    note(ms, text)
  }

  mutating func crash(_ ms: Int64) {
    cli.crash(at: .zero + .milliseconds(ms), store: &store, into: &actions)
    note(ms, "crash")
  }

  private mutating func note(_ ms: Int64, _ text: String) {
    var said: [String] = []
    for index in 0..<actions.count {
      switch actions[index] {
      case .work(let demand): said.append("work \(demand.total.nanoseconds / 1_000_000)")
      case .callProvider(let call, let turn, _, let attempt):
        said.append(
          "call \(calls.count) t\(turn.place)" + (attempt > 0 ? " attempt \(attempt)" : ""))
        calls.append(call)
      case .reply(let reply, let turn, let connection):
        said.append(
          "\(reply) t\(turn.place)" + (connection.place > 0 ? " on \(connection.place)" : ""))
      case .opened(let turn, _, let resumed, _):
        said.append("\(resumed ? "resumed" : "created") t\(turn.place)")
      case .retry(_, let pause): said.append("retry after \(pause.nanoseconds / 1_000_000)")
      }
    }
    actions.removeAll()
    let left = "\(ms) \(text)"
    let padding = String(repeating: " ", count: max(1, 20 - left.count))
    lines.append(left + (said.isEmpty ? "" : padding + "→ " + said.joined(separator: ", ")))
  }

  func expect(_ story: String, at location: SourceLocation = #_sourceLocation) {
    let told = lines.joined(separator: "\n")
    #expect(told == story, "told:\n\(told)", sourceLocation: location)
  }
}
