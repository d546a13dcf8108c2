// The fleet without Kubernetes: a Compose file for one machine, and a systemd unit for a server on
// a host of its own. What stands in front of them is in DeploymentPlan+Proxy.
internal import Basics
internal import Policies

extension DeploymentPlan {
  // MARK: Compose

  var compose: String {
    let numbers = Array(1...max(1, composeReplicas))
    let servers = numbers.map { number in
      """
        cli-\(number):
          <<: *cli
          hostname: cli-\(number)
          volumes:
            - "\(isShared ? "sessions" : "sessions-\(number)"):/var/lib/copilot"
            - "./drain.sh:/drain/drain.sh:ro"
      """
    }
    let volumes =
      isShared ? ["  sessions: {}"] : numbers.map { "  sessions-\($0): {}" }
    let depends = numbers.map { "cli-\($0)" }.joined(separator: ", ")
    return """
      \(head)
      \(composeNote)# Before a server is stopped it has to leave the proxy: README.md says how.
      name: copilot

      x-cli: &cli
        image: \(image)
        command: \(argumentList)
        environment:
          COPILOT_GITHUB_TOKEN: ${COPILOT_GITHUB_TOKEN:?put it into .env}
          COPILOT_CONNECTION_TOKEN: ${COPILOT_CONNECTION_TOKEN:?put it into .env}
          COPILOT_HOME: /var/lib/copilot
        restart: unless-stopped
        stop_grace_period: \(drainSeconds)s
        cpus: \(cores)
        mem_limit: \(mebibytes)m
        ulimits: {nofile: \(descriptors)}
        expose: ["\(port)"]

      services:
      \(servers.joined(separator: "\n"))
        proxy:
          image: haproxy:2.6
          volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
          ports: ["\(composePorts)"]
          ulimits: {nofile: \(2 * proxyConnections + 1000)}
          depends_on: [\(depends)]

      volumes:
      \(volumes.joined(separator: "\n"))

      """
  }

  /// One machine runs a Compose file; more servers than that belong to Kubernetes or to systemd.
  private var composeReplicas: Int { min(replicas, 64) }

  /// One for each server where the backend picks, else one for all.
  private var composePorts: String {
    let last = port + (isByName ? max(1, composeReplicas) - 1 : 0)
    let range = last == port ? "\(port)" : "\(port)-\(last)"
    return "127.0.0.1:\(range):\(range)"
  }

  private var composeNote: String {
    composeReplicas < replicas
      ? "# One machine: \(composeReplicas) of \(replicas) servers.\n" : ""
  }

  // MARK: systemd

  var systemdUnit: String {
    let home = isShared ? "/srv/copilot" : "/var/lib/copilot/%i"
    return """
      \(head)
      # \(unitUse)
      [Unit]
      Description=Copilot CLI server on port %i
      After=network-online.target
      Wants=network-online.target\(isShared ? "\nRequiresMountsFor=/srv/copilot" : "")

      [Service]
      User=copilot
      EnvironmentFile=/etc/copilot/secrets.env
      Environment=COPILOT_HOME=\(home)
      # The first start unpacks 173 MB into $HOME/.cache/copilot/pkg. systemd makes these folders.
      Environment=HOME=/var/cache/copilot
      CacheDirectory=copilot\(isShared ? "" : "\nStateDirectory=copilot copilot/%i")
      ExecStart=/usr/local/bin/copilot \(arguments(port: "%i").joined(separator: " "))
      \(unitDrain)
      # The CLI itself takes ten seconds to stop while a client is connected.
      TimeoutStopSec=\(drainSeconds)
      Restart=always
      RestartSec=1
      CPUQuota=\(Int(ceilingOf(cores * 100)))%
      MemoryMax=\(mebibytes)M
      LimitNOFILE=\(descriptors)
      NoNewPrivileges=yes
      ProtectSystem=strict
      ProtectHome=yes
      PrivateTmp=yes\(isShared ? "\nReadWritePaths=/srv/copilot" : "")

      [Install]
      WantedBy=multi-user.target

      """
  }

  private var unitUse: String {
    isIsolated
      ? "systemctl start copilot-cli@5001: a person's process, the instance is its port."
      : "systemctl enable --now copilot-cli@\(port): the instance is the port."
  }

  /// A host is named for its server (`cli-1`), as haproxy.cfg has it.
  private var unitDrain: String {
    isIsolated
      ? "ExecStop=/bin/sh /etc/copilot/drain.sh"
      : """
      # HAProxy is told where COPILOT_PROXY=host:port stands in secrets.env. Who starts is let in.
      ExecStartPost=-/bin/sh /etc/copilot/drain.sh --ready %l
      ExecStop=/bin/sh /etc/copilot/drain.sh %l
      """
  }
}
