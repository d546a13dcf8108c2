// The model provider alone: an answer's time belongs to its person and turn, not to the order of
// the calls; failures come in their share; and 429 follows the bucket and the calls under way.
import Basics
import CLIModel
import Testing

@Suite struct ProviderTests {
  private func provider(seed: UInt64 = 1, _ change: (inout ModelPlan) -> Void) -> Provider {
    var plan = ModelPlan()
    plan.latency = .exponential(mean: 2)
    change(&plan)
    return Provider(plan, seed: Seed(seed))
  }

  private func status(_ answer: Provider.Answer) -> Int {
    switch answer {
    case .complete: 200
    case .failure(let status, _): Int(status)
    }
  }

  private func latency(_ answer: Provider.Answer) -> Interval? {
    if case .complete(let after) = answer { after } else { nil }
  }

  @Test("The same question takes the same time, whoever was asked before")
  func addressed() {
    var one = provider { _ in }
    var other = provider { _ in }
    for person in 0..<5 {
      for turn in 0..<5 { _ = other.call(person: person, turn: turn, attempt: 0, at: .zero) }
    }
    for turn in 0..<20 {
      let a = one.call(person: 3, turn: turn, attempt: 0, at: .zero)
      let b = other.call(person: 3, turn: turn, attempt: 0, at: .zero + .seconds(9))
      let retry = other.call(person: 3, turn: turn, attempt: 1, at: .zero + .seconds(9))
      #expect(latency(a) == latency(b) && latency(a) != latency(retry))
    }
  }

  @Test("A failing provider does not change the times of the answers that come")
  func failures() {
    var sound = provider { _ in }
    var failing = provider {
      $0.failureShare = 0.25
      $0.failureStatus = 503
    }
    var failed = 0
    for turn in 0..<4000 {
      let good = sound.call(person: 1, turn: turn, attempt: 0, at: .zero)
      let answer = failing.call(person: 1, turn: turn, attempt: 0, at: .zero)
      failing.answered()
      if status(answer) == 503 { failed += 1 } else { #expect(latency(answer) == latency(good)) }
    }
    // Five standard errors of a share of 0.25 among 4000.
    #expect(abs(Double(failed) / 4000 - 0.25) < 0.035 && failing.tally.failed == failed)
  }

  @Test("Whoever is refused is told when the bucket holds a call again")
  func pause() {
    var limited = provider {
      $0.rateLimit = RateLimit()
      $0.rateLimit?.rate = 0.25
    }
    #expect(status(limited.call(person: 0, turn: 0, attempt: 0, at: .zero)) == 200)
    let later = Instant.zero + .seconds(1)
    #expect(status(limited.call(person: 1, turn: 0, attempt: 0, at: later)) == 429)
    let pause = limited.pauseAfterRefusal
    #expect(pause == .seconds(3))
    #expect(status(limited.call(person: 1, turn: 0, attempt: 1, at: later + pause)) == 200)
  }

  @Test("The bucket: a burst, then its rate; more calls under way than allowed are refused")
  func rateLimit() {
    var bucket = provider {
      $0.rateLimit = RateLimit()
      $0.rateLimit!.rate = 2
      $0.rateLimit!.burst = 3
    }
    func ask(_ ms: Int64, _ provider: inout Provider) -> Int {
      status(provider.call(person: 0, turn: 0, attempt: 0, at: .zero + .milliseconds(ms)))
    }
    #expect((0..<4).map { _ in ask(0, &bucket) } == [200, 200, 200, 429])
    #expect(ask(499, &bucket) == 429)
    #expect(ask(500, &bucket) == 200)
    #expect((0..<4).map { _ in ask(60_000, &bucket) } == [200, 200, 200, 429])

    var few = provider {
      $0.rateLimit = RateLimit()
      $0.rateLimit!.rate = 1000
      $0.rateLimit!.burst = 1000
      $0.rateLimit!.concurrent = 2
    }
    #expect((0..<3).map { _ in ask(0, &few) } == [200, 200, 429])
    // The refusal is delivered, then one of the answers: a place is free again.
    few.answered()
    #expect(ask(1, &few) == 429)
    few.answered()
    few.answered()
    #expect(ask(2, &few) == 200)
  }
}
