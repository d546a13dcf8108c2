// The fleet as Kubernetes objects. Servers that somebody must find again are a StatefulSet, because
// pods of a Deployment have no names: with a claim for each where conversations lie on own disks,
// with one claim for all on shared storage. Exchangeable servers on shared storage are a
// Deployment. Images, classes of storage and the names of secrets are the reader's to change.
internal import Policies

extension DeploymentPlan {
  var kubernetes: String {
    [
      head, namespace, secret, configuration, claim, workload, service, headless, budget, scaler,
      networkPolicy,
    ].filter { !$0.isEmpty }.joined(separator: "\n---\n") + "\n"
  }

  private var namespace: String {
    """
    apiVersion: v1
    kind: Namespace
    metadata:
      name: \(name)
    """
  }

  /// Only its shape: the values come from the platform's own store of secrets.
  private var secret: String {
    """
    # The two tokens are not in this file. Put them there with
    #   kubectl -n \(name) create secret generic copilot-secrets \\
    #     --from-literal=github-token=... --from-literal=connection-token=...
    # or let an operator of your secret store make the object.
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: \(name)
      namespace: \(name)
    automountServiceAccountToken: false
    """
  }

  private var configuration: String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: \(name)-drain
      namespace: \(name)
    data:
      drain.sh: |
    \(drainScript.indented(by: 4))
    """
  }

  private var claim: String {
    guard isShared else { return "" }
    return """
      # Every server reads every conversation, so the storage must be one that many nodes mount.
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: \(name)-sessions
        namespace: \(name)
      spec:
        accessModes: [ReadWriteMany]
        resources:
          requests:
            storage: \(storageText)
      """
  }

  private var workload: String {
    let kind = isStateful ? "StatefulSet" : "Deployment"
    let strategy =
      isStateful
      ? """
        serviceName: \(name)-each
        podManagementPolicy: Parallel
        updateStrategy:
          type: RollingUpdate
      """
      : """
        strategy:
          type: RollingUpdate
          rollingUpdate:
            maxUnavailable: \(FleetEvent.batch(of: replicas))
            maxSurge: 0
      """
    return """
      apiVersion: apps/v1
      kind: \(kind)
      metadata:
        name: \(name)
        namespace: \(name)
        labels: {app: \(name)}
      spec:
        replicas: \(replicas)
        selector:
          matchLabels: {app: \(name)}
      \(strategy)
        template:
          metadata:
            labels: {app: \(name)}
          spec:
            serviceAccountName: \(name)
            automountServiceAccountToken: false
            # A turn under way may finish: the longest that the app waits, and the CLI's own stop.
            terminationGracePeriodSeconds: \(drainSeconds)
            securityContext:
              runAsNonRoot: true
              runAsUser: 1000
              fsGroup: 1000
              seccompProfile: {type: RuntimeDefault}
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: ScheduleAnyway
                labelSelector:
                  matchLabels: {app: \(name)}
            containers:
      \(container.indented(by: 8))
            volumes:
              - name: drain
                configMap: {name: \(name)-drain, defaultMode: 0555}
              - name: tmp
                emptyDir: {}
              # The first start unpacks 173 MB into $HOME/.cache/copilot/pkg.
              - name: home
                emptyDir: {sizeLimit: 1Gi}
      \(volume.indented(by: 8))
      \(claims.indented(by: 2))
      """.withoutBlankLines
  }

  /// One for all; disks of their own come from a template.
  private var volume: String {
    guard isShared else { return "" }
    return """
      - name: sessions
        persistentVolumeClaim: {claimName: \(name)-sessions}
      """
  }

  private var claims: String {
    guard !isShared else { return "" }
    return """
      volumeClaimTemplates:
        - metadata:
            name: sessions
          spec:
            accessModes: [ReadWriteOnce]
            resources:
              requests:
                storage: \(storageText)
      """
  }

  /// The CLI stops reading when its token is wrong and never answers HTTP, so probes are of TCP. A
  /// busy server answers late by design: only one that does not even accept is restarted.
  private var container: String {
    """
    - name: \(name)
      image: \(image)
      args: \(argumentList)
      env:
        - name: COPILOT_GITHUB_TOKEN
          valueFrom:
            secretKeyRef: {name: copilot-secrets, key: github-token}
        - name: COPILOT_CONNECTION_TOKEN
          valueFrom:
            secretKeyRef: {name: copilot-secrets, key: connection-token}
        - name: COPILOT_HOME
          value: /var/lib/copilot
        - name: HOME
          value: /home/copilot
      ports:
        - {name: rpc, containerPort: \(port)}
      # Asked for: the cores that are busy in the plan, and a quarter more. Allowed: all of a
      # planned host's, for turns that come together. Asking for all would fit on no such node.
      resources:
        requests: {cpu: "\(requestText)", memory: \(memoryText)}
        limits: {cpu: "\(cpuText)", memory: \(memoryText)}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      startupProbe:
        tcpSocket: {port: rpc}
        periodSeconds: 1
        failureThreshold: 30
      readinessProbe:
        tcpSocket: {port: rpc}
        periodSeconds: 5
        timeoutSeconds: 2
      livenessProbe:
        tcpSocket: {port: rpc}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      lifecycle:
        preStop:
          exec:
            command: ["/bin/sh", "/drain/drain.sh"]
      volumeMounts:
        - {name: sessions, mountPath: /var/lib/copilot}
        - {name: drain, mountPath: /drain}
        - {name: tmp, mountPath: /tmp}
        - {name: home, mountPath: /home/copilot}
    """
  }

  /// Where any server will do, the service deals connections. Where the backend must find one again
  /// there is no such service: it would put two servers to work on one conversation.
  private var service: String {
    guard !isByName else { return "" }
    return """
      # Deals connections, one to each server in turn or at random. A backend that holds its
      # connections open and chooses for each turn takes the addresses of \(name)-each instead.
      apiVersion: v1
      kind: Service
      metadata:
        name: \(name)
        namespace: \(name)
      spec:
        selector: {app: \(name)}
        ports:
          - {name: rpc, port: \(port), targetPort: rpc}
      """
  }

  private var headless: String {
    let which =
      isStateful
      ? "# One name for each server (\(name)-0.\(name)-each …)"
      : "# One address for each server, under one name"
    return """
      \(which): what the backend's router chooses among
      # (\(routing.rawValue)).
      apiVersion: v1
      kind: Service
      metadata:
        name: \(name)-each
        namespace: \(name)
      spec:
        clusterIP: None
        selector: {app: \(name)}
        ports:
          - {name: rpc, port: \(port), targetPort: rpc}
      """
  }

  /// Never below what the expectations need, as far as it is the platform's choice.
  private var budget: String {
    let away = max(1, replicas - needed)
    return """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: \(name)
        namespace: \(name)
      spec:
        maxUnavailable: \(away)
        selector:
          matchLabels: {app: \(name)}
      """
  }

  /// Active sessions, because they lag the load as memory does and do not fall when a queue builds
  /// up. A metrics adapter has to serve `copilot_active_sessions` for each pod.
  private var scaler: String {
    let kind = isStateful ? "StatefulSet" : "Deployment"
    let down =
      !isShared
      ? """
          # A server that goes takes its disk out of reach: down by hand, conversations first.
          scaleDown: {selectPolicy: Disabled}
      """
      : """
          # Each change of the number moves conversations: up at once, down slowly and by one.
          scaleDown:
            stabilizationWindowSeconds: 1800
            policies:
              - {type: Pods, value: 1, periodSeconds: 600}
      """
    return """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata:
        name: \(name)
        namespace: \(name)
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: \(kind), name: \(name)}
        minReplicas: \(replicas)
        maxReplicas: \(most)
        metrics:
          - type: Pods
            pods:
              metric: {name: copilot_active_sessions}
              target: {type: AverageValue, averageValue: "\(sessionsOnServer)"}
        behavior:
      \(down)
      """
  }

  private var networkPolicy: String {
    """
    # Only the backend may speak to a server: any connection sees every event of every session.
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: \(name)
      namespace: \(name)
    spec:
      podSelector:
        matchLabels: {app: \(name)}
      policyTypes: [Ingress, Egress]
      ingress:
        - from:
            - namespaceSelector: {}
              podSelector:
                matchLabels: {role: copilot-backend}
          ports:
            - {protocol: TCP, port: \(port)}
      egress:
        - ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
        - to:
            - ipBlock: {cidr: 0.0.0.0/0}
          ports:
            - {protocol: TCP, port: 443}
    """
  }
}

extension String {
  func indented(by spaces: Int) -> String {
    let pad = String(repeating: " ", count: spaces)
    return split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : pad + $0 }.joined(separator: "\n")
  }

  var withoutBlankLines: String {
    split(separator: "\n").filter { line in !line.allSatisfy { $0 == " " } }
      .joined(separator: "\n")
  }
}
