// What hosts, storage and the rest cost, as a price file says. Everything but the currency may be
// missing: a plan then leaves that part out of the sum and says so. Prices are the user's own; none
// stands in the code.

public struct PriceList: Sendable, Hashable {
  public struct Host: Sendable, Hashable {
    public var name: String
    public var cores: Double
    /// Bytes.
    public var memory: Double
    public var hour: Double

    public init(name: String, cores: Double, memory: Double, hour: Double) {
      self.name = name
      self.cores = cores
      self.memory = memory
      self.hour = hour
    }
  }

  public var name = ""
  public var currency = ""
  /// Where the prices come from.
  public var source = ""
  public var hosts: [Host] = []
  /// For hosts of a size that is not listed.
  public var coreHour: Double?
  public var memoryHour: Double?
  /// A GiB for a month.
  public var localDisk: Double?
  public var sharedDisk: Double?
  /// A GiB between hosts.
  public var network: Double?
  /// A month.
  public var redis: Double?
  public var loadBalancer: Double?

  public init() {}
}

public enum PriceReader {
  /// Version of the file's form.
  static let version = 1

  private static let fields: [RecordField] = [
    field(
      "seatrial-prices", .count(least: 1, most: 1), "Version of the file's form.", needed: true),
    field("name", .text, "What to call these prices.", needed: true),
    field("currency", .text, "Printed beside each sum.", needed: true),
    field("source", .text, "Where the prices come from, or that they are assumed.", needed: true),
    field("hosts", .list(.record(hostFields)), "Hosts that can be rented."),
    field("core-hour", money, "A core for an hour, for hosts that are not listed."),
    field("memory-hour", money, "A GiB of memory for an hour, likewise."),
    field("local-disk", money, "A GiB on a local disk for a month."),
    field("shared-disk", money, "A GiB on shared storage for a month."),
    field("network", money, "A GiB between hosts."),
    field("redis", money, "A Redis for a month."),
    field("load-balancer", money, "A load balancer for a month."),
  ]

  private static let hostFields: [RecordField] = [
    field("name", .text, "What the provider calls it."),
    field("cores", .number(least: 0.1, most: 1024), "Its cores.", needed: true),
    field("memory", .size, "Its memory.", needed: true),
    field("hour", money, "Its price for an hour.", needed: true),
  ]

  private static let money = Shape.number(least: 0, most: 1e9)

  private static func field(
    _ name: String, _ shape: Shape, _ help: String, needed: Bool = false
  ) -> RecordField {
    RecordField(name: name, shape: shape, required: needed, help: help)
  }

  public static func read(_ bytes: [UInt8], name file: String) -> Result<PriceList, Complaints> {
    var reading = Reading(
      source: file, files: { _ in .failure(FileProblem(reason: "a price file names no files")) },
      expectation: { _ in nil })
    var list = PriceList()
    switch YAMLReader.read(bytes) {
    case .failure(let problem): reading.complain(problem)
    case .success(let document):
      for problem in document.problems { reading.complain(problem) }
      if let root = document.root, root.mapping != nil {
        list = prices(root, &reading)
      } else {
        reading.complain(
          YAMLProblem(line: 1, column: 1, reason: "a price file begins with seatrial-prices: 1"))
      }
    }
    let complaints = reading.complaints
    return complaints.errors == 0
      ? .success(list) : .failure(Complaints(complaints.sorted(main: file)))
  }

  private static func prices(_ root: YAMLNode, _ reading: inout Reading) -> PriceList {
    var list = PriceList()
    var record = RecordReader(root, fields: fields, &reading)
    func text(_ name: String) -> String {
      reading.key = name
      return record.value(name, .text(), &reading) ?? ""
    }
    func price(_ name: String) -> Double? {
      reading.key = name
      return record.value(name, .number(0...1e9), &reading)
    }
    reading.key = "seatrial-prices"
    _ = record.value("seatrial-prices", Syntax<Int>.count(1...1), &reading)
    list.name = text("name")
    list.currency = text("currency")
    list.source = text("source")
    reading.key = "hosts"
    list.hosts = record.value("hosts", .list(host, most: 100), &reading) ?? []
    list.coreHour = price("core-hour")
    list.memoryHour = price("memory-hour")
    list.localDisk = price("local-disk")
    list.sharedDisk = price("shared-disk")
    list.network = price("network")
    list.redis = price("redis")
    list.loadBalancer = price("load-balancer")
    return list
  }

  private static var host: Syntax<PriceList.Host> {
    Syntax(
      .record(hostFields),
      read: { node, reading in
        var record = RecordReader(node, fields: hostFields, &reading)
        let name = record.value("name", .text(most: 100), &reading)
        let cores = record.value("cores", .number(0.1...1024), &reading)
        let memory = record.value("memory", Syntax<Double>.size, &reading)
        let hour = record.value("hour", .number(0...1e9), &reading)
        guard record.sound, let cores, let memory, let hour else { return nil }
        let size = "\(Text.number(cores)) cores, \(Text.size(memory))"
        return PriceList.Host(name: name ?? size, cores: cores, memory: memory, hour: hour)
      },
      show: { "{cores: \(Text.number($0.cores)), memory: \(Text.size($0.memory))}" })
  }
}
