// What a live run of one variant is asked to do: the scenario, and what only the command line and
// the machine can know.
public import Basics
public import Scenarios

public struct LiveOrder: Sendable {
  public var scenario: Scenario
  /// The CLI to start; unused with external servers.
  public var program = ""
  /// What a mock is to read; it gets a copy, as the file may be a pipe, or change meanwhile.
  public var source: ScenarioSource?
  /// What it is told of it beside: `--variant NAME --set KEY=VALUE`.
  public var mockArguments: [String] = []
  /// Of the servers; nil: one is made up for servers of our own.
  public var token: String?
  /// By the place of a server that somebody else runs, where it has one of its own.
  public var tokens: [Int: String] = [:]
  public var threads = 1
  /// Takes down every input of every machine; nil: nothing does.
  public var recording: Recording?

  public init(_ scenario: Scenario) { self.scenario = scenario }
}

/// Where a run stands, a few times a second.
public struct LiveProgress: Sendable {
  public enum Phase: String, Sendable {
    case starting, warmUp = "warm-up", measuring, draining, checking, stopping
  }
  public var phase = Phase.starting
  public var variant = ""
  /// Since the first turn.
  public var elapsed = Interval.zero
  /// Until the end of the measured time; nil: not known yet.
  public var left: Interval?
  public var users = 0
  public var serversUp = 0
  public var serversWanted = 0
  public var underWay = 0
  public var residents = 0
  /// Over the last seconds.
  public var turnsPerSecond = 0.0
  public var failuresPerSecond = 0.0
  public var evictionsPerSecond = 0.0
  public var refusalsPerSecond = 0.0
  public var p50: Interval?
  public var p95: Interval?
  public var p99: Interval?
  public var completed = 0
  public var failed = 0
  /// Of those, by what became of them, the most frequent first.
  public var failures: [Failure] = []
  public struct Failure: Sendable {
    public var words: String
    public var count: Int
  }
  /// Share of a core for each server, as last seen; at most 64 of them.
  public var serverLoads: [Double] = []
}
