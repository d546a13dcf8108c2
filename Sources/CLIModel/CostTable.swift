// A `CostProfile` compiled for drawing: one sampler an operation, lengths in nanoseconds.
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

  var isFixedAndSerial: Bool { fixed >= 0 && mainShare >= 1 }

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
  @usableFromInline let resumePerTurn: Double
  @usableFromInline let resumeLive: CompiledCost
  @usableFromInline let destroy: CompiledCost
  @usableFromInline let delete: CompiledCost
  @usableFromInline let ping: CompiledCost
  @usableFromInline let before: CompiledCost
  @usableFromInline let after: CompiledCost
  @usableFromInline let perLive: Double
  @usableFromInline let compaction: CompiledCost
  @usableFromInline let flushDelay: Interval
  private let profileMemory: MemoryCost
  private let context: ContextCost
  private let retryRateLimited: [Interval]
  private let retryServerError: [Interval]
  private let retryClientError: [Interval]
  private let retryRefused: [Interval]
  @usableFromInline let memoryBase: Double
  @usableFromInline let memoryIdle: Double
  @usableFromInline let memoryActive: Double
  @usableFromInline let memoryTurn: Double
  @usableFromInline let tokensBase: Double
  @usableFromInline let tokensTurn: Double

  init(_ profile: CostProfile) {
    create = CompiledCost(profile.create)
    resume = CompiledCost(profile.resume)
    resumePerTurn = profile.resumePerTurn
    resumeLive = CompiledCost(profile.resumeLive)
    destroy = CompiledCost(profile.destroy)
    delete = CompiledCost(profile.delete)
    ping = CompiledCost(profile.ping)
    before = CompiledCost(profile.turnBefore)
    after = CompiledCost(profile.turnAfter)
    perLive = profile.turnPerLiveSession
    compaction = CompiledCost(profile.compaction)
    flushDelay = profile.flushDelay
    profileMemory = profile.memory
    context = profile.context
    retryRateLimited = profile.retryRateLimited
    retryServerError = profile.retryServerError
    retryClientError = profile.retryClientError
    retryRefused = profile.retryRefused
    memoryBase = profile.memory.base
    memoryIdle = profile.memory.idleSession
    memoryActive = profile.memory.activeSession
    memoryTurn = profile.memory.turn
    tokensBase = profile.context.baseTokens
    tokensTurn = profile.context.tokensPerTurn
  }

  @inlinable func memory(idle: Double, active: Double, turns: Double) -> Double {
    memoryBase + memoryIdle * idle + memoryActive * active + memoryTurn * turns
  }

  @inlinable func tokens(turns: Double) -> Double { tokensBase + tokensTurn * turns }

  /// The pause before the next attempt; nil: the ladder is at its end. Status 0 is a refused connection.
  @usableFromInline func retryPause(status: Int, attempt: Int) -> Interval? {
    let ladder =
      switch status {
      case 0: retryRefused
      case 429: retryRateLimited
      case 400..<500: retryClientError
      default: retryServerError
      }
    return attempt < ladder.count ? ladder[attempt] : nil
  }
}

extension CLIServer {
  /// CPU work of a job, drawn at the address (session, its count of jobs).
  @inlinable @inline(__always) mutating func demand(of job: Job, _ store: inout SessionStore) -> Demand {
    switch job.kind {
    case .send:
      return demand(costs.before.fixed, costs.before.mainShare) ?? drawnDemand(job, extra: 0)
    case .finish:
      let extra = costs.perLive * Double(active)
      if costs.after.fixed >= 0 {
        let total = costs.after.fixed &+ Int64(extra * 1e9)
        tally.cpu += Double(total) * 1e-9
        return Demand(total: Interval(nanoseconds: total), mainShare: costs.after.mainShare)
      }
      return drawnDemand(job, extra: extra)
    default: return rareDemand(job, &store)
    }
  }

  @inlinable @inline(__always)
  mutating func demand(_ fixed: Int64, _ share: Float) -> Demand? {
    if fixed < 0 { return nil }
    tally.cpu += Double(fixed) * 1e-9
    return Demand(total: Interval(nanoseconds: fixed), mainShare: share)
  }

  @usableFromInline mutating func drawnDemand(_ job: Job, extra: Double) -> Demand {
    let draw = nextDraw(for: job)
    let seconds: Int64
    let share: Float
    if job.kind == .send {
      seconds = costs.before.draw(draw)
      share = costs.before.mainShare
    } else {
      seconds = costs.after.draw(draw) + Int64(extra * 1e9)
      share = costs.after.mainShare
    }
    tally.cpu += Double(seconds) * 1e-9
    return Demand(total: Interval(nanoseconds: seconds), mainShare: share)
  }

  @usableFromInline mutating func rareDemand(_ job: Job, _ store: inout SessionStore) -> Demand {
    if let fixed = fixedRareCost(job) {
      tally.cpu += Double(fixed) * 1e-9
      return Demand(total: Interval(nanoseconds: fixed), mainShare: 1)
    }
    let draw = nextDraw(for: job)
    var extra = 0.0
    let work: (Int64, Float)
    switch job.kind {
    case .create: work = (costs.create.draw(draw), costs.create.mainShare)
    case .resume:
      if find(job.session) != nil {
        work = (costs.resumeLive.draw(draw), costs.resumeLive.mainShare)
      } else {
        extra = costs.resumePerTurn * Double(store[job.session, id].turns)
        work = (costs.resume.draw(draw), costs.resume.mainShare)
      }
    case .destroy: work = (costs.destroy.draw(draw), costs.destroy.mainShare)
    case .delete: work = (costs.delete.draw(draw), costs.delete.mainShare)
    case .ping: work = (costs.ping.draw(draw), costs.ping.mainShare)
    case .compact: work = (costs.compaction.draw(draw), costs.compaction.mainShare)
    case .send, .finish: preconditionFailure("\(job.kind) is costed in demand(of:)")
    }
    let total = work.0 + Int64(extra * 1e9)
    tally.cpu += Double(total) * 1e-9
    return Demand(total: Interval(nanoseconds: total), mainShare: work.1)
  }

  /// Nothing needs to be drawn for the commonest of the rare jobs where the profile has no spread.
  private mutating func fixedRareCost(_ job: Job) -> Int64? {
    switch job.kind {
    case .create where costs.create.isFixedAndSerial: costs.create.fixed
    case .destroy where costs.destroy.isFixedAndSerial: costs.destroy.fixed
    case .delete where costs.delete.isFixedAndSerial: costs.delete.fixed
    default: nil
    }
  }

  /// Addressed by the session and its count of jobs where the session is live, else by the server's own count.
  private mutating func nextDraw(for job: Job) -> Draw {
    if let place = find(job.session) {
      sessions[place].draws &+= 1
      return stream.draw(entity: job.session.place, count: Int(sessions[place].draws))
    }
    loads &+= 1
    return stream.draw(entity: -1 - id.place, count: loads)
  }
}
