// The fleet without Kubernetes: a Compose file, a systemd unit for a server on a host of its own,
// the HAProxy in front for the routing chosen, and the script that lets a server finish its turns.
internal import Basics
internal import Policies

extension DeploymentPlan {
  // MARK: Compose

  var compose: String {
    let servers = (1...max(1, composeReplicas)).map { number in
      """
        cli-\(number):
          <<: *cli
          hostname: cli-\(number)
          volumes: ["\(isShared ? "sessions" : "sessions-\(number)"):/var/lib/copilot"]
      """
    }
    let volumes =
      isShared
      ? ["  sessions: {}"]
      : (1...max(1, composeReplicas)).map { "  sessions-\($0): {}" }
    let depends = (1...max(1, composeReplicas)).map { "cli-\($0)" }.joined(separator: ", ")
    return """
      \(head)
      \(composeNote)name: copilot

      x-cli: &cli
        image: \(image)
        command: \(composeArguments)
        environment:
          COPILOT_GITHUB_TOKEN: ${COPILOT_GITHUB_TOKEN:?put it into .env}
          COPILOT_CONNECTION_TOKEN: ${COPILOT_CONNECTION_TOKEN:?put it into .env}
          COPILOT_HOME: /var/lib/copilot
        restart: unless-stopped
        stop_grace_period: \(drainSeconds)s
        cpus: \(cores)
        mem_limit: \(max(64, Int(ceilingOf(memory / 0x1p20 / 64)) * 64))m
        ulimits: {nofile: \(descriptors)}
        expose: ["\(port)"]

      services:
      \(servers.joined(separator: "\n"))
        proxy:
          image: haproxy:2.6
          volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
          ports: ["127.0.0.1:\(port):\(port)"]
          depends_on: [\(depends)]

      volumes:
      \(volumes.joined(separator: "\n"))

      """
  }

  /// One machine runs a Compose file; more servers than that belong to Kubernetes or to systemd.
  private var composeReplicas: Int { min(isIsolated ? 1 : replicas, 64) }

  private var composeNote: String {
    composeReplicas < replicas
      ? "# One machine: \(composeReplicas) of \(replicas) servers.\n" : ""
  }

  private var composeArguments: String {
    let idle = idleTimeout.map { ", \"--session-idle-timeout\", \"\($0)\"" } ?? ""
    return "[\"--headless\", \"--port\", \"\(port)\", \"--no-auto-update\"\(idle)]"
  }

  // MARK: systemd

  var systemdUnit: String {
    let idle = idleTimeout.map { " --session-idle-timeout \($0)" } ?? ""
    let home = isShared ? "/srv/copilot" : "/var/lib/copilot/%i"
    return """
      \(head)
      # systemctl enable --now copilot-cli@\(port): the instance is the port.
      [Unit]
      Description=Copilot CLI server on port %i
      After=network-online.target
      Wants=network-online.target

      [Service]
      User=copilot
      EnvironmentFile=/etc/copilot/secrets.env
      Environment=COPILOT_HOME=\(home)
      ExecStart=/usr/local/bin/copilot --headless --port %i --no-auto-update\(idle)
      ExecStop=/bin/sh /etc/copilot/drain.sh %i
      # The CLI itself takes ten seconds to stop while a client is connected.
      TimeoutStopSec=\(drainSeconds)
      Restart=always
      RestartSec=1
      CPUQuota=\(Int(ceilingOf(cores * 100)))%
      MemoryMax=\(max(64, Int(ceilingOf(memory / 0x1p20 / 64)) * 64))M
      LimitNOFILE=\(descriptors)
      NoNewPrivileges=yes
      ProtectSystem=strict
      ProtectHome=yes
      PrivateTmp=yes
      ReadWritePaths=\(isShared ? "/srv/copilot" : "/var/lib/copilot")

      [Install]
      WantedBy=multi-user.target

      """
  }

  // MARK: HAProxy

  /// A proxy sees connections, not people: one connection is one backend. Where the app routes by
  /// person it must speak to servers by name; what the proxy then adds is health and drain.
  private var balance: (line: String, why: String) {
    switch routing {
    case .stickyModulo:
      (
        "balance source\n    hash-type map-based",
        "the guide's hash modulo, of the client's address: all move when a server comes or goes"
      )
    case .rendezvous:
      (
        "balance source\n    hash-type consistent",
        "a consistent hash of the client's address: one in n moves when a server comes or goes"
      )
    case .boundedLoad:
      (
        "balance source\n    hash-type consistent\n    hash-balance-factor 125",
        "a consistent hash of the client's address, no server above 1.25 times the mean"
      )
    case .external: ("balance roundrobin", "one connection after another")
    case .roundRobin: ("balance roundrobin", "one after another")
    case .leastActive: ("balance leastconn", "the one with the fewest connections")
    case .twoChoices: ("balance random(2)", "the better of two drawn at random")
    case .random: ("balance random(1)", "drawn at random")
    }
  }

  var haproxy: String {
    let count = isIsolated ? 1 : replicas
    let lines = (1...max(1, min(count, 2000))).map { number in
      "    server cli-\(number) cli-\(number):\(port) check inter 2s fall 3 rise 1 "
        + "resolvers names init-addr libc,none"
    }
    return """
      \(head)
      # \(routing.rawValue): \(balance.why).
      global
          maxconn 20000
          stats socket /tmp/haproxy.sock mode 600 level admin

      defaults
          mode tcp
          timeout connect 2s
          # Longer than the longest turn and the longest pause of a person with an open session.
          timeout client 1h
          timeout server 1h
          # People think for minutes: firewalls must not forget the connection meanwhile.
          option clitcpka
          option srvtcpka

      resolvers names
          parse-resolv-conf
          hold valid 5s

      frontend copilot
          bind :\(port)
          default_backend cli

      backend cli
          \(balance.line)
          # Drain one with: set server cli/cli-1 state drain
          option tcp-check
      \(lines.joined(separator: "\n"))

      """
  }

  // MARK: drain

  /// SIGTERM cuts turns under way. So the server leaves the balancer first and then waits: on disks
  /// of its own until no session file is written any more; on shared storage, where the files are
  /// everybody's, for as long as hardly any turn takes.
  var drainScript: String {
    isStateful
      ? """
      #!/bin/sh
      # Waits until no conversation has been written to for \(drainQuiet) s, at most \(drainWait) s:
      # SIGTERM would cut turns under way. By now the platform has taken this server off its lists.
      set -u
      home="${COPILOT_HOME:-/var/lib/copilot}"
      waited=0
      while [ "$waited" -lt \(drainWait) ]; do
        busy=$(find "$home/session-state" -name events.jsonl -newermt "-\(drainQuiet) seconds" \\
          2>/dev/null | head -n 1)
        [ -z "$busy" ] && break
        sleep 1
        waited=$((waited + 1))
      done
      """
      : """
      #!/bin/sh
      # Waits \(drainPause) s, twice what 99 turns in 100 take: SIGTERM would cut turns under way.
      # By now the platform has taken this server off its lists.
      sleep \(drainPause)
      """
  }

  private var drainQuiet: Int { max(5, Int(ceilingOf(longTurn))) }
  private var drainWait: Int { max(5, drainSeconds - 11) }
  private var drainPause: Int { min(drainWait, max(5, Int(ceilingOf(2 * longTurn)))) }

  // MARK: what is what

  var readme: String {
    """
    # Deploying this plan

    \(note).

    | file | for |
    |---|---|
    | kubernetes.yaml | \(isStateful ? "StatefulSet" : "Deployment"), services, claim, budget, \
    autoscaler, network policy |
    | compose.yaml | one machine |
    | copilot-cli@.service | servers on hosts of their own, the instance is the port |
    | haproxy.cfg | a balancer in front: \(balance.why) |
    | drain.sh | lets turns finish before a server stops |

    \(isStateful ? statefulReason : deploymentReason)

    Before use: put the tokens into the secret `copilot-secrets` (or `.env`, or
    `/etc/copilot/secrets.env`), name your image and class of storage, label the backend's pods
    `role: copilot-backend`, and let a metrics adapter serve `copilot_active_sessions`.

    """
  }

  private var statefulReason: String {
    "Conversations lie on each server's own disk, so a server must come back under its name with "
      + "its disk: that is a StatefulSet. The backend routes by name "
      + "(`\(name)-N.\(name)-each`), with the routing that was planned."
  }

  private var deploymentReason: String {
    "Every server reads every conversation from shared storage, so servers are exchangeable: that "
      + "is a Deployment with one claim that many nodes mount."
  }
}
