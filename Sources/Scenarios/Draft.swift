// A scenario while it is being read: the plans themselves, and beside them the parts that only make
// sense together (arrivals and their stages, costs over a profile). `Assembly` turns a draft into a
// `Scenario`.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

struct Draft: Sendable {
  var version = 1
  var name = ""
  var about = ""
  var seed = 1

  var workload = WorkloadPlan()
  var userIDs = UserIDs.pattern(before: "user-", after: "")
  var arrivals = ArrivalForm.closed
  var stages: [Stage] = []
  var spikes: [Spike] = []
  var diurnal = DiurnalForm()
  /// nil: no groups, unless the pattern is collaborative.
  var groupSize: Int?
  var groupShare = 1.0
  /// nil: found by the statistics.
  var warmUp: Interval?
  var measure = Interval.seconds(600)

  var model = ModelPlan()
  /// nil: the provider never refuses.
  var providerRate: Double?
  var providerLimit = RateLimit()

  var cli = CLIKind.mock
  var profile = "copilot-cli-1.0.57"
  var fleet = FleetPlan()
  var compactionThreshold: Double?
  var costs = CostOverrides()

  var app = GatewayPolicy()
  var cleanUpEvery: Interval?
  var cleanUpOlderThan = CleanUpPolicy().olderThan
  /// nil: zero in memory, 0.2 ms to Redis.
  var lockRoundTrip: Interval?

  var live = LiveSettings()
  var run = RunSettings()
  var plan = PlanSettings()
  var expectations: [Expectation] = []
}

enum ArrivalForm: Sendable, Hashable {
  case closed
  /// nil: the rate stands in stages or in diurnal.
  case poisson(Double?), constant(Double?)
  case trace([TracedArrival])
}

struct Stage: Sendable, Hashable {
  var length: Interval
  var rate: Double
  /// nil: level.
  var to: Double?
}

struct Spike: Sendable, Hashable {
  var at: Interval
  var length: Interval
  var rate: Double
}

struct DiurnalForm: Sendable, Hashable {
  /// nil: no diurnal curve.
  var mean: Double?
  var swing = 0.6
  var period = Interval.seconds(86_400)
  var peakAt = Interval.seconds(50_400)
}

/// What the scenario says over the profile; nil: the profile's own.
struct CostOverrides: Sendable, Hashable {
  var turnBefore: Distribution?
  var turnAfter: Distribution?
  var create: Distribution?
  var resume: Distribution?
  var resumePerTurn: Interval?
  var destroy: Distribution?
}
