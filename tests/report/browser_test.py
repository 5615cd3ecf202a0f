"""The sample pages in headless Chromium, driven over WebDriver (W3C). Ends with 77, skipped, where
there is none. usage: browser_test.py WRITE_SAMPLES [FOLDER_FOR_SCREENSHOTS]"""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync --hide-scrollbars""".split()
MOST_SECONDS = 2.0


class Browser:
    def __init__(self, profile):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                self.base = f"http://127.0.0.1:{found[1]}/session"
                break
        answer = self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": FLAGS + [f"--user-data-dir={profile}"]},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/" + answer["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", "/url", {"url": f"file://{path}"})

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def cdp(self, command, **parameters):
        self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def errors(self):
        return self.call("POST", "/se/log", {"type": "browser"})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()


def wait_for(browser, script):
    for _ in range(200):
        if browser.run(script):
            return
        time.sleep(0.02)
    raise AssertionError("never true: " + script)


def look_at_failures(browser, folder):
    browser.open(folder / "hostile.html")
    wait_for(browser, "return document.querySelector('.incident').dataset.drawn")
    assert not browser.run("return window.injected"), "a name has become a script"
    assert browser.run("return document.querySelectorAll('.incident').length") == 10
    assert browser.run("return document.querySelectorAll('nav a').length") == 10
    first = "document.querySelector('.incident')"
    for element in ("svg .step", ".step.dev", ".step.fail", ".woke", ".order", ".graph svg .cycle"):
        assert browser.run(f"return !!{first}.querySelector('{element}')"), element
    assert browser.run(f"return !{first}.querySelector('.replay button').hidden")
    # Hovering tells of a step, and so do the arrow keys.
    browser.run(f"{first}.querySelectorAll('.step')[3].dispatchEvent(new MouseEvent('mouseenter'))")
    details = f"return {first}.querySelector('.details').textContent"
    assert "Step 4," in browser.run(details), browser.run(details)
    browser.run(f"""const step = {first}.querySelectorAll('.step')[3]; step.focus();
        step.dispatchEvent(new KeyboardEvent('keydown', {{key: 'ArrowDown', bubbles: true}}));""")
    assert "Step 5," in browser.run(details), browser.run(details)
    browser.run(f"{first}.querySelector('.replay button').click()")
    wait_for(browser, f"return {first}.querySelector('.replay button').textContent === 'Copied'")
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(paper)
    dark_scheme = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.cdp("Emulation.setEmulatedMedia", features=dark_scheme)
    assert browser.run(paper) != light, "dark mode looks like light mode"
    browser.cdp("Emulation.setEmulatedMedia", features=[])
    spare = f"""const graph = {first}.querySelector('.graph svg');
        return graph.getBoundingClientRect().height - graph.getBBox().height"""
    assert browser.run(spare) < 20, "the graph wastes room"
    browser.run("dispatchEvent(new Event('beforeprint'))")
    undrawn = "return document.querySelectorAll('.incident:not([data-drawn])').length"
    assert browser.run(undrawn) == 0, "on paper there is no scrolling"


def look_at_campaign(browser, folder):
    browser.open(folder / "campaign.html")
    assert not browser.run("return window.injected")
    assert browser.run("return document.querySelectorAll('.curve svg .line').length") == 4
    assert browser.run("return document.querySelectorAll('tbody tr').length") == 4


def look_at_long(browser, folder):
    began = time.monotonic()
    browser.open(folder / "long.html")
    wait_for(browser, "return document.querySelector('.incident').dataset.drawn")
    browser.run("return document.querySelector('.lanes svg').getBoundingClientRect().height")
    seconds = time.monotonic() - began
    print(f"100,000 steps: open and drawn in {seconds:.2f} s")
    assert seconds < MOST_SECONDS
    before = browser.run("return document.querySelectorAll('.step').length")
    assert 5 < before < 400, before
    fold = "document.querySelector('.fold')"
    assert "steps" in browser.run(f"return {fold}.textContent")
    browser.run(f"{fold}.dispatchEvent(new MouseEvent('click'))")
    assert browser.run("return document.querySelectorAll('.step').length") > before


def main():
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed (tools/packages-ci.txt)")
            sys.exit(77)
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        subprocess.run([sys.argv[1], folder], check=True)
        browser = Browser(folder / "profile")
        try:
            for look in (look_at_failures, look_at_campaign, look_at_long):
                look(browser, folder)
                if len(sys.argv) > 2:
                    picture = browser.call("GET", "/screenshot")
                    name = pathlib.Path(sys.argv[2]) / (look.__name__ + ".png")
                    name.write_bytes(base64.b64decode(picture))
                found = [e for e in browser.errors() if e["level"] in ("SEVERE", "WARNING")]
                assert not found, found
        finally:
            browser.close()


main()
