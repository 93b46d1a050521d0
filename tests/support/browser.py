"""
Pages of the running service in a browser: fixtures for tests that are marked ``browser``.

A test module takes what it needs by name::

    from tests.support.browser import served  # noqa: F401 (a fixture)

    pytestmark = pytest.mark.browser

    def test_the_list_is_a_page(served, chromium):
        with served.tab(chromium, width=360) as tab:
            tab.goto(served.url("/en/"))
            assert violations(tab) == []

`served` is the demonstration, in a process, a data folder and a database of its own, shared by the tests of
a module; `chromium` stands in the conftest of all tests.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.portal_service import free_port
from tests.support.warm import forked_alone

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REPO = Path(__file__).parents[2]
MODULES = REPO / "frontend" / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
CHECKER = MODULES / ".bin" / "html-validate"
STYLES = MODULES / ".bin" / "gl-style-validate"
RULES = REPO / "tests" / "portal" / "html-validate.json"
#: What a driver says of its own speed where maps are drawn without a graphics card; no page can help it.
OF_DRIVER = "GL Driver Message (OpenGL, Performance"
WIDTHS = (360, 1280)
#: A service that makes its demonstration takes a few seconds; machines that test are busy.
UP_S = 60.0
#: How long a page may take to load, or to show what a test waits for.
PATIENCE_MS = 90_000
#: What axe does; it describes only what was found against a page.
#: A page that is drawn again while axe reads it is read again: an element that is gone stands in no page.
RUN = """(async () => {
  for (let left = 3; ; left -= 1) {
    let drawn = false;
    const watch = new MutationObserver(() => { drawn = true; });
    watch.observe(document, {childList: true, subtree: true});
    const all = await axe.run({resultTypes: ["violations", "incomplete"]});
    const again = drawn || watch.takeRecords().length > 0;
    watch.disconnect();
    const found = [all.violations, all.incomplete];
    if (!found.flat().length || !again || !left) return JSON.stringify(found);
  }
})()"""


class Coarse:
    """
    A browser in which maps take two CSS pixels each way for one of theirs, as on no device that people have.

    Without a graphics card drawing them is most of what a page costs. The page around them is drawn as it is,
    and `sharp` is the browser for tests that look at single pixels of a map.
    """

    SCRIPT = "Object.defineProperty(window, 'devicePixelRatio', { get: () => 0.5 })"

    def __init__(self, browser: Any) -> None:
        self.sharp = browser

    def new_context(self, **more: Any) -> Any:
        context = self.sharp.new_context(**more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(self.SCRIPT)
        return context

    def new_page(self, **more: Any) -> Any:
        tab = self.sharp.new_page(**more)
        tab.set_default_timeout(PATIENCE_MS)
        tab.add_init_script(self.SCRIPT)
        return tab


class Service:
    """``blockplan serve`` in a process of its own, on a free port; `url` gives addresses."""

    def __init__(
        self,
        folder: Path,
        *,
        demo: bool = True,
        plan: Path | None = None,
        scenario: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.data = folder
        self.port = free_port()
        self._log = (folder.parent / f"{folder.name}.log").open("wb")
        words = ["serve", "--data", str(folder), "--port", str(self.port)]
        words += (["--demo"] if demo else []) + ([str(plan)] if plan else [])
        words += ["--scenario", scenario] if scenario else []
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("BLOCKPLAN_")}
        inherited |= _database(self.port)
        started = time.monotonic()
        environ = inherited | {"BLOCKPLAN_WORKERS": "1"} | dict(more or {})
        # What is told more may be for Python itself, which a warm process has begun with already.
        self.process = (
            subprocess.Popen(
                [str(Path(sys.executable).with_name("blockplan")), *words],
                env=environ, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True,
            )
            if more
            else forked_alone(*words, environ=environ, log=self._log)
        )  # fmt: skip
        self._wait()
        #: Seconds until the first page was there.
        self.up_s = time.monotonic() - started

    def url(self, path: str = "/") -> str:
        """The address of a page."""
        return f"http://localhost:{self.port}{path}"

    def log(self) -> str:
        """What the process said so far."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the process and those it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(20)
        self._log.close()

    @contextmanager
    def tab(self, chromium: Any, *, width: int = 1280, **more: Any) -> Iterator[Any]:
        """A page of a fresh browser profile; whatever the browser complains about fails the test."""
        context = chromium.new_context(viewport={"width": width, "height": 900}, **more)
        tab = context.new_page()
        said: list[str] = []
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        try:
            yield tab
        finally:
            context.close()
        said = [line for line in said if OF_DRIVER not in line]
        assert said == [], said

    def _wait(self) -> None:
        end = time.monotonic() + UP_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url("/en/"), timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the service did not come up; its log is {self._log.name}")


def _database(port: int) -> dict[str, str]:
    """Where tests run on PostgreSQL: a database of the service's own in their cluster."""
    url = os.environ.get("BLOCKPLAN_DATABASE")
    if url is None:
        return {}
    import psycopg

    name = f"served_{port}"
    server, _, _ = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {"BLOCKPLAN_DATABASE": f"{server}/{name}"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demonstration on a free port, for the tests of a module."""
    service = Service(tmp_path_factory.mktemp("served") / "data")
    yield service
    service.stop()


def violations(tab: Any) -> list[str]:
    """
    What axe-core finds against the page as it is shown now: rule, how grave, and where.

    What axe could not decide is listed too: somebody must look at it. What a bar at the lower edge hides is
    undecided, so a page with one is looked at on a screen that shows all of it.
    """
    _needs(AXE)
    if tab.locator(BARS).count():
        size = tab.viewport_size
        tab.set_viewport_size({**size, "height": 6000})
        standing(tab)
        try:
            return _violations(tab)
        finally:
            tab.set_viewport_size(size)
            standing(tab)
    return _violations(tab)


def _violations(tab: Any) -> list[str]:
    # Over the protocol of the browser, so that the page's own policy of scripts stays in force.
    session = tab.context.new_cdp_session(tab)
    tree = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    # The same world each time, so that axe is read once where a page is looked at in two widths.
    world = session.send("Page.createIsolatedWorld", {"frameId": tree, "worldName": "axe"})
    inside = {"contextId": world["executionContextId"], "returnByValue": True}
    known = session.send("Runtime.evaluate", {"expression": "typeof axe", **inside})
    if known["result"]["value"] == "undefined":
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8") + ";0", **inside})
    found = session.send("Runtime.evaluate", {"expression": RUN, "awaitPromise": True, **inside})
    session.detach()
    groups = json.loads(found["result"]["value"])
    return [
        f"{tab.url} {rule['id']} ({rule['impact']}): {rule['help']}: {node['target']} {node['html'][:200]}"
        for group in groups
        for rule in group
        for node in rule["nodes"]
    ]


#: Bars that stay at the lower edge of the screen.
BARS = ".here > .actions, .opinion > .buttons"
#: Words of letters in tables and headings that begin on one line and end on another.
#: Codes and long listings may.
CUT_WORDS = """() => {
  const cut = [], range = document.createRange();
  for (const cell of document.querySelectorAll("td, th, h1, h2, h3, dt")) {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node.parentElement.closest("code, .long") || !node.parentElement.checkVisibility()) continue;
      for (const word of node.data.matchAll(/[A-Za-z]{3,}/g)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (lines.size > 1) cut.push(word[0]);
      }
    }
  }
  return cut;
}"""


#: Lines of a paragraph, a cell or a label that begin with a mark between two things, with what is before it.
LED_LINES = r"""() => {
  const led = [], range = document.createRange();
  const inline = (one) => /^(inline|contents)$/.test(getComputedStyle(one).display);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let box = null, held = null, before = "";
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    let parent = node.parentElement;
    if (parent.closest("script, style, svg, option, textarea") || !parent.checkVisibility()) continue;
    while (parent && inline(parent)) parent = parent.parentElement;
    for (const found of node.data.matchAll(/\S/g)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + 1);
      const [here] = range.getClientRects();
      if (!here?.width) continue;
      const leads = held === parent && here.top >= box.bottom - 2;
      if (leads && /[·・|、，；]/.test(found[0])) led.push(before + found[0]);
      [box, held, before] = [here, parent, (before + found[0]).slice(-12)];
    }
  }
  return led;
}"""


def faults_of(tab: Any, by_axe: Sequence[int] = WIDTHS) -> list[str]:
    """
    What is against the page on a phone and a desk: by axe, to be scrolled sideways, words cut in two, lines
    that begin with a mark between two things.
    """
    found = []
    # What columns of their own scroll out of sight axe cannot decide about: a screen that shows all of it.
    high = 5200 if tab.locator(".inbox").count() else 900
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": high})
        standing(tab)
        if width in by_axe:
            found += [f"{width} px: {fault}" for fault in violations(tab)]
        if beyond := wider_than_the_screen(tab):
            found.append(f"{width} px: {tab.url} sticks out by {beyond} px")
        found += [f"{width} px: {tab.url} cuts {word} in two" for word in tab.evaluate(CUT_WORDS)]
        found += [f"{width} px: {tab.url} begins a line: {one}" for one in tab.evaluate(LED_LINES)]
    return found


def in_turn(number: int, lang: str) -> Sequence[int]:
    """
    The widths at which axe looks at a page in a language: at each width once, in languages that take turns.

    What it finds hangs on the elements of a page and on the width; the words are looked at in every language.
    """
    turn = (number + LANGUAGES.index(lang)) % len(LANGUAGES)
    return WIDTHS[turn : turn + 1]


#: Whether the map of a page, where it has one, stands still in its size on the page, to a pixel of `Coarse`.
STANDS = """() => {
    const island = document.querySelector(".island");
    const [map, drawn] = [".maplibregl-map", ".maplibregl-canvas"].map((one) => island?.querySelector(one));
    return !island || (document.documentElement.dataset.map === "idle"
        && ["clientWidth", "clientHeight"].every((one) => Math.abs(drawn?.[one] - map[one]) < 2));
}"""


def standing(tab: Any) -> None:
    """Wait until the map has its new size: before that, it lies over the words beside it."""
    end = time.monotonic() + 60
    while not tab.evaluate(STANDS):
        assert time.monotonic() < end, f"the map of {tab.url} does not come to rest"
        tab.wait_for_timeout(50)


def invalid(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What html-validate finds against the source of pages, by their names."""
    _needs(CHECKER)
    for number, (name, source) in enumerate(pages.items()):
        text = source.replace("<!DOCTYPE html>", f"<!DOCTYPE html>\n<!-- {name} -->", 1)
        (folder / f"{number:03}.html").write_text(text, encoding="utf-8")
    told = folder / "told.json"
    command = [str(CHECKER), "--config", str(RULES), "--formatter", f"json={told}", str(folder)]
    subprocess.run(command, capture_output=True, check=False)
    names = list(pages)
    return [
        f"{names[int(Path(file['filePath']).stem)]}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for file in json.loads(told.read_text(encoding="utf-8"))
        for fault in file["messages"]
    ]


def style_faults(tab: Any) -> list[str]:
    """What MapLibre's validator of styles finds against that of the page's map as it is drawn now."""
    _needs(STYLES)
    style = json.dumps(tab.evaluate("__map.getStyle()"))
    told = subprocess.run([str(STYLES)], input=style, capture_output=True, text=True, check=False)
    assert told.returncode in {0, 1}, told.stderr
    return told.stdout.splitlines()


def wider_than_the_screen(tab: Any) -> int:
    """Pixels that a page sticks out to the side; 0 where nobody has to scroll sideways."""
    return int(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def _needs(path: Path) -> None:
    if not path.exists():
        pytest.skip("needs the tools of the pages: make frontend-tools")
