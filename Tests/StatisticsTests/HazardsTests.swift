// Locks and races: the rates at which the guide's code breaks its promises.
import Basics
import Statistics
import Testing

@Test("Fail-fast locks refuse by Erlang's formula, or by Engset's for a small team")
func refusedLocks() {
  for (load, expected) in [(0.1, 0.090909), (1.0 / 3, 0.25), (0.5, 0.333333), (1, 0.5)] {
    expectClose(LockContention.refused(attemptRate: load / 20, meanHold: 20), expected)
  }
  for (users, refused, held) in [(3, 0.4, 0.5), (10, 0.75, 0.769231)] {
    expectClose(LockContention.refused(users: users, pause: 60, meanHold: 20), refused)
    expectClose(LockContention.held(users: users, pause: 60, meanHold: 20), held)
  }
  #expect(LockContention.refused(users: 1, pause: 60, meanHold: 20) == 0)
}

@Test("Engset with many servers: the refusals balance what is carried")
func engsetBalance() {
  let (servers, sources, load) = (4, 9, 0.7)
  let busy = ErlangFormulas.engsetBusy(
    servers: servers, sources: sources, loadPerIdleSource: load)
  let blocking = ErlangFormulas.engsetBlocking(
    servers: servers, sources: sources, loadPerIdleSource: load)
  // Idle sources attempt; the accepted ones are what is in service.
  expectClose((Double(sources) - busy) * load * (1 - blocking), busy, within: 1e-12)
}

@Test("Locks that queue wait by Pollaczek-Khinchine; polling adds its price")
func waitingLocks() {
  let hold = Distribution.lognormal(median: 30, sigma: 1)
  expectClose(hold.mean, 49.461638)
  let rate = 0.4 / hold.mean
  let queued = LockContention.queuedMeanWait(attemptRate: rate, hold: hold)
  expectClose(queued, 44.816891)
  let polled = LockContention.polledMeanWait(attemptRate: rate, hold: hold, pollRate: 0.5)
  expectClose(polled - queued, 0.4 / (0.5 * 0.6), within: 1e-9)
  #expect(LockContention.polledMeanWait(attemptRate: 1, hold: hold, pollRate: 1) == .infinity)
}

@Test("Polling with exponential pauses is the retrial queue; uniform ones lie below it")
func polledLocks() {
  for (rate, hold, mean) in [(5.0, 0.1, 0.025), (0.03, 20, 8), (0.045, 20, 0.1)] {
    let form = LockContention.polledMeanWait(
      attemptRate: rate, hold: .fixed(hold), pollRate: 1 / mean)
    let polled = PolledLock(attemptRate: rate, hold: hold, pause: .exponential(mean: mean))
    expectClose(polled.meanWait, form, within: 1e-9)
    let uniform = PolledLock(attemptRate: rate, hold: hold, pause: .uniform(longest: 2 * mean))
    let queued = LockContention.queuedMeanWait(attemptRate: rate, hold: .fixed(hold))
    #expect(uniform.meanWait > queued && uniform.meanWait < form)
  }
  // Against a simulation of its own of 400,000 callers: 0.0692, 0.0895 and 0.1638 s.
  for (rate, longest, wait, share) in [
    (5.0, 0.05, 0.0692, 0.015), (5, 0.1, 0.0895, 0.025), (7, 0.05, 0.1638, 0.015),
  ] {
    let polled = PolledLock(attemptRate: rate, hold: 0.1, pause: .uniform(longest: longest))
    expectRelative(polled.meanWait, wait, within: share)
  }
  #expect(
    PolledLock(attemptRate: 10, hold: 0.1, pause: .uniform(longest: 1)).meanWait == .infinity)
}

@Test("A lock of 300 seconds is outlived, and a second holder comes, at the tabled rates")
func outlivedLocks() {
  let table: [(Double, Double, Double, Double, Double)] = [
    (20, 1, 0.003384, 0.002174, 439.6), (30, 1, 0.010651, 0.007155, 659.5),
    (60, 1, 0.053760, 0.039038, 1318.9), (30, 1.5, 0.062385, 0.050401, 3091.9),
  ]
  for (median, sigma, outlived, second, lifetime) in table {
    let lock = LockExpiry(holdMedian: median, holdSigma: sigma, lifetime: 300)
    expectClose(lock.outlived, outlived, "median \(median)")
    expectClose(lock.secondHolder(contenderRate: 1.0 / 60), second, "median \(median)")
    #expect(lock.secondHolder(contenderRate: 1) > second)
    #expect(lock.secondHolder(contenderRate: 1) < lock.outlived)
    expectClose(lock.secondHolder(contenderRate: 1e6), lock.outlived, within: 1e-5)
    expectClose(
      LockExpiry.lifetime(holdMedian: median, holdSigma: sigma, outlivedWith: 1e-3), lifetime,
      within: 0.06)
  }
}

@Test("A wrong delete in a gap of 1 ms is rare, and far rarer without a waiting poller")
func wrongDeletes() {
  for (median, polled, contended) in [(30.0, 9.386340e-8, 7.8e-13), (60, 3.641786e-7, 3.0e-12)] {
    let lock = LockExpiry(holdMedian: median, holdSigma: 1, lifetime: 300)
    expectRelative(lock.wrongDelete(gap: 0.001), polled, within: 1e-6)
    expectRelative(
      lock.wrongDelete(gap: 0.001, contenderRate: 1.0 / 60), contended, within: 0.02)
  }
}

@Test("Ids made from milliseconds collide at the tabled rates")
func timeStampIds() {
  let table = [(2, 10, 0.1), (5, 100, 0.096550), (5, 1000, 0.009965), (10, 1000, 0.044139)]
  for (calls, milliseconds, expected) in table {
    expectClose(
      TimeStampIds.collision(calls: calls, withinMilliseconds: milliseconds), expected)
  }
  for (gap, expected) in [(5.0, 0.093654), (50, 0.009934), (500, 0.000999)] {
    expectClose(TimeStampIds.collision(meanGapMilliseconds: gap), expected)
  }
  #expect(TimeStampIds.collision(calls: 11, withinMilliseconds: 10) == 1)
  #expect(TimeStampIds.collision(calls: 1, withinMilliseconds: 10) == 0)
}

@Test("Double spawns and the processes they leak")
func doubleSpawns() {
  for (rate, spawn, chance, leaked) in [
    (0.1, 2.0, 0.181269, 0.2), (0.5, 2, 0.632121, 1), (1, 3, 0.950213, 3),
  ] {
    expectClose(DoubleSpawn.chance(rate: rate, spawn: spawn), chance)
    expectClose(DoubleSpawn.meanLeaked(rate: rate, meanSpawn: spawn), leaked, within: 1e-12)
  }
}

@Test("The session limit ratchets upwards at the tabled rates")
func ratchet() {
  let table = [
    (2, 0.05, 0.181818), (0.5, 0.02, 0.004950), (5, 0.1, 1.666667),
    (100, 0.02, 66.666667), (200, 0.01, 133.333333),
  ]
  for (rate, disconnect, expected) in table {
    expectClose(LimitRatchet.gainRate(missRate: rate, disconnect: disconnect), expected)
  }
}

@Test("The ratchet's rate is what the race itself gains, simulated")
func ratchetSimulated() {
  // Poisson misses; a victim is picked when none is being removed, and removal takes 0.05.
  let seed = Seed(5)
  var random = SeededRandom(seed.stream("misses"))
  var now = 0.0
  var removedUntil = 0.0
  var gained = 0
  for _ in 0..<200_000 {
    now -= naturalLog(random.uniform()) / 2
    if now < removedUntil { gained += 1 } else { removedUntil = now + 0.05 }
  }
  let expected = LimitRatchet.gainRate(missRate: 2, disconnect: 0.05)
  // 18 000 gains: four standard errors are 3 %.
  expectRelative(Double(gained) / now, expected, within: 0.03, "seed \(seed.value)")
}

@Test("Turns that overlap on two servers, for fixed and for exponential lengths")
func lostUpdates() {
  let table: [(Double, Double, Double)] = [(60, 0.486583, 0.462602), (300, 0.124827, 0.122962)]
  for (gap, fixed, varying) in table {
    expectClose(LostUpdate.overlap(rate: 1 / gap, turn: .fixed(20)), fixed)
    expectClose(LostUpdate.overlap(rate: 1 / gap, turn: .exponential(mean: 20)), varying)
  }
}
