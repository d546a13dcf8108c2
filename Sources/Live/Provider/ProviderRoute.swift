// What a request line asks for. Pure.

enum ProviderRoute: Hashable {
  case ask(ProviderRequest.Dialect)
  case models
  case model(String)
  /// What was seen so far, and faults for a running provider: for tests by hand.
  case observed
  case addFault
  case clearFaults
  case wrongMethod(allowed: String)
  case unknown

  init(isGet: Bool, isPost: Bool, target: String) {
    var path = target.prefix { $0 != "?" }
    while path.count > 1 && path.hasSuffix("/") { path = path.dropLast() }
    // With and without the version: base URLs are written both ways.
    if path.hasPrefix("/v1/") { path = path.dropFirst(3) }
    func when(_ isRight: Bool, _ route: ProviderRoute, else allowed: String) -> ProviderRoute {
      isRight ? route : .wrongMethod(allowed: allowed)
    }
    switch path {
    case "/chat/completions": self = when(isPost, .ask(.chat), else: "POST")
    case "/responses": self = when(isPost, .ask(.responses), else: "POST")
    case "/models": self = when(isGet, .models, else: "GET")
    case "/seatrial/observed": self = when(isGet, .observed, else: "GET")
    case "/seatrial/fault": self = when(isPost, .addFault, else: "POST")
    case "/seatrial/clear": self = when(isPost, .clearFaults, else: "POST")
    default:
      self =
        path.hasPrefix("/models/")
        ? when(isGet, .model(String(path.dropFirst(8))), else: "GET") : .unknown
    }
  }
}
