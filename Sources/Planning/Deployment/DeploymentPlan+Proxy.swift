// What stands in front of servers on hosts: HAProxy, as far as it can do what was planned, and the
// script that takes a server off it and lets its turns end. A proxy sees connections and not
// people.
internal import Basics
internal import Policies

extension DeploymentPlan {
  /// HAProxy's admin socket, on loopback: whoever speaks to it can take servers away.
  static let proxyAdmin = "127.0.0.1:9321"

  // MARK: HAProxy

  /// How connections are dealt; nil: the backend picks a server by its port.
  private var balance: String? {
    if isByName { return nil }
    switch routing {
    case .leastActive: return "leastconn"
    case .twoChoices: return "random(2)"
    case .random: return "random(1)"
    case .roundRobin, .external, .stickyModulo, .rendezvous, .boundedLoad: return "roundrobin"
    }
  }

  /// What of the planned routing this file does, and what it does not.
  var proxyUse: String {
    guard let balance else {
      return "one port for each server, \(port) for cli-1 and one more for each next; the "
        + "backend's router picks the port"
    }
    return "one port, connections dealt by \(balance)"
  }

  private var proxyLimits: String {
    if isByName {
      return """
        # \(routing.rawValue) is the backend's: a proxy sees connections and not people, and the
        # backend has few. Its router picks cli-N by taking port \(port - 1) + N. What this file
        # adds is health (a port whose server is down refuses) and drain.
        """
    }
    if routing == .external {
      return """
        # As planned: a connection is dealt once and keeps its server for as long as it is open.
        """
    }
    return """
      # \(routing.rawValue) was planned for each turn, and a proxy deals connections. They are the
      # same where the backend opens a connection for each turn. One that keeps its connections
      # uses as many servers as it has connections: let it hold one to each server and choose.
      """
  }

  var haproxy: String {
    let numbers = 1...max(1, min(replicas, 2000))
    func server(_ number: Int) -> String {
      "    server cli-\(number) cli-\(number):\(port) check inter 2s fall 3 rise 1 "
        + "resolvers names init-addr libc,none"
    }
    let dealing =
      balance.map { balance in
        """
        frontend copilot
            bind :\(port)
            default_backend cli

        backend cli
            balance \(balance)
            option tcp-check
        \(numbers.map(server).joined(separator: "\n"))
        """
      }
      ?? numbers.map { number in
        """
        listen cli-\(number)
            bind :\(port + number - 1)
            option tcp-check
        \(server(number))
        """
      }.joined(separator: "\n\n")
    return """
      \(head)
      \(proxyLimits)
      global
          # Each backend's to each server, twice. Each takes two descriptors.
          maxconn \(proxyConnections)
          # Drain one with: set server \(proxyName("cli-1")) state drain
          stats socket ipv4@\(DeploymentPlan.proxyAdmin) level admin

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

      \(dealing)

      """
  }

  var proxyConnections: Int { max(2000, 2 * backends * replicas) }

  /// A server as HAProxy names it, backend and server.
  func proxyName(_ server: String) -> String { isByName ? "\(server)/\(server)" : "cli/\(server)" }

  // MARK: drain

  /// SIGTERM cuts turns under way. So the server leaves the proxy first and then waits: on disks of
  /// its own until no session file is written any more; on shared storage, where the files are
  /// everybody's, for as long as hardly any turn takes.
  var drainScript: String {
    """
    #!/bin/sh
    # drain.sh [SERVER]        takes SERVER off HAProxy and waits until its turns have ended, since
    #                          SIGTERM would cut them: \(drainTime)
    # drain.sh --ready SERVER  gives it back
    # COPILOT_PROXY=host:port  HAProxy's admin socket; without it, or without SERVER, it only waits.
    # The backend must have stopped using the server by then: README.md says how.
    set -u

    tell() {
      [ -n "${COPILOT_PROXY:-}" ] && [ -n "$1" ] || return 0
      line="set server \(proxyName("$1")) state $2"
      host=${COPILOT_PROXY%:*}
      port=${COPILOT_PROXY##*:}
      if command -v socat >/dev/null; then
        reply=$(printf '%s\\n' "$line" | socat -t 5 - "TCP:$host:$port" 2>&1)
      elif command -v nc >/dev/null; then
        reply=$(printf '%s\\n' "$line" | nc -w 5 "$host" "$port" 2>&1)
      else
        reply=$(bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "%s\\n" "$3" >&3 && cat <&3' \\
          tell "$host" "$port" "$line" 2>&1)
      fi
      # HAProxy answers nothing when it has done as it was told.
      if [ $? -ne 0 ] || [ -n "$reply" ]; then
        echo "drain.sh: HAProxy did not do '$line': $reply" >&2
        return 1
      fi
    }

    if [ "${1:-}" = --ready ]; then
      tell "${2:-}" ready
      exit
    fi
    tell "${1:-}" drain
    \(isShared ? drainByTime : drainByFiles)

    """
  }

  /// Of two looks at the files nothing but POSIX is asked, so any find will do. One that fails says
  /// nothing about turns: then the server counts as busy.
  private var drainByFiles: String {
    """
    quiet=${DRAIN_QUIET:-\(drainQuiet)}
    most=${DRAIN_MOST:-\(drainWait)}
    home="${COPILOT_HOME:-/var/lib/copilot}"
    # A server that never had a conversation has no such folder.
    [ -r "$home" ] && [ ! -e "$home/session-state" ] && exit 0
    mark=$(mktemp) || mark=
    trap 'rm -f "$mark"' EXIT
    waited=0
    while [ $((waited + quiet)) -le "$most" ]; do
      [ -n "$mark" ] && : >"$mark"
      sleep "$quiet"
      waited=$((waited + quiet))
      if written=$(find "$home/session-state" -name events.jsonl -newer "$mark") \\
        && [ -z "$written" ]; then
        exit 0
      fi
    done
    echo "drain.sh: after $waited s there may still be turns under way" >&2
    """
  }

  private var drainByTime: String {
    """
    # Twice what 99 turns in 100 take.
    sleep "${DRAIN_MOST:-\(drainPause)}"
    """
  }

  private var drainTime: String { isShared ? "\(drainPause) s" : "\(drainWait) s at most" }
  private var drainQuiet: Int { min(drainWait, max(5, Int(ceilingOf(longTurn)))) }
  /// The CLI's own stop takes the last eleven seconds.
  private var drainWait: Int { max(5, drainSeconds - 11) }
  private var drainPause: Int { min(drainWait, max(5, Int(ceilingOf(2 * longTurn)))) }
}
