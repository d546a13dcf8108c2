// What the size of a prompt changes in a server: the context that fills up, the file that grows,
// and the resume that reads it.
import Basics
import CLIModel
import Testing

private struct Station: ~Copyable {
  var cli: CLIServer
  var store = SessionStore(shared: true, sessions: 4, keepsPrompts: true)
  private var actions = Table<CLIAction>()
  private var calls: [ProviderCall] = []
  private(set) var compacted: [Int] = []
  private(set) var work = 0.0
  private var now = Instant.zero

  /// A turn costs 100 tokens with a prompt of 400 bytes, of which four make a token; the file has
  /// 1000 bytes for each turn and twice the prompt.
  init(_ sizes: PromptSizes) {
    var profile = CostProfile()
    profile.context.window = 2500
    profile.context.tokensPerTurn = 200
    profile.context.promptBytes = 400
    profile.context.tokensPerPromptByte = 0.25
    profile.disk.turn = 1000
    profile.disk.perPromptByte = 2
    profile.resumePerTurn = 1
    var plan = FleetPlan()
    plan.compaction = CompactionPlan()
    cli = CLIServer(
      id: ServerID(0), profile: profile, plan: plan, seed: Seed(1), connections: 1,
      mayCrash: false, prompts: sizes)
  }

  mutating func ask(_ kind: CLIRequest.Kind, prompt: UInt32 = 0, turn: Int = 0) {
    tell(
      .requested(
        CLIRequest(
          kind, SessionID(1), TurnID(instance: 0, place: turn), on: ConnectionID(0),
          promptBytes: prompt)))
  }

  mutating func answer() { tell(.providerAnswered(calls.removeFirst())) }

  mutating func turn(_ prompt: UInt32, _ number: Int) {
    ask(.send, prompt: prompt, turn: number)
    answer()
  }

  mutating func tell(_ input: CLIInput) {
    now = now + .seconds(1)
    cli.handle(input, at: now, store: &store, into: &actions)
    for index in 0..<actions.count {
      switch actions[index] {
      case .callProvider(let call, _, _, _): calls.append(call)
      case .reply(.compacting, let turn, _): compacted.append(turn.place)
      case .work(let demand): work = demand.total.seconds
      default: continue
      }
    }
    actions.removeAll()
  }
}

@Suite("Sizes of prompts")
struct PromptTests {
  @Test("The context is full after as many turns as their prompts allow, then starts again")
  func context() {
    // 2000 tokens start the compaction. A turn has 100, and a quarter of its prompt.
    let rows: [(UInt32, Int)] = [(400, 10), (0, 20), (1600, 4), (20_000, 0)]
    for (bytes, first) in rows {
      for sizes in [PromptSizes.counted, .fixed(bytes: Double(bytes))] {
        var station = Station(sizes)
        station.ask(.create)
        for turn in 0..<(2 * first + 2) { station.turn(bytes, turn) }
        #expect(
          station.compacted == [first, 2 * first + 1], "\(sizes), prompts of \(bytes) bytes")
      }
    }
  }

  @Test("Without sizes a turn is as the profile has it, whatever is sent")
  func profiled() {
    var station = Station(.profiled)
    station.ask(.create)
    for turn in 0..<12 { station.turn(1_000_000, turn) }
    #expect(station.compacted == [10])
    #expect(station.cli.promptBytes == 0)
  }

  @Test("Each send that waits in its session keeps its own size")
  func queued() {
    var station = Station(.counted)
    station.ask(.create)
    station.ask(.send, prompt: 100, turn: 0)
    station.ask(.send, prompt: 7000, turn: 1)
    station.ask(.steer, prompt: 30, turn: 2)
    station.answer()
    #expect(station.cli.promptBytes == 100)
    station.answer()
    #expect(station.cli.promptBytes == 130)
    station.answer()
    #expect(station.cli.promptBytes == 7130)
  }

  @Test("A resume reads the prompts too, and the resumed session goes on from what it read")
  func resumed() {
    for sizes in [PromptSizes.counted, .fixed(bytes: 1500)] {
      var station = Station(sizes)
      station.ask(.create)
      for turn in 0..<3 { station.turn(1500, turn) }
      station.ask(.destroy)
      station.ask(.resume)
      // Three turns of 1000 bytes and 3000 of their prompts.
      #expect(station.work == 12, "\(sizes)")
      station.tell(.workDone)
      // 475 tokens a turn: the fifth passes 2000.
      station.turn(1500, 3)
      #expect(station.compacted.isEmpty, "\(sizes)")
      station.turn(1500, 4)
      #expect(station.compacted == [4], "\(sizes)")
    }
  }

  @Test("A deleted session leaves nothing behind for the next one of its number")
  func deleted() {
    var station = Station(.counted)
    station.ask(.create)
    station.turn(1_000_000, 0)
    #expect(station.compacted == [0])
    station.ask(.delete)
    station.ask(.create)
    station.turn(400, 1)
    station.ask(.destroy)
    station.ask(.resume)
    #expect(station.work == 1.8)
  }
}
