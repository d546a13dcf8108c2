// Who is held against whom. One result: its variants against the first. Several: each later result
// against the first, variant by variant of the same name, unless variants were chosen.
internal import Metrics

public enum Opponents {
  public struct Unmatched: Error, Equatable, Sendable {
    public let text: String
  }

  /// - chosen: for each result the variant that was asked for, or nil for all of them.
  public static func pairs(
    of results: [NamedResult], chosen: [String?]
  ) -> Result<[(candidate: Contender, against: Contender)], Unmatched> {
    let all = Contender.all(of: results)
    let groups = results.indices.map { source in
      all.filter { contender in
        contender.source == source && (chosen[source].map { $0 == contender.variant.name } ?? true)
      }
    }
    guard let first = groups.first, let lead = first.first else {
      return .failure(Unmatched(text: "\(results.first?.name ?? "nothing") holds no variant"))
    }
    if results.count == 1 {
      guard first.count > 1 else {
        return .failure(
          Unmatched(text: "\(results[0].name) has one variant: there is nothing to hold it against")
        )
      }
      return .success(first.dropFirst().map { ($0, lead) })
    }
    var pairs: [(candidate: Contender, against: Contender)] = []
    for (source, group) in groups.enumerated().dropFirst() {
      let isChosen = chosen[0] != nil || chosen[source] != nil
      let matched = group.compactMap { candidate -> (Contender, Contender)? in
        if let same = first.first(where: { $0.variant.name == candidate.variant.name }) {
          return (candidate, same)
        }
        // A choice, or a single one on each side, needs no common name.
        return isChosen || (first.count == 1 && group.count == 1) ? (candidate, lead) : nil
      }
      guard !matched.isEmpty else {
        return .failure(
          Unmatched(
            text: "\(results[source].name) and \(results[0].name) have no variant of one name; "
              + "choose with RESULT:VARIANT"))
      }
      pairs += matched
    }
    return .success(pairs)
  }

  /// The results with only those variants that take part, so that a page shows nobody else.
  public static func reduced(_ results: [NamedResult], chosen: [String?]) -> [NamedResult] {
    zip(results, chosen).map { named, variant in
      guard let variant else { return named }
      var named = named
      named.result.variants.removeAll { $0.name != variant }
      named.result.differences = []
      return named
    }
  }
}
