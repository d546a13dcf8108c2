// A `CostProfile` compiled for drawing: one sampler an operation, lengths in nanoseconds.
// Made once a server; the profile itself, with its provenance, stays out of the hot path.
public import Basics

@usableFromInline struct CompiledCost: ~Copyable {
  @usableFromInline let cpu: Sampler
  /// The law's value when it is fixed: nothing is drawn then. Negative: draw.
  @usableFromInline let fixed: Int64
  @usableFromInline let mainShare: Float
  @usableFromInline let outlierChance: Double
  @usableFromInline let outlier: Double

  init(_ cost: OperationCost) {
    cpu = Sampler(cost.cpu)
    mainShare = Float(cost.mainShare)
    outlierChance = cost.outlierChance
    outlier = cost.outlier
    if case .fixed(let value) = cost.cpu, cost.outlierChance == 0 {
      fixed = Interval(seconds: value).nanoseconds
    } else {
      fixed = -1
    }
  }

  /// The value where nothing is to be drawn or spread over cores, else negative.
  var fixedAndSerial: Int64 { mainShare >= 1 ? fixed : -1 }

  @inlinable @inline(__always) func draw(_ address: @autoclosure () -> Draw) -> Int64 {
    fixed >= 0 ? fixed : drawn(address())
  }

  @usableFromInline func drawn(_ draw: Draw) -> Int64 {
    var seconds = cpu.value(draw)
    if outlierChance > 0 {
      // Of another sequence than the law's own, so that adding outliers leaves the rest as it was.
      var second = draw
      _ = second.bits()
      _ = second.bits()
      if second.uniform() < outlierChance { seconds = outlier }
    }
    return Interval(seconds: seconds).nanoseconds
  }
}

@usableFromInline struct CostTable: ~Copyable {
  @usableFromInline let create: CompiledCost
  @usableFromInline let resume: CompiledCost
  @usableFromInline let resumeLive: CompiledCost
  @usableFromInline let destroy: CompiledCost
  @usableFromInline let delete: CompiledCost
  @usableFromInline let ping: CompiledCost
  @usableFromInline let before: CompiledCost
  @usableFromInline let after: CompiledCost
  @usableFromInline let compaction: CompiledCost
  @usableFromInline let listPerSession: Double
  @usableFromInline let messagesPerTurn: Double
  private let retryRateLimited: [Interval]
  private let retryServerError: [Interval]
  private let retryClientError: [Interval]
  private let retryRefused: [Interval]
  private let lastPauseRateLimited: Interval
  private let lastPauseServerError: Interval
  private let lastPauseRefused: Interval

  init(_ profile: CostProfile) {
    create = CompiledCost(profile.create)
    resume = CompiledCost(profile.resume)
    resumeLive = CompiledCost(profile.resumeLive)
    destroy = CompiledCost(profile.destroy)
    delete = CompiledCost(profile.delete)
    ping = CompiledCost(profile.ping)
    before = CompiledCost(profile.turnBefore)
    after = CompiledCost(profile.turnAfter)
    compaction = CompiledCost(profile.compaction)
    listPerSession = profile.listPerSession
    messagesPerTurn = profile.messagesPerTurn
    retryRateLimited = profile.retryRateLimited
    retryServerError = profile.retryServerError
    retryClientError = profile.retryClientError
    retryRefused = profile.retryRefused
    lastPauseRateLimited = profile.lastPauseRateLimited
    lastPauseServerError = profile.lastPauseServerError
    lastPauseRefused = profile.lastPauseRefused
    for ladder in [retryRateLimited, retryServerError, retryClientError, retryRefused] {
      precondition(ladder.count < LiveSession.spent, "a ladder of retries has 126 pauses at most")
    }
  }

  /// The pause after the last attempt; nil where there is none.
  @usableFromInline func lastPause(status: Int) -> Interval? {
    let pause: Interval
    switch status {
    case 0: pause = lastPauseRefused
    case 429: pause = lastPauseRateLimited
    case 400..<500: return nil
    default: pause = lastPauseServerError
    }
    return pause.nanoseconds > 0 ? pause : nil
  }

  /// The pause before the next attempt; nil: the ladder is at its end. Status 0 is a refused
  /// connection.
  @usableFromInline func retryPause(status: Int, attempt: Int) -> Interval? {
    let ladder: [Interval] =
      switch status {
      case 0: retryRefused
      case 429: retryRateLimited
      case 400: retryClientError
      // 401, 403, 404 and the like are answers, and asking again changes nothing.
      case 401..<500: []
      default: retryServerError
      }
    return attempt < ladder.count ? ladder[attempt] : nil
  }
}

/// The few numbers that every turn reads, side by side.
@usableFromInline struct TurnCost: BitwiseCopyable {
  /// Nanoseconds where the law is fixed, negative where it is drawn.
  @usableFromInline let before: Int64
  @usableFromInline let after: Int64
  @usableFromInline let beforeShare: Float
  @usableFromInline let afterShare: Float
  /// As above, for what opens and closes a session.
  @usableFromInline let create: Int64
  @usableFromInline let destroy: Int64
  @usableFromInline let delete: Int64
  @usableFromInline let resume: Int64
  @usableFromInline let resumePerTurn: Double
  @usableFromInline let perLive: Double
  @usableFromInline let memoryBase: Double
  @usableFromInline let memoryIdle: Double
  @usableFromInline let memoryActive: Double
  @usableFromInline let memoryTurn: Double
  @usableFromInline let tokensBase: Double
  @usableFromInline let tokensTurn: Double
  @usableFromInline let flushDelay: Interval
  /// Where prompts are counted one by one.
  @usableFromInline let tokensPromptByte: Double
  @usableFromInline let resumePromptByte: Double

  init(_ profile: CostProfile, _ prompts: PromptSizes) {
    flushDelay = profile.flushDelay
    tokensPromptByte = profile.context.tokensPerPromptByte
    // Resuming is paid by the length of the file, of which the profile knows turns.
    resumePromptByte =
      profile.disk.turn > 0
      ? profile.resumePerTurn * profile.disk.perPromptByte / profile.disk.turn : 0
    // Bytes of a prompt that belong to a turn, and those of them that its tokens hold already.
    let (each, held) =
      switch prompts {
      case .profiled: (0.0, 0.0)
      case .fixed(let bytes): (bytes, profile.context.promptBytes)
      case .counted: (0.0, profile.context.promptBytes)
      }
    before = CompiledCost(profile.turnBefore).fixed
    after = CompiledCost(profile.turnAfter).fixed
    beforeShare = Float(profile.turnBefore.mainShare)
    afterShare = Float(profile.turnAfter.mainShare)
    create = CompiledCost(profile.create).fixedAndSerial
    destroy = CompiledCost(profile.destroy).fixedAndSerial
    delete = CompiledCost(profile.delete).fixedAndSerial
    resume = CompiledCost(profile.resume).fixedAndSerial
    resumePerTurn = profile.resumePerTurn + resumePromptByte * each
    perLive = profile.turnPerLiveSession
    memoryBase = profile.memory.base
    memoryIdle = profile.memory.idleSession
    memoryActive = profile.memory.activeSession
    memoryTurn = profile.memory.turn
    tokensBase = profile.context.baseTokens
    tokensTurn = max(0, profile.context.tokensPerTurn + tokensPromptByte * (each - held))
  }

  @inlinable func memory(idle: Double, active: Double, turns: Double) -> Double {
    memoryBase + memoryIdle * idle + memoryActive * active + memoryTurn * turns
  }
}

extension CLIServer {
  /// CPU work of a job, drawn at the address (session, its count of jobs).
  @inlinable @inline(__always)
  mutating func demand(of job: Job, _ store: inout SessionStore) -> Demand {
    switch job.kind {
    case .send:
      if turnCost.before < 0 { return drawnDemand(job, extra: 0, &store) }
      return counted(turnCost.before, turnCost.beforeShare)
    case .finish:
      let extra = turnCost.perLive * Double(active)
      if turnCost.after < 0 { return drawnDemand(job, extra: extra, &store) }
      return counted(turnCost.after &+ Int64(extra * 1e9), turnCost.afterShare)
    default: return rareDemand(job, &store)
    }
  }

  @inlinable @inline(__always)
  mutating func counted(_ nanoseconds: Int64, _ share: Float) -> Demand {
    cpuUsed &+= nanoseconds
    return Demand(total: Interval(nanoseconds: nanoseconds), mainShare: share)
  }

  @usableFromInline
  mutating func drawnDemand(_ job: Job, extra: Double, _ store: inout SessionStore) -> Demand {
    let draw = nextDraw(for: job, &store)
    let seconds: Int64
    let share: Float
    if job.kind == .send {
      seconds = costs[0].before.draw(draw)
      share = costs[0].before.mainShare
    } else {
      seconds = costs[0].after.draw(draw) + Int64(extra * 1e9)
      share = costs[0].after.mainShare
    }
    return counted(seconds, share)
  }

  @usableFromInline mutating func rareDemand(_ job: Job, _ store: inout SessionStore) -> Demand {
    // Nothing needs to be drawn for the commonest of the rare jobs where the profile has no spread.
    switch job.kind {
    case .create where turnCost.create >= 0: return counted(turnCost.create, 1)
    case .destroy where turnCost.destroy >= 0: return counted(turnCost.destroy, 1)
    case .delete where turnCost.delete >= 0: return counted(turnCost.delete, 1)
    case .resume where turnCost.resume >= 0:
      let stored = store[job.session, id]
      if find(job.session, stored) == nil {
        // The count goes on as if a time had been drawn: it is the address of those that are.
        loads &+= 1
        let extra = historyCost(job.session, stored, store)
        return counted(turnCost.resume &+ Int64(extra * 1e9), 1)
      }
    default: break
    }
    let draw = nextDraw(for: job, &store)
    var extra = 0.0
    let work: (Int64, Float)
    switch job.kind {
    case .create: work = (costs[0].create.draw(draw), costs[0].create.mainShare)
    case .resume:
      let stored = store[job.session, id]
      if find(job.session, stored) != nil {
        work = (costs[0].resumeLive.draw(draw), costs[0].resumeLive.mainShare)
      } else {
        extra = historyCost(job.session, stored, store)
        work = (costs[0].resume.draw(draw), costs[0].resume.mainShare)
      }
    case .destroy: work = (costs[0].destroy.draw(draw), costs[0].destroy.mainShare)
    case .delete: work = (costs[0].delete.draw(draw), costs[0].delete.mainShare)
    case .ping: work = (costs[0].ping.draw(draw), costs[0].ping.mainShare)
    case .abort, .removeLast, .clearQueue:
      work = (costs[0].ping.draw(draw), costs[0].ping.mainShare)
    case .list:
      extra = costs[0].listPerSession * Double(store.directories)
      work = (costs[0].ping.draw(draw), costs[0].ping.mainShare)
    case .messages:
      extra = costs[0].messagesPerTurn * Double(store[job.session, id].turns)
      work = (costs[0].ping.draw(draw), costs[0].ping.mainShare)
    case .steer: work = (costs[0].before.draw(draw), costs[0].before.mainShare)
    case .compact, .compactNow:
      work = (costs[0].compaction.draw(draw), costs[0].compaction.mainShare)
    case .send, .finish: preconditionFailure("\(job.kind) is costed in demand(of:)")
    }
    let total = work.0 + Int64(extra * 1e9)
    return counted(total, work.1)
  }

  /// Seconds of CPU for reading what is in a session's file.
  private mutating func historyCost(
    _ session: SessionID, _ stored: StoredSession, _ store: borrowing SessionStore
  ) -> Double {
    let turns = turnCost.resumePerTurn * Double(stored.turns)
    if !countsPrompts { return turns }
    return turns + turnCost.resumePromptByte * Double(store.promptBytes(of: session))
  }

  /// Addressed by the session and its count of jobs where the session is live, else by the server's
  /// own count.
  private mutating func nextDraw(for job: Job, _ store: inout SessionStore) -> Draw {
    let place =
      switch job.kind {
      case .send, .finish: find(job.session, handle: job.place, &store)
      default: find(job.session, &store)
      }
    if let place {
      let count = sessions.modify(place) {
        $0.draws &+= 1
        return $0.draws
      }
      return stream.draw(entity: job.session.place, count: Int(count))
    }
    loads &+= 1
    return stream.draw(entity: -1 - id.place, count: loads)
  }
}
