// Words that may carry one argument: start, arrivals, popularity and the ids of people.
// Each reads a word and prints it back in the form that `inspect` shows.
internal import Basics
internal import Workload

extension Syntax {
  /// `word` or `word(argument)`; the closure knows the words.
  fileprivate static func rule(
    _ words: [(name: String, argument: String?)], show: @escaping @Sendable (Value) -> String,
    _ make: @escaping @Sendable (Call, inout Reading) throws(Flaw) -> Value
  ) -> Syntax<Value> {
    let names = words.map(\.name)
    let shape = Shape.either(words.map { .call($0.name, $0.argument) })
    return Syntax<Value>(
      shape,
      read: { node, reading in
        guard let piece = reading.scalar(node, wanted: shape) else { return nil }
        do throws(Flaw) {
          guard let call = try Call.read(piece), names.contains(call.name) else {
            let word = piece.prefix(while: { $0 != "(" }).text
            throw Flaw(offset: 0, reason: unknownWord(word, of: names))
          }
          return try make(call, &reading)
        } catch {
          reading.complain(node, offset: error.offset, error.reason)
          return nil
        }
      }, show: show)
  }

  static var start: Syntax<StartRule> {
    .rule(
      [("spread", nil), ("at-once", nil), ("ramp", "5m")],
      show: {
        switch $0 {
        case .spread: "spread"
        case .atOnce: "at-once"
        case .ramp(let length): "ramp(\(Text.duration(length)))"
        }
      },
      { (call, _) throws(Flaw) in
        switch call.name {
        case "ramp":
          let piece = try call.bound(to: ["length"])[0]
          return .ramp(Interval(seconds: try Units.duration(piece)))
        case "at-once":
          try call.refuseArguments()
          return .atOnce
        default:
          try call.refuseArguments()
          return .spread
        }
      })
  }

  static var popularity: Syntax<Popularity> {
    .rule(
      [("uniform", nil), ("zipf", "0.8")],
      show: {
        switch $0 {
        case .uniform: "uniform"
        case .zipf(let exponent): "zipf(\(Text.number(exponent)))"
        }
      },
      { (call, _) throws(Flaw) in
        guard call.name == "zipf" else {
          try call.refuseArguments()
          return .uniform
        }
        let piece = try call.bound(to: ["exponent"])[0]
        let exponent = try within(
          0...10, try Units.number(piece), Text.number, at: piece.startIndex)
        return .zipf(exponent: exponent)
      })
  }

  static var arrivals: Syntax<ArrivalForm> {
    .rule(
      [
        ("closed", nil), ("poisson", nil), ("poisson", "4/s"), ("constant", nil),
        ("constant", "4/s"), ("trace", "day.csv"),
      ],
      show: {
        switch $0 {
        case .closed: "closed"
        case .poisson(let rate): rate.map { "poisson(\(Text.rate($0)))" } ?? "poisson"
        case .constant(let rate): rate.map { "constant(\(Text.rate($0)))" } ?? "constant"
        case .trace(let list):
          "trace(\(list.count) arrivals, \(ArrivalForm.digest(list)))"
        }
      },
      { (call, reading) throws(Flaw) in
        switch call.name {
        case "closed":
          try call.refuseArguments()
          return .closed
        case "trace": return .trace(try reading.trace(try call.bound(to: ["file"])[0]))
        default:
          var rate: Double?
          if call.arguments != nil {
            let piece = try call.bound(to: ["rate"])[0]
            rate = try within(1e-6...1e7, try Units.rate(piece), Text.rate, at: piece.startIndex)
          }
          return call.name == "poisson" ? .poisson(rate) : .constant(rate)
        }
      })
  }

  static var userIDs: Syntax<UserIDs> {
    let shape = Shape.either([
      .call("uuid", nil), .call("names", nil), .call("file", "ids.txt"), .text,
    ])
    return Syntax<UserIDs>(
      shape,
      read: { node, reading in
        guard let piece = reading.scalar(node, wanted: shape) else { return nil }
        do throws(Flaw) {
          if piece.text == "uuid" { return .uuid }
          if piece.text == "names" { return .names }
          if let call = try Call.read(piece), call.name == "file" {
            return .list(try reading.userIDs(try call.bound(to: ["path"])[0]))
          }
          return try UserIDs.pattern(from: piece)
        } catch {
          reading.complain(node, offset: error.offset, error.reason)
          return nil
        }
      },
      show: {
        switch $0 {
        case .pattern(let before, let after): "\(before){n}\(after)"
        case .uuid: "uuid"
        case .names: "names"
        case .list(let ids): "file(\(ids.count) ids, \(Text.digest(ids)))"
        }
      })
  }
}

extension Call {
  fileprivate func refuseArguments() throws(Flaw) {
    if arguments != nil { throw Flaw(offset: offset, reason: "\(name) takes no argument") }
  }
}

extension ArrivalForm {
  fileprivate static func digest(_ list: [TracedArrival]) -> String {
    Text.digest(
      list.map { arrival in
        let user = arrival.user.map { "\($0)" } ?? ""
        let prompt = arrival.promptBytes.map { Text.number($0) } ?? ""
        return "\(arrival.at.nanoseconds),\(user),\(prompt)"
      })
  }
}

extension UserIDs {
  fileprivate static func pattern(from piece: Piece) throws(Flaw) -> UserIDs {
    let marker = Array("{n}".unicodeScalars)
    guard piece.count <= 100 else {
      throw Flaw(offset: 0, reason: "an id of more than 100 characters")
    }
    for start in piece.indices where piece[start...].starts(with: marker) {
      return .pattern(before: piece[..<start].text, after: piece[(start + 3)...].text)
    }
    throw Flaw(
      offset: 0,
      reason: "\(Units.quoted(piece.text)) has no {n}, so all people would share one id; "
        + "or: uuid, names, file(path)")
  }
}
