// What the chosen fleet looks like to whoever deploys it: the figures that manifests, units and
// configurations are made of, rounded the way operators round. Text is made by the files beside
// this one; nothing here writes to disk.
internal import Basics
internal import CLIModel
internal import Policies
internal import Scenarios
internal import Workload

public struct DeploymentPlan: Sendable {
  let name: String
  let candidate: Candidate
  let users: Int
  /// CLI servers: with a spare one where the plan says that a loss needs one.
  let replicas: Int
  /// Below this the expectations are missed.
  let needed: Int
  let most: Int
  let image: String
  let port = 4321
  /// Of a host for each of its servers: the most that a server may use.
  let cores: Double
  /// Of those, busy on average, and a quarter more.
  let busy: Double
  /// Bytes of a server, with a quarter more.
  let memory: Double
  let descriptors: Int
  let storage: Double
  let isShared: Bool
  let routing: Routing
  let isIsolated: Bool
  /// The backend's router must find a server again, for a person or for a conversation.
  let isByName: Bool
  let sessionsOnServer: Int
  let idleTimeout: Int?
  let drainSeconds: Int
  let version: String
  /// Seconds that hardly any turn takes longer than.
  let longTurn: Double
  let peoplePerHost: Int
  /// Copies of it.
  let backends: Int
  /// Whether the plan found a size that stands the loss of one.
  let standsLoss: Bool

  /// nil: there is no fleet to deploy.
  public init?(_ answer: CandidateAnswer) {
    guard let size = answer.size, let found = answer.resources else { return nil }
    candidate = answer.candidate
    users = answer.users
    let template = answer.candidate.template
    isIsolated = answer.candidate.isIsolated
    needed = size
    replicas = answer.deployedSize ?? size
    most = max(replicas + 1, replicas + replicas / 2)
    name = "copilot-cli"
    version = template.plan.cliVersion ?? template.profile.cliVersion
    image = "ghcr.io/github/copilot-cli:\(version.isEmpty ? "latest" : version)"
    let each = Double(answer.candidate.serversPerHost ?? 1)
    // A process for each person may use its whole host, as all of them may.
    cores = template.fleet.hosts.cores / (isIsolated ? 1 : each)
    busy = min(cores, max(0.05, found.busyCores / Double(max(1, found.servers)) * 1.25))
    memory = found.serverMemoryBytes * 1.25
    // Twice what the plan counts, for what it does not: logs, a restart's overlap.
    descriptors = max(1024, Int(found.descriptors * 2))
    let kept = found.diskBytesKept / (found.isSharedDisk ? 1 : Double(max(1, found.servers)))
    storage = max(0x1p30, kept * 1.5)
    isShared = found.isSharedDisk
    routing = template.app.routing
    isByName = !isIsolated && answer.candidate.isByName
    // All conversations over the servers that are needed: above that another one is.
    let sessions = users * template.workload.sessions.perUser
    sessionsOnServer = max(1, (sessions + needed - 1) / needed)
    longTurn = answer.chosen?.p99 ?? answer.quick.responseP95 ?? 10
    idleTimeout = template.fleet.idleTimeout.map { Int($0.seconds) }
    // The longest turn that anybody still waits for, and the CLI's own ten seconds.
    drainSeconds = Int(
      template.app.timeout.seconds + template.profile.stopConnected.seconds + 0.999)
    backends = found.backendInstances
    standsLoss = answer.survivals.contains { $0.event == .lost(1) && $0.size != nil }
    peoplePerHost = (users + found.hosts - 1) / max(1, found.hosts)
  }

  /// A server that must be found again, for its disk or by the router, needs a name that stays.
  var isStateful: Bool { !isShared || isByName }

  var note: String {
    let unit = candidate.unit + (replicas == 1 ? "" : "s")
    let spare = replicas - needed
    let rest =
      standsLoss
      ? spare == 0 ? "and it stands the loss of one" : "the rest stand the loss of one"
      : "the rest are a reserve; that a loss is stood was not shown"
    return "\(replicas) \(unit) for \(users) people: \(needed) would do, \(rest)"
  }

  // MARK: figures as operators write them

  var cpuText: String { DeploymentPlan.milli(ceilingOf(cores * 1000)) }
  var requestText: String { DeploymentPlan.milli(ceilingOf(busy * 100) * 10) }

  private static func milli(_ thousandths: Double) -> String {
    let milli = max(10, Int(thousandths))
    return milli % 1000 == 0 ? "\(milli / 1000)" : "\(milli)m"
  }

  var mebibytes: Int { max(64, Int(ceilingOf(memory / 0x1p20 / 64)) * 64) }
  var memoryText: String { "\(mebibytes)Mi" }
  var storageText: String { "\(max(1, Int(ceilingOf(storage / 0x1p30))))Gi" }

  public struct File: Sendable, Hashable {
    public var name: String
    public var text: String
  }

  /// Of pattern 1 only what starts a process: its servers come and go with people, which no
  /// manifest can list.
  public var files: [File] {
    let always = [
      File(name: "copilot-cli@.service", text: systemdUnit),
      File(name: "drain.sh", text: drainScript),
      File(name: "README.md", text: readme),
    ]
    if isIsolated { return always }
    return [
      File(name: "kubernetes.yaml", text: kubernetes),
      File(name: "compose.yaml", text: compose),
      File(name: "haproxy.cfg", text: haproxy),
    ] + always
  }

  // MARK: how a server is started

  /// Without --host the CLI listens on 127.0.0.1, which no probe, proxy or other host reaches. A
  /// process of pattern 1 is asked by the backend beside it alone.
  func arguments(port: String) -> [String] {
    var words = ["--headless"]
    if !isIsolated { words += ["--host", "0.0.0.0"] }
    words += ["--port", port, "--no-auto-update"]
    if let idleTimeout { words += ["--session-idle-timeout", String(idleTimeout)] }
    return words
  }

  /// As YAML and JSON write a list.
  var argumentList: String {
    "[" + arguments(port: String(port)).map { "\"\($0)\"" }.joined(separator: ", ") + "]"
  }

  /// Comments begin with this in every one of the files.
  var head: String {
    """
    # Made by seatrial plan for \(users) people: \(candidate.description).
    # \(note).
    """
  }
}

extension CandidateAnswer {
  /// What --deploy writes: a node that is drained or a pod that dies takes one away, so it is the
  /// size that the plan found for that, else one more.
  var deployedSize: Int? {
    guard let size else { return nil }
    let safe = survivals.first { $0.event == .lost(1) }?.size ?? size + 1
    return max(size, safe)
  }
}
