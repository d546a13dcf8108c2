"""Pictures of the tops of the gallery's pages, in both themes for the README's."""
import os
import pathlib
import sys

from playwright.sync_api import sync_playwright

folder = os.path.abspath(sys.argv[1])
# Page, what is scrolled to, width and height, themes.
SHOTS = [
    ("three-patterns", "#answer", "three-patterns", 1280, 860, ("light", "dark")),
    ("three-patterns", "#response", "response", 1280, 900, ("light",)),
    ("session-limit", "#sweep", "sweep", 1280, 620, ("light",)),
    ("lose-a-server", "#time", "lose-a-server", 1280, 800, ("light",)),
]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for page_name, anchor, name, width, height, themes in SHOTS:
        for theme in themes:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=theme)
            page.goto(pathlib.Path(f"{folder}/{page_name}.html").as_uri())
            page.add_style_tag(content=".key{position:static!important}")
            if anchor != "#answer":
                page.evaluate(f"scrollTo(0, document.querySelector('{anchor}').offsetTop - 10)")
            suffix = "-dark" if theme == "dark" else ""
            path = f"{folder}/{name}{suffix}.png"
            page.screenshot(path=path)
            assert os.path.getsize(path) < 500_000, path
            page.close()
    browser.close()
