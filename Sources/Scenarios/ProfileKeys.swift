// The numbers of a profile, each with its place in `CostProfile` and its kind of unit. A profile
// names every one of them, with where it was measured: a number without a source cannot be trusted
// later, so it cannot be left out.
internal import Basics
internal import CLIModel

struct ProfileKey: Sendable {
  enum Kind: Sendable {
    /// A law of seconds: one value, or several that were measured.
    case law
    case seconds, bytes, share, tokens, count
    /// Seconds, one for each pause.
    case pauses
  }

  let path: String
  let kind: Kind
  /// Absent means nothing of the sort was seen (no outliers) or is counted (the size of prompts).
  let optional: Bool
  let write: @Sendable (inout CostProfile, [Double]) -> Void
  let values: @Sendable (CostProfile) -> [Double]
}

enum ProfileKeys {
  static let all: [ProfileKey] = times + operations + sizes + pauses + prompts

  private typealias Place<Value> = any WritableKeyPath<CostProfile, Value> & Sendable

  private static let times: [ProfileKey] = [
    law("start", \.start), law("first-connect", \.firstConnect),
    number("resume.per-turn", .seconds, \.resumePerTurn),
    number("list.per-session", .seconds, \.listPerSession),
    number("messages.per-turn", .seconds, \.messagesPerTurn),
    number("turn-after.per-live-session", .seconds, \.turnPerLiveSession),
    interval("flush-delay", \.flushDelay), interval("idle-sweep", \.idleSweep),
    interval("stop-connected", \.stopConnected), interval("delayed-ack", \.delayedAck),
  ]

  private static let operations: [ProfileKey] =
    operation("ping", \.ping) + operation("create", \.create) + operation("resume", \.resume)
    + operation("resume-live", \.resumeLive) + operation("destroy", \.destroy)
    + operation("delete", \.delete) + operation("turn-before", \.turnBefore)
    + operation("turn-after", \.turnAfter) + operation("compaction", \.compaction)

  private static let sizes: [ProfileKey] = [
    number("memory.base", .bytes, \.memory.base),
    number("memory.idle-session", .bytes, \.memory.idleSession),
    number("memory.active-session", .bytes, \.memory.activeSession),
    number("memory.turn", .bytes, \.memory.turn),
    number("disk.session", .bytes, \.disk.session), number("disk.turn", .bytes, \.disk.turn),
    number("disk.database", .bytes, \.disk.database),
    number("context.base", .tokens, \.context.baseTokens),
    number("context.per-turn", .tokens, \.context.tokensPerTurn),
    number("context.window", .tokens, \.context.window),
    whole("wire.turn-messages", .count, \.turnMessages),
    whole("wire.turn-bytes", .bytes, \.turnBytes),
  ]

  /// At the end, because a plan's uncertainty draws a number by its place in the list.
  private static let prompts: [ProfileKey] = [
    number("disk.per-prompt-byte", .bytes, \.disk.perPromptByte, optional: true),
    number("context.prompt", .bytes, \.context.promptBytes, optional: true),
    number("context.per-prompt-byte", .tokens, \.context.tokensPerPromptByte, optional: true),
  ]

  private static let pauses: [ProfileKey] = [
    intervals("retry.rate-limited", \.retryRateLimited),
    intervals("retry.server-error", \.retryServerError),
    intervals("retry.client-error", \.retryClientError),
    intervals("retry.refused", \.retryRefused),
    interval("retry.last-rate-limited", \.lastPauseRateLimited),
    interval("retry.last-server-error", \.lastPauseServerError),
    interval("retry.last-refused", \.lastPauseRefused),
  ]

  private static func operation(_ name: String, _ place: Place<OperationCost>) -> [ProfileKey] {
    [
      ProfileKey(
        path: "\(name).cpu", kind: .law, optional: false,
        write: { $0[keyPath: place].cpu = law($1) },
        values: { values(of: $0[keyPath: place].cpu) }),
      ProfileKey(
        path: "\(name).main-share", kind: .share, optional: false,
        write: { $0[keyPath: place].mainShare = $1[0] },
        values: { [$0[keyPath: place].mainShare] }),
      ProfileKey(
        path: "\(name).outlier-chance", kind: .share, optional: true,
        write: { $0[keyPath: place].outlierChance = $1[0] },
        values: { [$0[keyPath: place].outlierChance] }),
      ProfileKey(
        path: "\(name).outlier", kind: .seconds, optional: true,
        write: { $0[keyPath: place].outlier = $1[0] },
        values: { [$0[keyPath: place].outlier] }),
    ]
  }

  private static func law(_ path: String, _ place: Place<Distribution>) -> ProfileKey {
    ProfileKey(
      path: path, kind: .law, optional: false, write: { $0[keyPath: place] = law($1) },
      values: { values(of: $0[keyPath: place]) })
  }

  private static func number(
    _ path: String, _ kind: ProfileKey.Kind, _ place: Place<Double>, optional: Bool = false
  ) -> ProfileKey {
    ProfileKey(
      path: path, kind: kind, optional: optional, write: { $0[keyPath: place] = $1[0] },
      values: { [$0[keyPath: place]] })
  }

  private static func whole(_ path: String, _ kind: ProfileKey.Kind, _ place: Place<Int>)
    -> ProfileKey
  {
    // The reader bounds every value far below the largest Int.
    ProfileKey(
      path: path, kind: kind, optional: false, write: { $0[keyPath: place] = Int($1[0]) },
      values: { [Double($0[keyPath: place])] })
  }

  private static func interval(_ path: String, _ place: Place<Interval>) -> ProfileKey {
    ProfileKey(
      path: path, kind: .seconds, optional: false,
      write: { $0[keyPath: place] = Interval(seconds: $1[0]) },
      values: { [$0[keyPath: place].seconds] })
  }

  private static func intervals(_ path: String, _ place: Place<[Interval]>) -> ProfileKey {
    ProfileKey(
      path: path, kind: .pauses, optional: false,
      write: { $0[keyPath: place] = $1.map { Interval(seconds: $0) } },
      values: { $0[keyPath: place].map(\.seconds) })
  }

  private static func law(_ values: [Double]) -> Distribution {
    values.count == 1 ? .fixed(values[0]) : .empirical(values.sorted())
  }

  private static func values(of law: Distribution) -> [Double] {
    switch law {
    case .fixed(let value): [value]
    case .empirical(let values): values
    default: [law.mean]
    }
  }

  /// One line for each number, for the digest of a scenario.
  static func lines(of profile: CostProfile) -> [String] {
    all.map { key in
      "\(key.path) = " + key.values(profile).map { Text.number($0) }.joined(separator: " ")
    }
  }
}
