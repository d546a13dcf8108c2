// The tables of a plan: what binds, what the fleet stands, what it needs and costs, what was taken
// for granted.
internal import Basics

extension PlanPage {
  var binding: String {
    plans.compactMap { plan -> String? in
      guard let binding = plan.json["analysis"]?["binding"], binding != .null else { return nil }
      let all = binding["relaxations"].items
      guard let first = all.first, (first["gain"]?.figure ?? 0) > 0 else { return nil }
      let next = binding["next"].items.first?["name"]?.text
      var markup = Markup()
      markup.line(
        "<p>\(plans.count > 1 ? "For \(plan.users) people what" : "What") binds is "
          + "<b>\(Markup.name(first["name"]?.text ?? ""))</b>: a tenth easier saves "
          + "\(units.text(first["gain"]?.figure, unit: "ratio")) of the servers."
          + (next.map { " With that eased, the next is \(Markup.name($0))." } ?? "") + "</p>")
      markup.line("\(Markup.table)<caption>Each eased by a tenth, one at a time.</caption>")
      markup.line(head(["Eased", "servers", "saves", ""]))
      let most = all.compactMap { $0["gain"]?.figure }.max() ?? 1
      for row in all {
        let gain = row["gain"]?.figure ?? 0
        let width = short(most > 0 ? min(100, gain / most * 100) : 0)
        markup.line(
          "<tr><th scope=\"row\">\(Markup.name(row["name"]?.text ?? ""))</th>"
            + "<td class=\"num\">\(units.text(row["servers"]?.figure, unit: "factor"))</td>"
            + "<td class=\"num\">\(units.text(gain, unit: "ratio"))</td>"
            + "<td class=\"w\"><span class=\"meter\" aria-hidden=\"true\">"
            + "<i style=\"width:\(width)%\"></i></span></td></tr>")
      }
      markup.line("</tbody></table></div>")
      return markup.html
    }.joined()
  }

  var events: String {
    let rows = plans.flatMap { plan in
      (plan.recommended?.json["events"]).items.map { (plan, $0) }
    }
    guard !rows.isEmpty else { return "" }
    var markup = Markup()
    markup.line(
      "\(Markup.table)<caption>The smallest size of which what is expected still holds; "
        + "turns under way on lost servers are not judged.</caption>")
    markup.line(
      head(
        ["Event"] + (plans.count > 1 ? ["people"] : []) + ["size", "p95", "turns failed", "lost"])
    )
    for (plan, row) in rows {
      let people = plans.count > 1 ? "<td class=\"num\">\(plan.users)</td>" : ""
      // Documents of older versions do not say whether it was judged.
      let isJudged = row["judged"] != .bool(false)
      let size =
        row["size"]?.figure.map { String(Int($0)) }
        ?? (isJudged ? HumanUnits.missing : "not judged")
      markup.line(
        "<tr><th scope=\"row\">\(Markup.name(row["event"]?.text ?? ""))</th>\(people)"
          + "<td class=\"num\">\(size)</td>"
          + "<td class=\"num\">\(units.text(row["response_p95_seconds"]?.figure, unit: "s"))</td>"
          + "<td class=\"num\">\(units.text(row["turns_failed"]?.figure, unit: "count"))</td>"
          + "<td class=\"num\">\(units.text(row["turns_lost"]?.figure, unit: "count"))</td></tr>")
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }

  // MARK: resources and money

  private static let resources: [(key: String, title: String, unit: String)] = [
    ("hosts", "Hosts", "count"), ("servers", "Servers", "count"), ("cores", "Cores", "factor"),
    ("busy_cores", "of them busy", "factor"), ("host_memory_bytes", "Memory of a host", "bytes"),
    ("fleet_memory_bytes", "Memory in use", "bytes"),
    ("turns_per_second", "Turns", "/s"), ("disk_bytes_per_day", "Disk a day", "bytes"),
    ("disk_bytes_kept", "Disk kept", "bytes"),
    ("descriptors_per_server", "Descriptors of a server", "count"),
    ("event_bytes_per_second", "To the backend, a second", "bytes"),
    ("model_bytes_per_second", "To the model, a second", "bytes"),
    ("redis_commands_per_second", "Redis commands", "/s"),
    ("backend_instances", "Copies of the backend", "count"),
  ]

  var needs: String {
    let found = plans.compactMap { plan in plan.recommended.map { (plan, $0) } }
    guard !found.isEmpty else { return "" }
    let heads = [""] + found.map { "\(units.text(Double($0.0.users), unit: "count")) people" }
    var markup = Markup()
    markup.line("\(Markup.table)<caption>Of the recommended fleet.</caption>")
    markup.line(head(heads))
    for resource in PlanPage.resources {
      let values = found.map { $0.1.json["resources"]?[resource.key]?.figure }
      guard values.contains(where: { ($0 ?? 0) != 0 }) else { continue }
      let cells = values.map {
        "<td class=\"num\">\(Markup.text(units.text($0, unit: resource.unit)))</td>"
      }
      markup.line("<tr><th scope=\"row\">\(resource.title)</th>\(cells.joined())</tr>")
    }
    markup.line("</tbody></table></div>")
    for (plan, candidate) in found { markup.add(bill(plan, candidate)) }
    return markup.html
  }

  private func bill(_ plan: PlanDocument.Plan, _ candidate: PlanDocument.Candidate) -> String {
    guard let cost = candidate.json["cost"], cost != .null else { return "" }
    var markup = Markup()
    let whose = plans.count > 1 ? ", \(plan.users) people" : ""
    markup.line("\(Markup.table)<caption>The bill of a month\(whose).</caption>")
    markup.line(head(["Part", "a month", "made of"]))
    for part in cost["parts"].items {
      markup.line(
        "<tr><th scope=\"row\">\(Markup.name(part["name"]?.text ?? ""))</th>"
          + "<td class=\"num\">\(Markup.text(money(part["month"]?.figure)))</td>"
          + "<td class=\"w\">\(Markup.name(part["note"]?.text ?? ""))</td></tr>")
    }
    for step in plan.json["next_steps"].items {
      guard let extra = step["extra_month"]?.figure, extra > 0 else { continue }
      markup.line(
        "<tr><th scope=\"row\">\(Markup.name(step["name"]?.text ?? ""))</th>"
          + "<td class=\"num\">+\(Markup.text(money(extra)))</td>"
          + "<td class=\"w\">\(Markup.name(step["note"]?.text ?? ""))</td></tr>")
    }
    markup.line("</tbody></table></div>")
    let holes = cost["holes"].texts
    if !holes.isEmpty {
      markup.line(
        "<p class=\"doubt\">Without a price: \(Markup.name(holes.joined(separator: ", "))).</p>")
    }
    return markup.html
  }

  // MARK: live

  /// `--confirm`: small fleets driven for real.
  var confirmed: String {
    let all = document.json["confirmation"].items
    guard !all.isEmpty else { return "" }
    var markup = Markup()
    markup.line("\(Markup.table)<caption>Driven live on mock processes.</caption>")
    markup.line(head(["Fleet", "people", "size", "expectation", "planned", "live", ""]))
    for run in all {
      for row in run["figures"].items {
        let unit = row["unit"]?.text ?? ""
        let word = row["outcome"]?.text ?? ""
        let style = word == "met" ? "good" : word == "missed" ? "bad" : "doubt"
        let numbers = [
          run["users"]?.figure.map { String(Int($0)) },
          run["size"]?.figure.map { String(Int($0)) },
        ].map { "<td class=\"num\">\($0 ?? HumanUnits.missing)</td>" }
        markup.line(
          "<tr><th scope=\"row\">\(Markup.name(run["candidate"]?.text ?? ""))</th>"
            + numbers.joined()
            + "<td class=\"w\"><code>\(Markup.name(row["text"]?.text ?? ""))</code>"
            + "</td><td class=\"num\">\(units.text(row["planned"]?.figure, unit: unit))</td>"
            + "<td class=\"num\">\(units.text(row["live"]?.figure, unit: unit))</td>"
            + "<td class=\"w\"><span class=\"\(style)\">\(Markup.text(word))</span></td></tr>")
      }
    }
    markup.line("</tbody></table></div>")
    for reason in all.flatMap({ $0["reasons"].texts }) {
      markup.line("<p class=\"doubt\">\(Markup.name(reason))</p>")
    }
    return markup.html
  }

  // MARK: the end

  var assumptions: String {
    let words = document.json["assumptions"].texts + document.json["notes"].texts
    let prices = document.json["prices"]?["source"]?.text.map { ["prices: " + $0] } ?? []
    let all = words + prices
    guard !all.isEmpty else { return "" }
    return "<ul>\n" + all.map { "<li>\(Markup.name($0))</li>\n" }.joined() + "</ul>\n"
  }

  var environment: String {
    guard case .object(let facts)? = document.json["environment"] else { return "" }
    var markup = Markup()
    if let command = facts.first(where: { $0.key == "command" })?.value.text {
      markup.line(
        "<pre tabindex=\"0\" aria-label=\"The command that repeats this plan\">"
          + "\(Markup.text(command))</pre>")
    }
    markup.line("\(Markup.table)<caption>Where and how the plan was made.</caption><tbody>")
    for fact in facts where fact.key != "command" {
      markup.line(
        "<tr><th scope=\"row\">\(Markup.name(fact.key))</th>"
          + "<td class=\"w\">\(Markup.name(fact.value.text ?? ""))</td></tr>")
    }
    markup.line("</tbody></table></div>")
    return markup.html
  }
}
