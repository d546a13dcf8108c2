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
  var hue: Int?
  var place: Int

  func picture() -> Picture {
    let flat = Frame(width: 400, height: 120)
    let y = Scale(low: 0, high: Double(max(1, most)), from: flat.innerBottom, to: flat.top)
    let yTicks = y.ticks(2, unit: "count")
    let frame = flat.roomFor(yTicks)
    let x = Scale(
      low: 0, high: Double(max(1, servers.count)), from: frame.left, to: frame.innerRight)
    let ends = servers.count > 1 ? [0, servers.count - 1] : [0]
    let xTicks = ends.filter { $0 < servers.count }.map { place in
      Scale.Tick(value: Double(place) + 0.5, label: Markup.clipped(servers[place].name, to: 14))
    }
    let room = x(1) - x(0)
    // Bars of a pixel or two stand without gaps, or there would be nothing left of them.
    let gap = room > 6 ? min(8, room * 0.2) : 0
    let bars = servers.enumerated().map { index, server in
      let top = y(Double(server.turns))
      return SVG.rect(
        "bar", x: x(Double(index)) + gap / 2, y: top, width: room - gap,
        height: frame.innerBottom - top)
    }
    let mean = Double(servers.reduce(0) { $0 + $1.turns }) / Double(max(1, servers.count))
    let svg =
      frame.axes(x: x, y: y, xTicks: xTicks, yTicks: yTicks)
      + SVG.group(of: place, hue: hue, bars.joined())
      + SVG.line("meanline", frame.left, y(mean), frame.innerRight, y(mean))
    return Picture(
      id: id, title: title, caption: caption, alternative: alternative(mean), drawing: svg,
      width: frame.width, height: frame.height, classes: "strip")
  }

  private func alternative(_ mean: Double) -> String {
    guard let busiest = servers.max(by: { $0.turns < $1.turns }),
      let idlest = servers.min(by: { $0.turns < $1.turns })
    else { return "No server." }
    let units = HumanUnits(plain: false)
    let all = counted(servers.count, "server")
    return "Turns of each of \(all): mean \(units.text(mean, unit: "count")), busiest "
      + "\(busiest.name) with \(busiest.turns), idlest \(idlest.name) with \(idlest.turns)."
  }
}
