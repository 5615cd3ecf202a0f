"""The sample reports against what their readers ask for: JUnit against junit.xsd by xmllint, SARIF
against the classes made of its schema; the others by their structure. usage: formats_test.py WRITE_SAMPLES"""
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VOID = {"meta", "link", "img", "br", "hr", "input"}
HERE = pathlib.Path(__file__).parent


class Page(html.parser.HTMLParser):
    """Every element is closed by its own end, and no text has become one."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.scripts = [], set(), 0

    def handle_starttag(self, tag, attributes):
        assert tag != "img", "an element has been injected"
        assert not [name for name, _ in attributes if name.startswith("on")], attributes
        for name, value in attributes:
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()


def check_html(text, scripts):
    page = Page()
    page.feed(text)
    page.close()
    assert not page.open, page.open
    assert page.scripts == scripts, page.scripts
    assert "\x1b" not in text
    for data in re.findall(r'<script type="application/json">(.*?)</script>', text, re.S):
        json.loads(data)


def check_junit(path):
    if not shutil.which("xmllint"):
        print("xmllint is not installed: junit.xsd is not checked")
        return
    subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", path], check=True)


def check_sarif(log):
    assert log["version"] == "2.1.0" and log["$schema"].startswith("https://")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 22
    assert len(run["results"]) == 12
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note", "none")
        assert result["message"]["text"]
        assert re.fullmatch("[0-9a-f]{16}", result["partialFingerprints"]["simloopFinding/v1"])
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert physical["region"]["startLine"] >= 1
            assert re.fullmatch(r"[\w./%-]+", physical["artifactLocation"]["uri"])
            assert not physical["artifactLocation"]["uri"].startswith("/")


# Which class of the object model a property holds, one or several of.
SARIF_CLASSES = {
    "runs": "Run", "tool": "Tool", "driver": "ToolComponent", "rules": "ReportingDescriptor",
    "shortDescription": "MultiformatMessageString", "help": "MultiformatMessageString",
    "defaultConfiguration": "ReportingConfiguration", "results": "Result", "message": "Message",
    "physicalLocation": "PhysicalLocation", "artifactLocation": "ArtifactLocation",
    "region": "Region", "codeFlows": "CodeFlow", "threadFlows": "ThreadFlow",
    "location": "Location",
}


def read_sarif(model, kind, value):
    """Makes the object of it that the model has: each property is one of its class, and none that
    the class requires is missing."""
    kinds = getattr(model, kind)
    names = {each.metadata["schema_property_name"]: each.name for each in kinds.__attrs_attrs__}
    read = {}
    for name, held in value.items():
        assert name in names, f"a {kind} has no {name}"
        inner = SARIF_CLASSES.get(name)
        if name == "locations":
            inner = "ThreadFlowLocation" if kind == "ThreadFlow" else "Location"
        if inner is not None and isinstance(held, list):
            held = [read_sarif(model, inner, each) for each in held]
        elif inner is not None:
            held = read_sarif(model, inner, held)
        read[names[name]] = held
    return kinds(**read)


def check_sarif_model(log):
    """By the classes that were generated from the schema of the standard."""
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import sarif_om
    except ImportError:
        print("python3-sarif-python-om is not installed: the SARIF is checked by its structure")
        return
    assert read_sarif(sarif_om, "SarifLog", log).runs[0].results


def check_trace(trace):
    flows, depth = {}, {}
    for event in trace["traceEvents"]:
        assert event["ph"] in "MXsfi" and isinstance(event["pid"], int), event
        if event["ph"] == "M":
            continue
        assert event["ts"] >= 0
        if event["ph"] == "X":
            thread = (event["pid"], event["tid"])
            assert event["ts"] >= depth.get(thread, 0), "slices of a thread overlap"
            depth[thread] = event["ts"] + event["dur"]
        if event["ph"] in "sf":
            flows.setdefault(event["id"], []).append(event)
        if event["ph"] == "i":
            assert event["s"] == "t"
    assert flows
    for begin, end in flows.values():
        assert begin["ph"] == "s" and end["ph"] == "f" and begin["ts"] <= end["ts"]


def check_github(text):
    for line in text.rstrip("\n").split("\n"):
        assert re.fullmatch(r"::(error|warning) ((file|line|title)=[^,:]*,?)+::.*", line), line
    assert text.count("\n") == 12


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        folder = pathlib.Path(folder)
        check_html((folder / "hostile.html").read_text(), 11)
        check_html((folder / "campaign.html").read_text(), 1)
        check_junit(folder / "hostile.xml")
        log = json.loads((folder / "hostile.sarif").read_text())
        check_sarif(log)
        check_sarif_model(log)
        check_trace(json.loads((folder / "hostile.json").read_text()))
        records = [json.loads(line) for line in (folder / "hostile.jsonl").open()]
        assert [r["record"] for r in records] == ["exploration"] + ["failure"] * 10 + [
            "exploration"
        ]
        check_github((folder / "hostile.github").read_text())


main()
