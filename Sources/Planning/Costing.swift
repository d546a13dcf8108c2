// Money for a fleet, by a price file. What the file has no price for is left out of the sum and
// named; a fleet whose hosts have no price has no sum at all, because that is most of it.
internal import Basics
public import Scenarios

public struct FleetCost: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    public var name: String
    /// A month; nil: the file has no price for it.
    public var amount: Double?
    /// How it was reckoned, or what is missing.
    public var note: String
  }

  public var currency: String
  public var parts: [Part]
  /// A month, of the parts that have a price; nil: the hosts have none.
  public var month: Double?
  public var perUser: Double?
  /// The listed host that is rented, if there is one.
  public var host: PriceList.Host?

  public var holes: [String] { parts.filter { $0.amount == nil }.map(\.note) }

  /// 365.25 days over twelve months.
  public static let hoursOfMonth = 730.0

  public init(
    _ resources: FleetResources, cores: Double, memory: Double?, users: Int, prices: PriceList
  ) {
    currency = prices.currency
    let hosts = Double(resources.hosts)
    let wanted = memory ?? resources.memoryOfHost
    let choice = FleetCost.price(cores: cores, memory: wanted, prices)
    host = choice.host
    let size = "\(Candidate.short(cores)) cores and \(Candidate.gibibytes(wanted)) GiB"
    var list: [Part] = []
    if let hour = choice.hour {
      let name = choice.host.map { "\($0.name), " } ?? "by core and GiB, "
      list.append(
        Part(
          name: "hosts", amount: hosts * hour * FleetCost.hoursOfMonth,
          note: "\(resources.hosts) of \(size): \(name)\(hour) an hour"))
    } else {
      list.append(
        Part(
          name: "hosts", amount: nil,
          note: "no listed host holds \(size), and core-hour or memory-hour is missing"))
    }
    func add(_ name: String, _ key: String, _ price: Double?, _ quantity: Double, _ unit: String) {
      guard quantity > 0 else { return }
      let amount = price.map { $0 * quantity }
      let note =
        price.map { "\(Candidate.short(quantity)) \(unit) at \($0)" }
        ?? "\(key) has no price: \(Candidate.short(quantity)) \(unit) are not in the sum"
      list.append(Part(name: name, amount: amount, note: note))
    }
    let disk = resources.diskBytesKept / 0x1p30
    if resources.isSharedDisk {
      add("shared disk", "shared-disk", prices.sharedDisk, disk, "GiB")
    } else {
      add("local disk", "local-disk", prices.localDisk, disk, "GiB")
    }
    let traffic =
      resources.eventBytesPerSecond * FleetCost.hoursOfMonth * 3600 / 0x1p30
    add("network", "network", prices.network, traffic, "GiB to the backend")
    if resources.usesRedis { add("redis", "redis", prices.redis, 1, "Redis") }
    add("load balancer", "load-balancer", prices.loadBalancer, 1, "load balancer")
    parts = list
    month = choice.hour == nil ? nil : list.reduce(0) { $0 + ($1.amount ?? 0) }
    perUser = month.map { $0 / Double(max(1, users)) }
  }

  /// The cheapest listed host that is large enough, else by core and GiB.
  static func price(
    cores: Double, memory: Double, _ prices: PriceList
  ) -> (hour: Double?, host: PriceList.Host?) {
    // A provider's 8 GiB are a little less to its guests: a hundredth is not worth the next size.
    let fitting = prices.hosts.filter { $0.cores >= cores && $0.memory >= memory * 0.99 }
    if let best = fitting.min(by: { ($0.hour, $0.name) < ($1.hour, $1.name) }) {
      return (best.hour, best)
    }
    guard let core = prices.coreHour, let gibibyte = prices.memoryHour else { return (nil, nil) }
    return (core * cores + gibibyte * memory / 0x1p30, nil)
  }
}

extension FleetResources {
  /// What a host needs where the scenario sets no limit: its servers at their peak and a quarter
  /// more, for what falls late after a session is gone.
  var memoryOfHost: Double {
    let each = ceilingOf(Double(servers) / Double(max(1, hosts)))
    return max(0x1p30, each * serverMemoryBytes * 1.25)
  }
}
