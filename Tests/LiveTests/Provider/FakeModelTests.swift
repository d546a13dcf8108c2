// The decisions of the fake provider: the simulator's own draws by the mark of the prompt, the
// limit, what goes wrong on purpose, and when the pieces of a stream are due.
import Basics
import CLIModel
import Live
import Testing
import Wire

private func request(_ text: String) throws -> ProviderRequest {
  try ProviderRequest.read(Array(chat(message("user", text)).utf8).span, as: .chat).get()
}

@Suite struct FakeModelTests {
  private func settings(_ change: (inout ProviderSettings) -> Void = { _ in }) -> ProviderSettings {
    var settings = ProviderSettings()
    settings.seed = Seed(5)
    settings.model.latency = .exponential(mean: 2)
    change(&settings)
    return settings
  }

  @Test("A turn takes the time that the simulator's provider gives it, attempt by attempt")
  func sameDraws() throws {
    let settings = settings()
    var model = FakeModel(settings)
    var simulated = Provider(settings.model, seed: settings.seed)
    for (loop, turn, attempt) in [(3, 1, 0), (3, 1, 1), (9, 1, 0), (3, 2, 0), (9, 1, 1)] {
      let mark = promptMark(UInt32(loop), UInt32(turn))
      let decided = model.decide(try request("\(mark.text) hi"), at: .zero)
      let wanted = simulated.call(person: loop, turn: turn, attempt: attempt, at: .zero)
      guard case .answer(let timing) = decided.decision, case .complete(let after) = wanted else {
        Issue.record("both answer")
        continue
      }
      #expect(timing.whole == after && decided.attempt == attempt)
      #expect(timing.first.nanoseconds == after.nanoseconds / 10)
    }
  }

  @Test("The first token has its own law and never comes after the end")
  func firstToken() throws {
    var model = FakeModel(settings { $0.model.firstToken = .fixed(1.5) })
    for turn in 1...200 {
      let decided = model.decide(try request(promptMark(0, UInt32(turn)).text), at: .zero)
      guard case .answer(let timing) = decided.decision else { continue }
      #expect(timing.first == min(timing.whole, .milliseconds(1500)), "turn \(turn)")
    }
  }

  @Test("The limit refuses with the pause until it will not")
  func limit() throws {
    var model = FakeModel(
      settings {
        $0.model.rateLimit = RateLimit()
        $0.model.rateLimit?.rate = 0.4
      })
    let first = model.decide(try request("a"), at: .zero)
    let second = model.decide(try request("b"), at: .zero)
    guard case .answer = first.decision else {
      Issue.record("the bucket begins full")
      return
    }
    #expect(second.decision == .refuse(status: 429, retryAfter: 3) && second.isHolding)
    model.ended()
    let third = model.decide(try request("b"), at: .zero + .seconds(3))
    guard case .answer = third.decision else {
      Issue.record("the pause was long enough")
      return
    }
  }

  @Test("An order strikes as often as it says, and holds no place of the limit")
  func orders() throws {
    var model = FakeModel(
      settings {
        $0.model.rateLimit = RateLimit()
        $0.model.rateLimit?.rate = 0.001
      })
    let asked = try request("\(promptMark(1, 1).text) ~provider:status=503:times=2~")
    for _ in 0..<2 {
      let decided = model.decide(asked, at: .zero)
      #expect(decided.decision == .refuse(status: 503, retryAfter: nil) && !decided.isHolding)
    }
    let third = model.decide(asked, at: .zero)
    guard case .answer = third.decision, third.attempt == 2, third.isHolding else {
      Issue.record("the third attempt is answered: \(third)")
      return
    }
  }

  @Test("Pieces are due evenly, in order, and all of them at the end", arguments: 1...50)
  func pieces(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("pieces"))
    let whole = Int64(random.index(below: 5_000_000_000))
    let timing = FakeModel.Timing(
      first: Interval(nanoseconds: Int64(random.index(below: Int(whole) + 1))),
      whole: Interval(nanoseconds: whole), tokens: 1)
    let pieces = 1 + random.index(below: 300)
    #expect(timing.due(0, of: pieces) == timing.first)
    if pieces > 1 { #expect(timing.due(pieces - 1, of: pieces) == timing.whole, "seed \(seed)") }
    for piece in 0..<pieces {
      let due = timing.due(piece, of: pieces)
      let there = timing.piecesDue(after: due, of: pieces)
      #expect(there > piece, "seed \(seed): piece \(piece) of \(pieces) is due when it is due")
      let before = timing.piecesDue(
        after: Interval(nanoseconds: due.nanoseconds - 1), of: pieces)
      #expect(before <= piece, "seed \(seed): piece \(piece) of \(pieces) is not early")
    }
  }

  @Test(
    "Faults are written as the help says",
    arguments: [
      ("stall", ProviderFault(.stall)),
      ("status=503@call=3", ProviderFault(.status(503), .turn(3))),
      ("cut@share=5%", ProviderFault(.cut, .share(0.05))),
      ("reset@after=1.5s", ProviderFault(.reset, .after(.milliseconds(1500)))),
    ])
  func texts(text: String, fault: ProviderFault) throws {
    #expect(try ProviderFaultText.read(text).get() == fault)
  }

  @Test(
    "A mistyped fault is explained",
    arguments: [
      ("stal", "did you mean stall?"), ("status=200", "status=503"), ("cut@share=0%", "no trigger"),
      ("cut@when=3", "no trigger"), ("", "there is no fault"),
    ])
  func mistakes(text: String, said: String) {
    guard case .failure(let problem) = ProviderFaultText.read(text) else {
      Issue.record("\(text) was taken")
      return
    }
    #expect(problem.text.contains(said), "\(problem.text)")
  }
}
