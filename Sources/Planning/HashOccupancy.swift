// How evenly the guide's hash deals people to so many servers, exactly and for their own names: a
// matter of counting. It says which sizes are worth simulating because a smaller one is better
// balanced; what an imbalance does to response times it does not know.
internal import Basics
internal import Policies

package struct HashOccupancy: Sendable {
  private let hashes: [UInt32]

  init(hashes: [UInt32]) { self.hashes = hashes }

  package init(names: [String]) { hashes = names.map { guideHash($0) } }

  package func counts(servers: Int) -> [Int] {
    precondition(servers > 0, "people cannot be dealt to \(servers) servers")
    var counts = [Int](repeating: 0, count: servers)
    for hash in hashes { counts[Int(hash % UInt32(servers))] += 1 }
    return counts
  }

  /// People on the busiest server, for limits; people whom a person finds on the own server on
  /// average, for waits. As logarithms, so that differences are shares.
  package func strain(servers: Int) -> [Double] {
    let counts = counts(servers: servers)
    let busiest = Double(counts.max() ?? 0)
    let met = counts.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, hashes.count))
    return [busiest, met].map { naturalLog(max($0, 1e-9)) }
  }
}
