// The keys of the customer's backend, of its session lock, and of how a run is repeated and judged.
// A table and nothing else: what keys say together is judged in Checks.
internal import Basics
internal import Policies

extension ScenarioKeys {
  static let app: [ScenarioKey] = [
    ScenarioKey(
      "app.instances", .count(1...TurnID.mostInstances), \.app.instances,
      "Copies of the backend, each with its own pool, router and session manager."),
    ScenarioKey(
      "app.balance", .word(InstanceBalance.self), \.app.balance,
      "Which copy a request reaches."),
    ScenarioKey(
      "app.connections", .word(LiveSettings.Connections.self), \.live.connections, part: .report,
      "In a live run: one connection to each server for a copy, or for each person."),
    ScenarioKey(
      "app.pattern", .word(Pattern.self), \.app.pattern,
      "The guide's three patterns: a CLI for each person, shared CLIs, shared sessions."),
    ScenarioKey(
      "app.routing", .word(Routing.self), \.app.routing,
      "How a copy chooses the server; sticky-modulo is the guide's hash, external a load balancer "
        + "that deals out connections."),
    ScenarioKey(
      "app.route-by", .word(RouteKey.self), \.app.routeBy, "What a hashing router hashes."),
    ScenarioKey(
      "app.route-every", .word(RouteMoment.self), \.app.routeEvery,
      "Whether a resident session asks the router again at each turn."),
    ScenarioKey(
      "app.load-bound", .number(1...100), \.app.loadBound,
      "With bounded-load: no server above this multiple of the mean."),
    ScenarioKey(
      "app.pool.spawn", .word(PoolPolicy.Spawn.self), \.app.pool.spawn,
      "Two requests of one person at once: the guide starts two processes."),
    ScenarioKey(
      "app.pool.release", .word(PoolPolicy.Release.self), \.app.pool.release,
      "When a person's process is given back."),
    ScenarioKey(
      "app.pool.idle", .duration(.seconds(1)), \.app.pool.idle,
      "With release: idle, after this long without a turn."),
    ScenarioKey(
      "app.pool.stop", .word(PoolPolicy.Stop.self), \.app.pool.stop,
      "Giving back closes the connection, as client.stop() does; kill loses unwritten turns too."),
    ScenarioKey(
      "app.pool.ports", .word(PoolPolicy.Ports.self), \.app.pool.ports,
      "Each process takes a free port, or the next one after the last, as the guide counts."),
    ScenarioKey(
      "app.pool.first-port", .count(1...65_535), \.app.pool.firstPort,
      "With ports: counted, the port of the first process."),
    ScenarioKey(
      "app.sessions.limit", Syntax<Int>.count(1...10_000_000).or("unlimited"),
      \.app.sessions.limit, example: "50", "Sessions held live; the guide's sample says 50."),
    ScenarioKey(
      "app.sessions.scope", .word(SessionPolicy.Scope.self), \.app.sessions.scope,
      "Whether the limit counts in each copy of the backend or on each server."),
    ScenarioKey(
      "app.sessions.evict", .word(SessionPolicy.Evict.self), \.app.sessions.evict,
      "Which session goes; the guide takes the oldest, pinned ones spare a running turn."),
    ScenarioKey(
      "app.sessions.overflow", .word(SessionPolicy.Overflow.self), \.app.sessions.overflow,
      "The guide checks, awaits and then inserts; reserve takes the slot first."),
    ScenarioKey(
      "app.sessions.reopen", .word(SessionPolicy.Reopen.self), \.app.sessions.reopen,
      "How an evicted session comes back; create empties its memory."),
    ScenarioKey(
      "app.sessions.when-busy", .word(SessionPolicy.WhenBusy.self), \.app.sessions.whenBusy,
      "With pins, when every session is in a turn."),
    ScenarioKey(
      "app.sessions.idle-timeout", Syntax<Interval>.duration(.seconds(1)).or("off"),
      \.app.sessions.idleTimeout, example: "10m", "The manager lets go of unused sessions."),
    ScenarioKey(
      "app.access.check", .word(AccessPolicy.Check.self), \.app.access.check,
      "How a presented session id is held against the person; prefix is the guide's."),
    ScenarioKey(
      "app.access.naming", .word(AccessPolicy.Naming.self), \.app.access.naming,
      "Session ids by the millisecond, as in the guide, or unique."),
  ]

  static let lock: [ScenarioKey] = [
    ScenarioKey(
      "app.lock.backend", .word(LockPolicy.Backend.self), \.app.lock.backend,
      "Where the lock of a session lives."),
    ScenarioKey(
      "app.lock.url", Syntax<RedisURL>.redisURL.or("auto"), \.live.redis, part: .report,
      example: "redis://cache.internal:6379/2",
      "In a live run with backend: redis, the Redis to use; auto starts one for the run."),
    ScenarioKey(
      "app.lock.timeout", .duration(.milliseconds(10)), \.live.lockTimeout, part: .report,
      "In a live run, for the answer of Redis to a command; then the connection is made again."),
    ScenarioKey(
      "app.lock.covers", .word(LockPolicy.Guard.self), \.app.lock.covers,
      "Which turns take it: those of shared sessions, all, none."),
    ScenarioKey(
      "app.lock.ttl", .duration(.milliseconds(1)), \.app.lock.ttl, "When it expires by itself."),
    ScenarioKey(
      "app.lock.acquire", .word(LockPolicy.Acquire.self), \.app.lock.acquire,
      "When it is held: refuse (the guide), try again, or queue."),
    ScenarioKey(
      "app.lock.release", .word(LockPolicy.Release.self), \.app.lock.release,
      "Two commands (the guide) or one atomic script."),
    ScenarioKey(
      "app.lock.renew", .flag, \.app.lock.renew, "Extend it at a third of its TTL."),
    ScenarioKey(
      "app.lock.fencing", .flag, \.app.lock.fencing,
      "Refuse a turn whose token is older than one already seen."),
    ScenarioKey(
      "app.lock.round-trip", .lockRoundTrip, \.lockRoundTrip, example: "0.2ms",
      "A command to the backend and back; auto is nothing in memory, 0.2ms to Redis."),
    ScenarioKey(
      "app.lock.retry-initial", .duration(.milliseconds(1)), \.app.lock.retryInitial,
      "Pause before the second attempt; it doubles, with jitter."),
    ScenarioKey(
      "app.lock.retry-maximum", .duration(.milliseconds(1)), \.app.lock.retryMaximum,
      "The longest pause."),
    ScenarioKey(
      "app.lock.patience", .duration(), \.app.lock.patience,
      "Give up waiting after this long."),
    ScenarioKey(
      "app.timeout", .duration(.milliseconds(1)), \.app.timeout,
      "The SDK's sendAndWait gives up; the turn itself goes on."),
    ScenarioKey(
      "app.health-check", Syntax<Interval>.duration(.milliseconds(100)).or("off"),
      \.app.healthCheck, example: "10s", "How often dead servers are looked for."),
    ScenarioKey(
      "app.clean-up.every", Syntax<Interval>.duration(.seconds(1)).or("off"), \.cleanUpEvery,
      short: true, example: "1h", "How often old sessions are deleted."),
    ScenarioKey(
      "app.clean-up.older-than", .duration(), \.cleanUpOlderThan,
      "Without a turn for this long."),
  ]

  static let run: [ScenarioKey] = [
    ScenarioKey(
      "run.replications", .count(1...10_000), \.run.replications, part: .report,
      "Independent runs, each with its own seed."),
    ScenarioKey(
      "run.precision", Syntax<Double>.share(0.0001...1).or("off"), \.run.precision, part: .report,
      example: "2%", "More runs, until the confidence interval is this narrow."),
    ScenarioKey(
      "run.max-replications", .count(1...10_000), \.run.maxReplications, part: .report,
      "With precision: at most this many."),
    ScenarioKey(
      "run.drain", .duration(), \.live.drain, part: .report,
      "In a live run: time for turns under way after the measured time."),
    ScenarioKey(
      "run.audit", .duration(), \.live.audit, part: .report,
      "In a live run: time to look for lost, doubled and misplaced turns at the end; 0s: none."),
    ScenarioKey(
      "run.strict", .flag, \.live.strict, part: .report,
      "In a live run: doubtful figures end with exit code 4."),
    ScenarioKey(
      "run.threads", Syntax<Int>.count(1...256).or("auto"), \.live.threads, part: .report,
      example: "2", "In a live run: threads that hold users."),
    ScenarioKey(
      "expect", Syntax<[Expectation]>.expectations, \.expectations, part: .report,
      "What must hold, else the run fails: turn.response.p95 < 4s."),
  ]
}

extension Syntax where Value == Interval? {
  fileprivate static var lockRoundTrip: Syntax<Interval?> { .duration().or("auto") }
}
