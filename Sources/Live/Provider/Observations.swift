// Everything a provider has counted, as one value: handed back when it ends, asked for while it
// runs. Its size does not depend on how long it ran.
package import Basics
package import Metrics

/// How often the model was asked, and how often in vain.
package struct ModelCalls: Hashable, Sendable {
  package var asked = 0
  package var rateLimited = 0
  package var failed = 0

  func since(_ earlier: ModelCalls) -> ModelCalls {
    ModelCalls(
      asked: asked - earlier.asked, rateLimited: rateLimited - earlier.rateLimited,
      failed: failed - earlier.failed)
  }
}

package struct Observations: Sendable {
  package struct Status: Sendable, Hashable {
    package var status: Int
    package var count: Int
  }

  package var seconds = 0.0
  package var connections = 0
  package var connectionsAtOnce = 0
  package var connectionsRefused = 0
  /// Requests of every kind, and those among them that asked the model.
  package var requests = 0
  package var asked = 0
  package var askedAtOnce = 0
  package var streamed = 0
  /// By status, ascending; requests that never got one are not among them.
  package var statuses: [Status] = []
  package var endings = [Int](repeating: 0, count: Observed.Ending.allCases.count)
  package var purposes = [Int](repeating: 0, count: ProviderRequest.Purpose.allCases.count)
  /// Bytes that were no HTTP, or HTTP above its bound.
  package var malformed = 0
  /// Connections ended because their client did not read.
  package var slowReaders = 0
  package var bytesIn = 0
  package var bytesOut = 0
  package var tokensIn = 0
  package var tokensOut = 0
  /// Messages of a conversation, and bytes of its request.
  package var conversation = HistogramSnapshot()
  package var requestBytes = HistogramSnapshot()
  /// From when a piece was due to when it was written: above some milliseconds the provider itself
  /// is late.
  package var lag = HistogramSnapshot()

  package init() {}

  package func count(_ ending: Observed.Ending) -> Int {
    endings[Observed.Ending.allCases.firstIndex(of: ending) ?? 0]
  }

  package func count(_ purpose: ProviderRequest.Purpose) -> Int {
    purposes[ProviderRequest.Purpose.allCases.firstIndex(of: purpose) ?? 0]
  }

  package func count(status: Int) -> Int {
    statuses.first { $0.status == status }?.count ?? 0
  }

  // MARK: text

  package var json: JSONValue {
    func counts<Word: CaseIterable & RawRepresentable>(
      _ words: Word.Type, _ counts: [Int]
    ) -> JSONValue where Word.RawValue == String {
      .object(
        zip(Word.allCases, counts).map { JSONMember($0.rawValue, .integer(Int64($1))) })
    }
    return [
      "schema": "seatrial.provider/1",
      "seconds": JSONValue(measured: seconds),
      "connections": [
        "accepted": .integer(Int64(connections)), "at_once": .integer(Int64(connectionsAtOnce)),
        "refused": .integer(Int64(connectionsRefused)),
      ],
      "requests": .integer(Int64(requests)),
      "asked": .integer(Int64(asked)),
      "asked_at_once": .integer(Int64(askedAtOnce)),
      "streamed": .integer(Int64(streamed)),
      "statuses": .object(
        statuses.map { JSONMember(String($0.status), .integer(Int64($0.count))) }),
      "endings": counts(Observed.Ending.self, endings),
      "purposes": counts(ProviderRequest.Purpose.self, purposes),
      "malformed": .integer(Int64(malformed)),
      "slow_readers": .integer(Int64(slowReaders)),
      "bytes": ["in": .integer(Int64(bytesIn)), "out": .integer(Int64(bytesOut))],
      "tokens": ["in": .integer(Int64(tokensIn)), "out": .integer(Int64(tokensOut))],
      "conversation_messages": Observations.summary(conversation, scale: 1),
      "request_bytes": Observations.summary(requestBytes, scale: 1),
      "lag_seconds": Observations.summary(lag, scale: 1e-9),
    ]
  }

  private static func summary(_ histogram: HistogramSnapshot, scale: Double) -> JSONValue {
    func quantile(_ p: Double) -> JSONValue {
      JSONValue(measured: histogram.quantile(p).map { $0 * scale })
    }
    return [
      "count": .integer(Int64(histogram.count)),
      "mean": JSONValue(measured: histogram.mean.map { $0 * scale }),
      "p50": quantile(0.5), "p99": quantile(0.99),
      "max": JSONValue(measured: histogram.count == 0 ? nil : Double(histogram.max) * scale),
    ]
  }

  /// For people: a few lines.
  package var text: String {
    func statusList() -> String {
      statuses.isEmpty
        ? "no answers" : statuses.map { "\($0.count) x \($0.status)" }.joined(separator: ", ")
    }
    var lines = [
      "\(asked) questions in \(tenths(seconds)) s, at most \(askedAtOnce) at once: \(statusList())",
      "\(streamed) streamed, \(count(.abandoned)) left by their client, "
        + "\(count(.faulted)) broken on purpose, \(malformed) malformed",
    ]
    if conversation.count > 0 {
      lines.append(
        "longest conversation \(conversation.max) messages; \(bytesIn) bytes in, "
          + "\(bytesOut) bytes out"
      )
    }
    if let p99 = lag.quantile(0.99) {
      lines.append("own lag p99 \(tenths(p99 / 1e6)) ms")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func tenths(_ value: Double) -> String {
    let tenths = Int(value * 10 + 0.5)
    return "\(tenths / 10).\(tenths % 10)"
  }
}
