// What every page has around what it says: the head with its policy, the way to the sections, the
// style, the small script. Pages of results and of plans differ only in what they put into it.

struct PageFrame {
  struct Section {
    var id: String
    var title: String
    var html: String
  }

  var title: String
  /// Below the title: what was asked, and how.
  var header: String
  /// The answer, and who is who.
  var lead: String
  /// Empty ones are left out.
  var sections: [Section]
  var footer: String

  func html() -> String {
    let sections = sections.filter { !$0.html.isEmpty }
    var page = Markup()
    page.line("<!doctype html>")
    page.line("<html lang=\"en\">")
    page.line("<meta charset=\"utf-8\">")
    page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
    // Whatever a name in a result tries, the browser loads nothing.
    page.line(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        + "form-action 'none'\">")
    page.line("<meta name=\"generator\" content=\"seatrial\">")
    page.line("<link rel=\"icon\" href=\"data:,\">")
    page.line("<title>\(Markup.text(title)) \u{2013} seatrial</title>")
    page.line("<style>\n\(StyleSheet.text)</style>")
    page.line("<a class=\"skip\" href=\"#answer\">Skip to the answer</a>")
    page.line("<header>")
    page.line("<h1>\(Markup.name(title))</h1>")
    page.line("<button class=\"theme\" type=\"button\" hidden>Dark</button>")
    page.add(header)
    page.line("</header>")
    page.line("<nav aria-label=\"Sections\"><ul>")
    for (id, title) in [("answer", "Answer")] + sections.map({ ($0.id, $0.title) }) {
      page.line("<li><a href=\"#\(id)\">\(title)</a></li>")
    }
    page.line("</ul></nav>")
    page.line("<main>")
    page.add(lead)
    for section in sections {
      page.line("<section id=\"\(section.id)\" aria-labelledby=\"\(section.id)-h\">")
      page.line("<h2 id=\"\(section.id)-h\">\(section.title)</h2>")
      page.add(section.html)
      page.line("</section>")
    }
    page.line("</main>")
    page.add(footer)
    page.line("<script>\n\(PageScript.text)\n</script>")
    page.line("</html>")
    return page.html
  }
}
