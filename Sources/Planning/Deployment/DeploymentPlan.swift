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
  let cores: Double
  /// Bytes of a server, with a quarter more.
  let memory: Double
  let descriptors: Int
  let storage: Double
  let isShared: Bool
  let routing: Routing
  let isIsolated: Bool
  let sessionsOnServer: Int
  let idleTimeout: Int?
  let drainSeconds: Int
  let version: String
  /// Seconds that hardly any turn takes longer than.
  let longTurn: Double
  let hosts: Int

  /// nil: there is no fleet to deploy.
  public init?(_ answer: CandidateAnswer) {
    guard let size = answer.size, let found = answer.resources else { return nil }
    candidate = answer.candidate
    users = answer.users
    let template = answer.candidate.template
    isIsolated = answer.candidate.isIsolated
    needed = isIsolated ? found.servers : size
    // A node that is drained or a pod that dies takes one away: the plan's size for that.
    let safe = answer.survivals.first { $0.event == .lost(1) }?.size ?? size + 1
    replicas = isIsolated ? found.servers : max(size, safe)
    most = max(replicas + 1, replicas + replicas / 2)
    name = "copilot-cli"
    version = template.plan.cliVersion ?? template.profile.cliVersion
    image = "ghcr.io/github/copilot-cli:\(version.isEmpty ? "latest" : version)"
    let each = Double(answer.candidate.serversPerHost ?? 1)
    cores =
      isIsolated
      ? max(0.05, found.busyCores / Double(max(1, found.servers)))
      : template.fleet.hosts.cores / each
    memory = found.serverMemoryBytes * 1.25
    // Twice what the plan counts, for what it does not: logs, a restart's overlap.
    descriptors = max(1024, Int(found.descriptors * 2))
    let kept = found.diskBytesKept / (found.isSharedDisk ? 1 : Double(max(1, found.servers)))
    storage = max(0x1p30, kept * 1.5)
    isShared = found.isSharedDisk
    routing = template.app.routing
    // All conversations over the servers that are needed: above that another one is.
    let sessions = users * template.workload.sessions.perUser
    sessionsOnServer = max(1, (sessions + needed - 1) / needed)
    longTurn = answer.chosen?.p99 ?? answer.quick.responseP95 ?? 10
    idleTimeout = template.fleet.idleTimeout.map { Int($0.seconds) }
    // The longest turn that anybody still waits for, and the CLI's own ten seconds.
    drainSeconds = Int(
      template.app.timeout.seconds + template.profile.stopConnected.seconds + 0.999)
    hosts = found.hosts
  }

  /// Each person's conversations stay on one server's own disk: the server needs a name that stays.
  var isStateful: Bool { !isShared || isIsolated }

  /// A server for each person of pattern 1 is started by the backend, not by a manifest.
  var note: String {
    isIsolated
      ? "pattern 1: the backend starts a process for each person; these files give the hosts"
      : "\(replicas) servers: \(needed) are enough for \(users) people, the rest stand a loss"
  }

  // MARK: figures as operators write them

  var cpuText: String {
    let milli = max(10, Int(ceilingOf(cores * 1000)))
    return milli % 1000 == 0 ? "\(milli / 1000)" : "\(milli)m"
  }

  var memoryText: String { "\(max(64, Int(ceilingOf(memory / 0x1p20 / 64)) * 64))Mi" }
  var storageText: String { "\(max(1, Int(ceilingOf(storage / 0x1p30))))Gi" }

  public struct File: Sendable, Hashable {
    public var name: String
    public var text: String
  }

  public var files: [File] {
    [
      File(name: "kubernetes.yaml", text: kubernetes),
      File(name: "compose.yaml", text: compose),
      File(name: "copilot-cli@.service", text: systemdUnit),
      File(name: "haproxy.cfg", text: haproxy),
      File(name: "drain.sh", text: drainScript),
      File(name: "README.md", text: readme),
    ]
  }

  /// Comments begin with this in every one of the files.
  var head: String {
    """
    # Made by seatrial plan for \(users) people: \(candidate.description).
    # \(note).
    """
  }
}
