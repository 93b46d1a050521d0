"""
The two maps in a browser: how much is loaded first, how soon they can be used, how smoothly they move.

    python benchmarks/browser.py                    a table
    python benchmarks/browser.py --json             one object a line
    python benchmarks/browser.py --parcels 20000    the size of the invented plan (default)
    python benchmarks/browser.py --only load        first loads and how soon they answer, or pan

First load: every file that the page asks for until its map stands still, on the reference plan, gzipped, as
both services send them. Interactive: seconds until the page can be used (the public page: its words and its
search stand; the workbench: its verdicts stand, parcels are found, selected and edited) and until the map
stands still besides (``data-map="idle"``), unthrottled and on a slow 4G line (1.6 Mbit/s down, 0.75 up, 150
ms there and back, by `Network.emulateNetworkConditions`). Panning: frames a second that the browser shows
while the mouse drags an invented plan of so many parcels about in circles for some seconds (at most
twelve), the whole plan in view and then zoomed in; ``p95_frame_ms`` and ``longest_frame_ms`` of them;
``moved``, whether pictures of the screen before and amid the drag show the land where the hand took it;
``redrawn_s`` from letting go until the map stands still. "far" drags it to and fro across most of the map,
so that it is drawn anew on the way. The browser draws without a graphics card (SwiftShader), so that it is
the slowest that people have. Each row says on what machine and under what load it was measured. Needs
Chromium and Playwright.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from synthetic import a_synthetic_plan

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

REFERENCE = Path(__file__).parents[1] / "examples" / "demonstration-zone"
IDLE = "html[data-map=idle]"
#: What is there once a page can be used.
USABLE = {"public map": "form.find", "workbench": "html[data-busy=false]"}
#: Kilobytes of a first load, seconds until it answers, frames a second: what we want to keep.
GOALS = {"public map": 400, "workbench": 700, "interactive_s": 3.0, "frames_per_s": 30.0}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
WAIT_MS = 240_000
#: A drag in a circle, of so many steps; where a frame takes long it ends after so many seconds.
STEPS, DRAG_S = 150, 12.0
#: So far right and down the picture is looked at amid a drag, px.
SEEN = (60, 40)
#: Words are seen: style sheets have come.
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
COUNT = """() => {
    window.frames_at = [];
    const next = now => { window.frames_at.push(now); window.counting = requestAnimationFrame(next); };
    window.counting = requestAnimationFrame(next);
}"""
COUNTED = "() => { cancelAnimationFrame(window.counting); return window.frames_at; }"


def main() -> None:
    """Print a row a measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--parcels", type=int, default=20_000, help="of the plan that is panned")
    parser.add_argument("--only", choices=["load", "pan"], help="one half of it")
    asked = parser.parse_args()
    # The services that were started end with this process, also where it is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for row in measured(asked.parcels, asked.only):
        said = {**row, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
        words = "  ".join(f"{key} {value}" for key, value in said.items())
        print(json.dumps(said) if asked.json else words, flush=True)


def measured(parcels: int, only: str | None) -> Iterator[dict[str, Any]]:
    """Both maps of the reference plan, then of an invented one."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        if only != "pan":
            yield from loaded(browser, Path(folder))
        if only != "load":
            plan = Path(folder) / "large"
            bp.write(a_synthetic_plan(parcels), plan)
            for name, open_ in PAGES.items():
                with open_(plan) as link:
                    yield from panned(browser, name, link, parcels)
        browser.close()


def loaded(browser: Any, folder: Path) -> Iterator[dict[str, Any]]:
    """First loads on the reference plan, and how soon each page answers."""
    plan = folder / "reference"
    shutil.copytree(REFERENCE, plan)
    for name, open_ in PAGES.items():
        with open_(plan) as link:
            yield first_load(browser, name, link)
            for line in (None, SLOW_4G):
                yield interactive(browser, name, link, line)


@contextmanager
def served(plan: Path) -> Iterator[str]:
    """The public page of the plan, as the draft of a notice; a link that opens it."""
    data = plan.with_name(f"{plan.name}-data")
    command = ["serve", str(plan), "--data", str(data), "--port", "8791", "--json"]
    with _running(command) as said:
        told = json.loads(said)
        _listens(*urlsplit(told["listens"]).netloc.split(":"))
        yield str(told["notice"]["address"])


def _listens(host: str, port: str) -> None:
    """Wait until somebody listens there: the service says where it will, and starts its workers then."""
    end = time.monotonic() + WAIT_MS / 1000
    while True:
        try:
            socket.create_connection((host, int(port)), 5).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def edited(plan: Path) -> Iterator[str]:
    """The workbench on the plan; its link."""
    with _running(["edit", str(plan), "--no-browser", "--json"]) as said:
        yield str(json.loads(said)["url"])


PAGES = {"public map": served, "workbench": edited}


@contextmanager
def _running(command: Sequence[str]) -> Iterator[str]:
    """A process of ours that says in one line of JSON where it is."""
    program = str(Path(sys.executable).with_name("blockplan"))
    process = subprocess.Popen(
        [program, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "BLOCKPLAN_WORKERS": "1"}, start_new_session=True,
    )  # fmt: skip
    try:
        yield _document(process)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def _document(process: subprocess.Popen[str]) -> str:
    """What a process says first: one line, or lines until they are a document."""
    text = ""
    for line in process.stdout or ():
        text += line
        try:
            json.loads(text)
        except ValueError:
            continue
        return text
    raise SystemExit("The service did not start.")


@contextmanager
def opened(browser: Any, link: str) -> Iterator[Any]:
    """A tab of a fresh profile that may enter by the link."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    entry = context.new_page()
    entry.set_default_timeout(WAIT_MS)
    entry.goto(link, wait_until="commit")
    inside = entry.url
    entry.close()
    tab = context.new_page()
    tab.set_default_timeout(WAIT_MS)
    tab.inside = inside
    try:
        yield tab
    finally:
        context.close()


def first_load(browser: Any, name: str, link: str) -> dict[str, Any]:
    """Gzipped kilobytes until the map stands still: the program, and the plan."""
    with opened(browser, link) as tab:
        answers: dict[str, Any] = {}

        def heard(answer: Any) -> None:  # what the map's worker asks for once more is in the browser's cache
            answers.setdefault(answer.url, answer)

        tab.on("response", heard)
        tab.goto(tab.inside)
        tab.wait_for_selector(IDLE)
        sizes = {"program": 0, "plan": 0}
        for answer in list(answers.values()):
            if urlsplit(answer.url).scheme in {"blob", "data"} or not answer.ok:
                continue
            kind = "plan" if "json" in answer.headers.get("content-type", "") else "program"
            sizes[kind] += len(gzip.compress(answer.body(), 6))
    total = round(sum(sizes.values()) / 1000)
    return {
        "measure": "first load", "page": name, "requests": len(answers),
        "program_kb": round(sizes["program"] / 1000), "plan_kb": round(sizes["plan"] / 1000),
        "all_kb": total, "goal_kb": GOALS[name], "kept": total <= GOALS[name],
    }  # fmt: skip


def interactive(browser: Any, name: str, link: str, line: dict[str, Any] | None) -> dict[str, Any]:
    """Seconds until the page can be used, and until its map stands."""
    with opened(browser, link) as tab:
        session = tab.context.new_cdp_session(tab)
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")  # the way in has loaded some of it
        if line is not None:
            session.send("Network.emulateNetworkConditions", line)
        began = time.perf_counter()
        tab.goto(tab.inside, wait_until="commit")
        tab.wait_for_selector(USABLE[name], state="attached")
        while not tab.evaluate(PAINTED):  # the page's policy lets nothing else wait inside it
            tab.wait_for_timeout(20)
        usable = time.perf_counter() - began
        tab.wait_for_selector(IDLE)
        idle = time.perf_counter() - began
    return {
        "measure": "interactive", "page": name, "line": "slow 4G" if line else "loopback",
        "usable_s": round(usable, 2), "map_s": round(idle, 2), "goal_s": GOALS["interactive_s"],
        "kept": usable <= GOALS["interactive_s"],
    }  # fmt: skip


def panned(browser: Any, name: str, link: str, parcels: int) -> Iterator[dict[str, Any]]:
    """Frames a second while the map is dragged about: all of it in view, then a neighbourhood."""
    drawn = math.ceil(math.sqrt(parcels)) ** 2
    with opened(browser, link) as tab:
        began = time.perf_counter()
        tab.goto(tab.inside)
        tab.wait_for_selector(IDLE)
        ready = time.perf_counter() - began
        canvas = tab.locator("canvas.maplibregl-canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        far = min(box["width"], box["height"]) / 4
        ways = {
            "whole plan": (0, _circle(far)),
            "neighbourhood": (3, _circle(far)),
            "far": (0, _across(box["width"] * 0.4)),
        }
        for view, (zooms, way) in ways.items():
            tab.mouse.move(*middle)
            for _ in range(zooms):
                tab.mouse.wheel(0, -600)
                tab.wait_for_timeout(400)
            tab.wait_for_timeout(1000)
            tab.wait_for_selector(IDLE)
            frames, moved, redrawn = _dragged(tab, middle, way)
            rate = 1000 / float(frames.mean())
            yield {
                "measure": "panning", "page": name, "parcels": drawn, "view": view,
                "ready_s": round(ready, 2), "frames_per_s": round(rate, 1),
                "p95_frame_ms": round(float(np.percentile(frames, 95)), 1),
                "longest_frame_ms": round(float(frames.max()), 1),
                "moved": moved, "redrawn_s": round(redrawn, 2),
                "goal_frames_per_s": GOALS["frames_per_s"], "kept": moved and rate >= GOALS["frames_per_s"],
            }  # fmt: skip


def _circle(far: float) -> list[tuple[float, float]]:
    """Steps away from where a drag begins: a circle that comes back, px."""
    turns = [2 * math.pi * step / STEPS for step in range(STEPS)]
    return [(far * math.sin(turn), far * (math.cos(turn) - 1)) for turn in turns]


def _across(far: float) -> list[tuple[float, float]]:
    """To the right, to the left by twice as much, and back."""
    return [(far * math.sin(2 * math.pi * step / STEPS), 0.0) for step in range(STEPS)]


def _dragged(
    tab: Any, middle: tuple[float, float], way: list[tuple[float, float]]
) -> tuple[npt.NDArray[np.float64], bool, float]:
    """How long each frame was shown amid a drag, ms; whether the picture moved; s until it was redrawn."""
    x, y = middle
    before = _around(tab, middle)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + SEEN[0], y + SEEN[1], steps=4)
    moved = _is_moved(before, _around(tab, middle), SEEN)
    tab.evaluate(COUNT)
    end = time.monotonic() + DRAG_S
    for right, down in way:
        tab.mouse.move(x + right, y + down)
        if time.monotonic() > end:
            break
    at: list[float] = tab.evaluate(COUNTED)
    began = time.monotonic()
    tab.mouse.up()
    tab.wait_for_selector(IDLE)
    return np.diff(at), moved, time.monotonic() - began


def _around(tab: Any, middle: tuple[float, float]) -> npt.NDArray[np.float64]:
    """What the screen shows in the middle of the map, grey."""
    (x, y), half = middle, 120
    area = {"x": x - half, "y": y - half, "width": 2 * half, "height": 2 * half}
    return np.asarray(Image.open(io.BytesIO(tab.screenshot(clip=area))).convert("L"), dtype=float)


def _is_moved(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], by: tuple[int, int]) -> bool:
    """The second picture shows the first one so many pixels further right and down, and not where it was."""
    right, down = by
    high, wide = before.shape
    there = np.abs(after[down:, right:] - before[: high - down, : wide - right]).mean()
    return bool(there < np.abs(after - before).mean() / 2)


if __name__ == "__main__":
    main()
