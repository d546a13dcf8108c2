"""Looks at the pages as people do, in Chromium: three widths, light and dark, with and without
script, by pointer and by keyboard; axe-core reads them as a screen reader would; every number is
held against the result it was made from. Screenshots are kept to be looked at."""
import glob
import json
import os
import pathlib
import re
import sys

import axe_playwright_python
from playwright.sync_api import sync_playwright

work = os.path.abspath(sys.argv[1])
axe = os.path.join(os.path.dirname(axe_playwright_python.__file__), "axe.min.js")
WIDTHS = (360, 800, 1600)
# Each page once in every width; the whole grid of themes for those that differ most.
PAGES = ["patterns", "sweep", "lost", "one", "second", "failed", "missed", "twenty", "hostile", "live"]
failures = []
checks = 0


def check(condition, message):
    global checks
    checks += 1
    if not condition:
        failures.append(message)


# What axe does not see: text in SVG, and lines, which need 3 to 1 against their ground.
CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92
    : Math.pow((v + .055) / 1.055, 2.4)).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p);
    return (x + .05) / (y + .05) };
  const ground = parse(getComputedStyle(document.documentElement).backgroundColor);
  const bad = new Set();
  for (const e of document.querySelectorAll('svg text')) {
    const r = ratio(parse(getComputedStyle(e).fill), ground);
    if (r < 4.5) bad.add(`text ${e.getAttribute('class')} ${r.toFixed(2)}`);
  }
  for (const e of document.querySelectorAll('.line,.mean')) {
    const r = ratio(parse(getComputedStyle(e).stroke), ground);
    if (r < 3) bad.add(`line ${e.parentNode.getAttribute('class')} ${r.toFixed(2)}`);
  }
  for (const e of document.querySelectorAll('.bar,.dot')) {
    const r = ratio(parse(getComputedStyle(e).fill), ground);
    if (r < 3) bad.add(`shape ${e.parentNode.getAttribute('class')} ${r.toFixed(2)}`);
  }
  return [...bad];
}"""

STRUCTURE = """() => {
  const bad = [];
  const all = s => [...document.querySelectorAll(s)];
  for (const svg of all('svg')) {
    if (svg.closest('[aria-hidden=true]') || svg.classList.contains('plot')) continue;
    const ids = (svg.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
    const words = ids.map(i => document.getElementById(i)?.textContent || '');
    if (ids.length < 2 || words.some(w => w.trim().length < 4)) bad.push('no text for ' + svg.outerHTML.slice(0, 80));
  }
  for (const t of all('table')) if (!t.caption || !t.caption.textContent.trim()) bad.push('table without caption');
  if (all('h1').length != 1) bad.push('not one h1');
  let level = 1;
  for (const h of all('h1,h2,h3')) { const n = +h.tagName[1]; if (n > level + 1) bad.push('heading skips: ' + h.textContent); level = n }
  for (const l of ['header', 'nav', 'main', 'footer']) if (all(l).length != 1) bad.push('not one ' + l);
  for (const a of all('nav a')) if (!document.querySelector(a.getAttribute('href'))) bad.push('dead link ' + a.href);
  return bad;
}"""

UNITS = {
    "ns": 1e9, "\u00b5s": 1e6, "ms": 1e3, "s": 1, "min": 1 / 60, "h": 1 / 3600, "B": 1, "KiB": 2**-10,
    "MiB": 2**-20, "GiB": 2**-30, "TiB": 2**-40, "%": 100, "/s": 1, "": 1, "M": 1e-6, "G": 1e-9,
}


def reads_as(shown, value):
    """Whether the text is the value, rounded to the digits that it shows."""
    match = re.fullmatch(r"(<?)(-?[\d.]+)\s*(\D*)", shown.replace("\u2212", "-"))
    if not match:
        return False
    scaled = value * UNITS[match[3].strip()]
    if match[1]:
        return abs(scaled) < float(match[2])
    places = len(match[2].partition(".")[2])
    return abs(scaled - float(match[2])) <= 0.5000001 * 10**-places + 1e-9 * abs(scaled)


def figure(variant, metric):
    """The exact value that result.json holds under a name as the page shows it."""
    found = variant["metrics"].get(metric)
    if found is not None:
        return found.get("value")
    stem, _, statistic = metric.rpartition(".")
    found = variant["metrics"].get(stem, {})
    return found.get(statistic)


def numbers(page, name, result):
    """Reads the tables back: the attribute is exact, the text is that, rounded."""
    cells = page.evaluate(
        "[...document.querySelectorAll('td[data-metric]')].map(c => "
        "[c.dataset.metric, +c.dataset.of, c.dataset.value, c.childNodes[0].textContent])")
    check(len(cells) > 10, f"{name}: only {len(cells)} cells")
    for metric, place, exact, shown in cells:
        variant = result["variants"][place]
        if metric == "of those planned":
            counts = variant["metrics"]
            planned = counts["turns.planned"]["value"]
            value = counts["turns.failed"]["value"] / planned if planned else None
        else:
            value = figure(variant, metric)
        if exact is None:
            check(value is None and shown == "-", f"{name}: {metric} of {place} is {value}, not a dash")
            continue
        check(float(exact) == value, f"{name}: {metric} of {place}: {exact}, result {value}")
        check(reads_as(shown, value), f"{name}: {metric} of {place}: {shown!r} for {value}")


def predictions(page, name, live):
    """The live figures of a comparison with a simulation are those of the live result."""
    cells = page.evaluate(
        "[...document.querySelectorAll('td[data-predicted]')].map(c => "
        "[c.dataset.predicted, +c.dataset.of, +c.dataset.value, c.textContent])")
    check(len(cells) > 10, f"{name}: only {len(cells)} predicted figures")
    first = min(cell[1] for cell in cells)
    for metric, place, exact, shown in cells:
        value = figure(live["variants"][place - first], metric)
        check(exact == value, f"{name}: {metric} of {place}: {exact}, live result {value}")


def behaves(page, name):
    """Toggles, theme, pointer, keyboard and zoom."""
    key = page.locator(".key button").nth(1)
    if key.count():
        hidden = "[...document.querySelectorAll('.line')].filter(e => e.closest('[data-c=\"1\"].off')).length"
        key.click()
        check(page.evaluate(hidden) > 0, f"{name}: the switch hides nothing")
        check(key.get_attribute("aria-pressed") == "false", f"{name}: aria-pressed")
        key.click()
        check(page.evaluate(hidden) == 0, f"{name}: the switch does not come back")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before = page.evaluate(ground)
    page.locator(".theme").click()
    check(page.evaluate(ground) != before, f"{name}: the theme does not change")
    page.locator(".theme").click()
    check(page.evaluate(ground) == before, f"{name}: the theme does not come back")
    chart = page.locator("figure[id^=time-]").first
    if not chart.count():
        return
    chart.scroll_into_view_if_needed()
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    tip = chart.locator(".tip")
    check(tip.is_visible() and "at " in tip.inner_text(), f"{name}: no value by keyboard")
    page.keyboard.press("Escape")
    check(not tip.is_visible(), f"{name}: Escape leaves the value")
    box = chart.locator(":scope > svg").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    check(tip.is_visible(), f"{name}: no value under the pointer")
    plot = chart.locator(".plot")
    whole = plot.get_attribute("viewBox")
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    page.mouse.up()
    check(plot.get_attribute("viewBox") != whole, f"{name}: dragging does not zoom")
    others = page.locator("figure[id^=time-] .plot").all()
    check(all(o.get_attribute("viewBox") != whole for o in others), f"{name}: zoom is not shared")
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)
    check(plot.get_attribute("viewBox") == whole, f"{name}: zoom does not go back")


def look(browser, path, name, width, scheme):
    where = f"{name} {width} {scheme}"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text))
    page.on("dialog", lambda dialog: (trouble.append("a dialog"), dialog.dismiss()))
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    own = pathlib.Path(path).as_uri()
    page.goto(own)
    check(not trouble, f"{where}: {trouble[:3]}")
    outside = [r for r in requests if r != own and not r.startswith("data:")]
    check(not outside, f"{where}: asks for {outside[:3]}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    check(wide <= width, f"{where}: {wide} pixels wide")
    check(not page.evaluate(CONTRAST), f"{where}: contrast {page.evaluate(CONTRAST)}")
    page.add_style_tag(content=".key{position:static!important}")
    page.screenshot(path=f"{work}/screenshots/{name}-{width}-{scheme}.png", full_page=True)
    return context, page


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for name in PAGES:
        path = f"{work}/{name}/report.html"
        check(os.path.getsize(path) <= 2_000_000, f"{name}: {os.path.getsize(path)} bytes")
        with open(f"{work}/{name}/result.json", encoding="utf-8") as file:
            result = json.load(file)
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                # Every page in every width; the second theme where it adds something.
                if scheme == "dark" and width == 800 and name != "patterns":
                    continue
                context, page = look(browser, path, name, width, scheme)
                if width == 1600 and scheme == "light":
                    check(not page.evaluate(STRUCTURE), f"{name}: {page.evaluate(STRUCTURE)[:3]}")
                    numbers(page, name, result)
                    behaves(page, name)
                if width in (360, 1600) and name in ("patterns", "sweep", "hostile", "failed"):
                    # By the debugger: the page's own policy would not let it in.
                    with open(axe, encoding="utf-8") as file:
                        page.evaluate(file.read())
                    found = page.evaluate(
                        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 2)"
                        ".map(n => n.html.slice(0, 90)).join(' | ')))")
                    check(not found, f"{name} {width} {scheme}: {found}")
                context.close()
    context, page = look(browser, f"{work}/compared.html", "compared", 1600, "light")
    check(not page.evaluate(STRUCTURE), f"compared: {page.evaluate(STRUCTURE)[:3]}")
    behaves(page, "compared")
    context.close()
    for name, path in (("predicted", f"{work}/predicted.html"), ("plan", f"{work}/plan/report.html")):
        for width in WIDTHS:
            context, page = look(browser, path, name, width, "light" if width != 800 else "dark")
            check(not page.evaluate(STRUCTURE), f"{name}: {page.evaluate(STRUCTURE)[:3]}")
            if width == 1600:
                behaves(page, name)
                if name == "predicted":
                    with open(f"{work}/live/result.json", encoding="utf-8") as file:
                        predictions(page, name, json.load(file))
                else:
                    text = page.inner_text("main")
                    for words in ("What binds", "recommended", "Price against p95"):
                        check(words in text, f"plan: no {words}")
            context.close()
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 800, "height": 900})
    page = plain.new_page()
    page.goto(pathlib.Path(f"{work}/patterns/report.html").as_uri())
    text = page.inner_text("main")
    check("serve 300 people best" in text and "rendezvous" in text, "without script there is no answer")
    check(page.locator("svg .line").count() > 10, "without script there are no pictures")
    page.emulate_media(media="print")
    page.screenshot(path=f"{work}/screenshots/print.png", full_page=True)
    browser.close()

for failure in failures:
    print("pages:", failure, file=sys.stderr)
shots = len(glob.glob(f"{work}/screenshots/*.png"))
print(f"pages: {len(PAGES) + 3} pages, {checks} checks, {shots} screenshots, {len(failures)} complaints")
sys.exit(1 if failures else 0)
