// The counts of a provider while it runs: plain numbers and histograms that belong to its thread.
internal import Basics
internal import Metrics

struct ProviderCounts: ~Copyable {
  var plain = Observations()
  private var statuses = [Int](repeating: 0, count: 600)
  private var conversation = Histogram()
  private var requestBytes = Histogram()
  private var lag = Histogram()

  mutating func answered(with status: Int) { statuses[min(max(status, 0), 599)] += 1 }

  mutating func asked(_ request: ProviderRequest) {
    plain.asked += 1
    plain.streamed += request.streams ? 1 : 0
    let purpose = ProviderRequest.Purpose.allCases.firstIndex(of: request.purpose) ?? 0
    plain.purposes[purpose] += 1
    conversation.record(Int64(request.messages))
    requestBytes.record(Int64(request.bytes))
  }

  mutating func ended(_ ending: Observed.Ending) {
    plain.endings[Observed.Ending.allCases.firstIndex(of: ending) ?? 0] += 1
  }

  mutating func late(by delay: Interval) { lag.record(max(0, delay.nanoseconds)) }

  var calls: ModelCalls {
    let faulted = Observed.Ending.allCases.firstIndex(of: .faulted) ?? 0
    return ModelCalls(
      asked: plain.asked, rateLimited: statuses[429], failed: plain.endings[faulted])
  }

  func snapshot(after age: Interval) -> Observations {
    var whole = plain
    whole.seconds = age.seconds
    for status in statuses.indices where statuses[status] > 0 {
      whole.statuses.append(.init(status: status, count: statuses[status]))
    }
    whole.conversation = conversation.snapshot()
    whole.requestBytes = requestBytes.snapshot()
    whole.lag = lag.snapshot()
    return whole
  }
}
