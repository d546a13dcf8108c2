// The page beside the files: what each is for, what has to be filled in, and what no file can do
// because only the backend knows it. Markdown; no figure is worked out here.
internal import Basics
internal import Policies

extension DeploymentPlan {
  var readme: String {
    """
    # Deploying this plan

    \(note).

    \(isIsolated ? isolated : shared)
    """
  }

  // MARK: servers that people share

  private var shared: String {
    """
    | file | for |
    |---|---|
    | kubernetes.yaml | \(isStateful ? "StatefulSet" : "Deployment"), \
    \(isByName ? "a name for each server" : "services"), claim, budget, autoscaler, network policy |
    | compose.yaml | one machine |
    | copilot-cli@.service | servers on hosts of their own, the instance is the port |
    | haproxy.cfg | in front of Compose or hosts: \(proxyUse) |
    | drain.sh | takes a server off HAProxy and lets its turns end |

    \(kindReason)

    ## Before use

    - Put the tokens into the secret `copilot-secrets` (or `.env`, or `/etc/copilot/secrets.env`).
    - Name your image and your class of storage.
    - Label the backend's pods `role: copilot-backend`.
    - Let a metrics adapter serve `copilot_active_sessions` for each pod.
    - systemd: make a user `copilot`, name each host as haproxy.cfg does (`cli-1` …), copy
      `drain.sh` to `/etc/copilot`.\(mountStep)

    ## What is set, and why

    - `--host 0.0.0.0`: without it the CLI listens on 127.0.0.1 only, and neither a probe nor the
      proxy nor another host reaches it. The manifest in GitHub's scaling guide lacks it: its
      service has no server that answers. Whoever reaches the port sees every session, so keep
      the network policy (on hosts, a firewall) and the connection token.
    - CPU: a server asks for \(requestText), which is what is busy in the plan and a quarter more,
      and may use \(cpuText), all that it had in the plan. All of them cannot be asked for on
      nodes of that size, where the system needs its share. On nodes that are full of such
      servers bursts wait longer than planned: where that matters, ask for \(cpuText) on larger
      nodes.
    - HOME is a folder of its own that may be written to: the first start unpacks 173 MB there
      (2.7 s against 1.3 s). In Kubernetes it is empty at each start of a pod.

    ## Taking a server away

    \(drainReason)

    1. The backend stops choosing the server. \(backendStop)
    2. Its turns end. `drain.sh` waits for that: Kubernetes calls it before it stops a server
       (preStop), systemd too (ExecStop). Compose calls nothing, so there it is a command.
    3. The backend closes its connections to it, and the server stops.

    Compose: for cli-1

        docker compose exec proxy bash -c 'exec 3<>/dev/tcp/127.0.0.1/9321;
          echo "set server \(proxyName("cli-1")) state drain" >&3; cat <&3'
        docker compose exec cli-1 /bin/sh /drain/drain.sh
        docker compose stop cli-1

    and `state ready` once it is back. systemd: where HAProxy is on the same host put
    `COPILOT_PROXY=\(DeploymentPlan.proxyAdmin)` into `/etc/copilot/secrets.env`. Where
    it is on another, let its `stats socket` listen on an address that only the servers' hosts
    reach. drain.sh needs socat, nc or bash for it.

    """
  }

  private var mountStep: String {
    isShared ? " Mount the shared storage at `/srv/copilot`, writable for that user." : ""
  }

  private var kindReason: String {
    if isShared {
      return isByName
        ? "Every server reads every conversation from shared storage, but two servers that work on "
          + "one conversation lose each other's turns. The backend picks by name "
          + "(`\(name)-N.\(name)-each`) with the routing that was planned, and pods have names "
          + "only in a StatefulSet: with one claim that many nodes mount. No service "
          + "deals connections."
        : "Every server reads every conversation from shared storage, so servers are "
          + "exchangeable: that is a Deployment with one claim that many nodes mount. Two servers "
          + "that work on one conversation at a time lose each other's turns: the backend has to "
          + "run a conversation's turns one after another, with a lock."
    }
    return "Conversations lie on each server's own disk, so a server must come back under its name "
      + "with its disk: that is a StatefulSet. The backend routes by name "
      + "(`\(name)-N.\(name)-each`), with the routing that was planned. A change of the number of "
      + "servers moves people away from their conversations: the autoscaler only ever adds, and "
      + "conversations have to be moved along."
  }

  private var drainReason: String {
    "Neither Kubernetes nor HAProxy ends a connection that is open. A backend holds its "
      + "connections for hours and would send turns to a server until it stops. So the "
      + "backend has to go first:"
  }

  private var backendStop: String {
    let people =
      isShared
      ? "its people go to the next server"
      : "its people's turns are held back until it is there again, since their conversations "
        + "lie on its disk"
    return "In Kubernetes it watches the EndpointSlices of `\(name)-each`: an address whose "
      + "`conditions.terminating` is true is not chosen any more, and \(people). On hosts it is "
      + "told by whoever stops the server, or it takes a refused connection as the sign."
  }

  // MARK: a process for each person

  private var isolated: String {
    """
    Pattern 1: the backend starts a process for each person, on \(replicas) hosts of \
    \(Candidate.short(cores)) cores with about \(peoplePerHost) people each. Processes come and go
    with people, so there is no manifest of them, no proxy and no autoscaler here: what has to be
    deployed is the backend, once on each host, and the CLI beside it.

    | file | for |
    |---|---|
    | copilot-cli@.service | how a process is started: the instance is its port |
    | drain.sh | lets turns end before a process stops |

    - A person must come back to the same host: the conversations lie on its disk. Deal people to
      hosts by name in front of the backend.
    - Let the backend start `copilot-cli@PORT` when a person comes, and stop it when the person has
      gone. A process listens on loopback only; the backend beside it is the only one to ask it.
    - A process needs up to \(memoryText) and \(descriptors) descriptors; \(requestText) of a core
      is busy on average, and it may use all of the host's.
    - In Kubernetes a host is a pod of the backend that has the CLI in its image: a StatefulSet of
      \(replicas) with a disk each, and \(peoplePerHost) times the memory of a process.
    - Make a user `copilot`, put the tokens into `/etc/copilot/secrets.env`, copy `drain.sh` to
      `/etc/copilot`.

    """
  }
}
