// One bar a server, and the mean as a line: whether load is spread evenly is seen at once, and how
// far the busiest stands out is written beside it.
internal import Metrics

struct BarStrip {
  var id: String
  var title: String
  var caption: String
  var servers: [ServerResult]
  /// The highest bar of all strips, so that they can be compared.
  var most: Int
  var place: Int

  func picture() -> Picture {
    var frame = Frame(width: 400, height: 120)
    let y0 = Scale(low: 0, high: Double(max(1, most)), from: frame.innerBottom, to: frame.top)
    let ticks = y0.ticks(2, unit: "count")
    frame.left = max(30, Double(ticks.map(\.label.count).max() ?? 0) * 6.4 + 12)
    let x = Scale(
      low: 0, high: Double(max(1, servers.count)), from: frame.left, to: frame.innerRight)
    let labels = [
      Scale.Tick(value: 0.5, label: servers.first?.name ?? ""),
      Scale.Tick(value: Double(servers.count) - 0.5, label: servers.last?.name ?? ""),
    ]
    var svg = frame.axes(
      x: x, y: y0,
      xTicks: (servers.count > 1 ? labels : Array(labels.prefix(1))).map {
        .init(value: $0.value, label: Markup.clipped($0.label, to: 14))
      }, yTicks: ticks)
    let room = (x(1) - x(0))
    // A gap between bars as long as they are wide enough for one.
    let gap = room > 6 ? min(8, room * 0.2) : 0
    svg += "<g class=\"\(place < Contender.colours ? "c\(place)" : "cx")\" data-c=\"\(place)\">"
    for (index, server) in servers.enumerated() {
      let top = y0(Double(server.turns))
      svg +=
        "<rect class=\"bar\" x=\"\(short(x(Double(index)) + gap / 2))\" y=\"\(short(top))\" width=\"\(short(room - gap))\" height=\"\(short(frame.innerBottom - top))\"/>"
    }
    svg += "</g>\n"
    let mean = Double(servers.reduce(0) { $0 + $1.turns }) / Double(max(1, servers.count))
    let at = short(y0(mean))
    svg +=
      "<line class=\"meanline\" x1=\"\(short(frame.left))\" x2=\"\(short(frame.innerRight))\" y1=\"\(at)\" y2=\"\(at)\"/>\n"
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(mean), drawing: svg,
      width: frame.width, height: frame.height, classes: "strip")
  }

  private func alternative(_ mean: Double) -> String {
    guard let busiest = servers.max(by: { $0.turns < $1.turns }),
      let idlest = servers.min(by: { $0.turns < $1.turns })
    else { return "No server." }
    let units = HumanUnits(plain: false)
    return
      "Turns of each of \(counted(servers.count, "server")): mean \(units.text(mean, unit: "count")), "
      + "busiest \(busiest.name) with \(busiest.turns), idlest \(idlest.name) with \(idlest.turns)."
  }
}
