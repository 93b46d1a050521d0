"""
The story of a plan, with the real parts throughout: an office's folder is dropped on the workbench, a rule
is broken on the map and seen to fail, a repair mends it, the plan goes on notice, a resident speaks about an
area drawn on a phone, the clerk makes a scenario of it, its verdicts stand in the answer, and the published
record holds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.portal.office_world import RELEASE, TEXTS, Office
from tests.support.browser import OF_DRIVER, violations
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.long]
#: What the map says on the high screen that axe looks at.
TALL = "The canvas is larger than maxCanvasSize"
IDLE = "html[data-map=idle]"
WAIT_MS = 60_000
FOLDER = Path(__file__).parents[2] / "examples" / "office-town" / "shapefiles"
HOME, HEIGHT = "02-01-01", "gb50180-height"
WORDS = "この区画の建物は高すぎます。低くしてください。"


class Watched:
    """A tab in which every error, and every request to another host, is held against the story."""

    def __init__(self, chromium: Any, base: str, *, width: int = 1440, **more: Any) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, **more)
        self.context.set_default_timeout(30_000)
        self.tab = self.context.new_page()
        self.wrong: list[str] = []
        self.tab.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.tab.on("console", self._said)
        self.host = urlsplit(base).netloc
        self.tab.on("request", self._asked)

    def _said(self, said: Any) -> None:
        if said.type in {"error", "warning"} and not any(one in said.text for one in (OF_DRIVER, TALL)):
            self.wrong.append(said.text)

    def _asked(self, request: Any) -> None:
        where = urlsplit(request.url)
        if where.scheme not in {"blob", "data"} and where.netloc != self.host:
            self.wrong.append(f"asked another host: {request.url}")

    def look(self) -> None:
        """Axe finds nothing against the page as it stands, on a screen that shows all of it."""
        size = self.tab.viewport_size
        self.tab.set_viewport_size({"width": size["width"], "height": 5200})
        self.wrong += violations(self.tab)
        self.tab.set_viewport_size(size)

    def still(self) -> None:
        self.tab.wait_for_selector("html:not([data-busy=true])", timeout=WAIT_MS)
        self.tab.wait_for_selector(IDLE, timeout=WAIT_MS)


@dataclass
class Story:
    """What there is so far; each test goes on from where the one before it ended."""

    folder: Path
    desk: Service
    #: The workbench in a tab that stays open, and the package that the office's files became.
    bench: Watched
    package: Path | None = None
    office: Office | None = None
    at: str = ""
    #: What the scenario changes, and which verdicts turn, as the answer says it.
    changed: str = ""
    turned: str = ""

    @property
    def receipt(self) -> Path:
        """The resident's receipt."""
        return self.folder / "receipt.json"


@pytest.fixture(scope="module")
def story(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    place = folder / "plans" / "before"
    bp.write(town(packs=["zone"]), place)
    with workbench(place) as desk:
        one = Story(folder, desk, Watched(chromium, desk.base, locale="zh"))
        try:
            yield one
        finally:
            one.bench.context.close()
            if one.office is not None:
                one.office.stop()


@pytest.fixture(scope="module")
def office(story: Story, chromium: Any) -> Office:
    """The office, with the plan as its draft."""
    story.office = Office(story.folder, chromium, story.package, scenario="draft")
    return story.office


def test_1_the_offices_folder_is_dropped_on_the_workbench(story: Story) -> None:
    story.package = story.folder / "plans" / dropped(story.bench, story.desk)
    assert bp.read(story.package).layers["parcels"].index.is_unique
    assert story.bench.wrong == []


def test_2_a_rule_broken_on_the_map_fails_and_a_repair_mends_it(story: Story) -> None:
    broken_and_mended(story.bench, story.desk)
    assert story.bench.wrong == []


def test_3_the_plan_goes_on_notice(story: Story, office: Office) -> None:
    assert story.package is not None
    story.at = f"notices/{bp.read(story.package).manifest.id}/"
    assert "on notice" in opened(office, story.at)


def test_4_a_resident_at_a_phone_speaks_about_an_area_in_japanese(
    story: Story, office: Office, chromium: Any
) -> None:
    assert spoken(office, chromium, story.at, story.receipt) == []
    assert json.loads(story.receipt.read_text())


def test_5_the_clerk_makes_a_scenario_of_it(story: Story) -> None:
    story.changed, story.turned = made_a_scenario(story.bench, story.desk)
    assert story.bench.wrong == []


def test_6_the_answer_says_what_the_scenario_changes_and_is_published(
    story: Story, office: Office, chromium: Any
) -> None:
    answered(office, story.at, story.changed, story.turned)
    assert read_again(office, chromium, story.at, story.turned) == []


def test_7_the_published_record_holds(story: Story, office: Office) -> None:
    code, told = verified(office, story.at, story.receipt)
    assert code == 0, told


def dropped(bench: Watched, desk: Service) -> str:
    """The office's folder is dropped on the window; gives back the name of the package that it became."""
    tab = bench.tab
    tab.goto(f"{desk.base}/workspace?token={desk.token}&lang=zh")
    bench.still()
    # A drop as the system makes it: the page asks for the entries of the folder, file by file.
    session = bench.context.new_cdp_session(tab)
    data = {"items": [], "files": [str(FOLDER)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 400, "data": data})
        tab.wait_for_timeout(200)  # whether the page takes what hovers is known a moment later
    tab.locator(".hint", has_text="条提示").wait_for(timeout=WAIT_MS)
    bench.still()
    bench.look()
    return str(tab.locator(".hint").inner_text().split(" ")[0])


def broken_and_mended(bench: Watched, desk: Service) -> None:
    """A home is made too tall on the map; the rule fails, a repair mends it, and undo would bring it back."""
    tab = bench.tab
    assert outcome(desk, HEIGHT) == "pass"
    chosen_on_the_map(bench, HOME)
    put(bench, HOME, "height_m", "90")
    assert outcome(desk, HEIGHT) == "fail"
    tab.locator(".verdict.fail", has_text="住宅建筑高度").first.wait_for(timeout=WAIT_MS)
    bench.look()
    tab.keyboard.press("Escape")
    tab.locator("body").press("r")
    tab.locator("[data-act=propose]").click()
    tab.wait_for_selector("[data-act=take]", timeout=WAIT_MS)
    bench.look()
    tab.locator("[data-act=take]").click()
    bench.still()
    assert outcome(desk, HEIGHT) == "pass"
    assert desk.ask("/workspace/verify")[1] == {"same": True, "differences": []}
    assert desk.ask("/workspace/save", {})[0] == 200


def outcome(desk: Service, rule: str) -> str:
    return next(
        str(one["outcome"]) for one in desk.ask("/workspace/result")[1]["verdicts"] if one["rule"] == rule
    )


def chosen_on_the_map(bench: Watched, parcel: str) -> None:
    """The search flies to a parcel; a click in the middle of the map takes it up."""
    tab = bench.tab
    hit = tab.locator(".found button", has_text=parcel).first
    for _ in range(20):  # a busy page may be drawn anew between the field and what is put into it
        tab.fill("#search", parcel)
        tab.wait_for_timeout(500)
        if hit.is_visible():
            break
    hit.click()
    bench.still()
    tab.keyboard.press("Escape")
    box = tab.locator(".map canvas").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)


def put(bench: Watched, parcel: str, column: str, value: str) -> None:
    field = bench.tab.locator(f"#i-{parcel}-{column}")
    field.fill(value)
    field.press("Tab")
    bench.still()


def opened(office: Office, at: str) -> str:
    """The plan goes on notice: dates, particulars, what may be shown, a second person, and the opening."""
    for person in (office.planner, office.approver):
        person.context.set_default_timeout(30_000)
    planner, draft = office.planner, at + "draft/"
    planner.send(draft + "dates/", "Keep the dates", first=office.clock.today.isoformat(), publication="live")
    said = {f"{name}_en": f"made-up {name}" for name in TEXTS} | {"email": "plans@example.org"}
    planner.send(draft + "particulars/", "Keep the particulars", **said)
    planner.send(draft + "release/", "Give the answers", **RELEASE)
    office.approver.send(draft + "release/", "Sign")
    return planner.send(draft + "open/", "Open the notice", sure=True)


def spoken(office: Office, chromium: Any, at: str, receipt: Path) -> list[str]:
    """A resident at a phone, in Japanese, draws an area and speaks about it; takes the receipt along."""
    one = Watched(chromium, office.service.url(), width=390, locale="ja", has_touch=True)
    tab = one.tab
    tab.goto(office.service.url(f"/ja/{at}"))
    one.still()
    one.look()
    assert tab.locator(".modes").count() == 1  # the office's files say what is there today
    tab.fill("#find", HOME)
    tab.press("#find", "Enter")
    tab.wait_for_selector("#here .spot", timeout=WAIT_MS)
    one.still()
    tab.locator(".marking button").first.click()
    canvas = tab.locator(".island canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for right, down in ((0.4, 0.35), (0.65, 0.35), (0.65, 0.65), (0.4, 0.65)):
        tab.touchscreen.tap(box["x"] + box["width"] * right, box["y"] + box["height"] * down)
        tab.wait_for_timeout(350)
    tab.wait_for_selector(".marking form", timeout=WAIT_MS)
    one.look()
    tab.locator(".marking form button").click()
    tab.wait_for_selector("#place", timeout=WAIT_MS)
    assert tab.input_value("input[name=place_ok]") == "yes"
    tab.fill("#text", WORDS)
    one.look()
    tab.locator("button[value=check]").click()
    tab.wait_for_selector("#send")
    one.look()
    tab.locator("#send button[value=send]").click()
    tab.wait_for_selector("button[value=receipt_json]", timeout=WAIT_MS)
    one.look()
    with tab.expect_download() as waiting:
        tab.click("button[value=receipt_json]")
    waiting.value.save_as(receipt)
    one.context.close()
    return one.wrong


def made_a_scenario(bench: Watched, desk: Service) -> tuple[str, str]:
    """The clerk lowers the home in a scenario; what it changes, and the verdicts that turn, in Japanese."""
    tab = bench.tab
    tab.goto(f"{desk.base}/workspace?token={desk.token}&lang=ja")
    bench.still()
    tab.locator("#branch").click()
    tab.locator("#branch-name").fill("opinion-1")
    tab.locator("#branch-name").press("Enter")
    bench.still()
    chosen_on_the_map(bench, HOME)
    put(bench, HOME, "height_m", "54")
    tab.keyboard.press("Escape")  # the keyboard is in the next field
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("draft")
    tab.locator(".for-answer summary").click()
    tab.wait_for_selector("#answer-reason", timeout=WAIT_MS)
    bench.look()
    changed, turned = (tab.input_value(f"#answer-{name}") for name in ("changes", "reason"))
    assert changed.startswith(f"parcels:{HOME}:height_m:80"), changed
    assert re.search(r"80.*→.*54", turned), turned
    return changed, turned


def answered(office: Office, at: str, changed: str, turned: str) -> None:
    """The period ends; the clerk answers with the scenario's change and verdicts; two persons publish it."""
    planner = office.planner
    office.clock.move(days=37)
    planner.send(at + "close/", "Close the notice", sure=True)
    planner.send(at + "desk/", "Split into points")
    said = {"kind": "adopted", "reason_ja": f"54 m に下げます。\n{turned}", "changes": changed}
    planner.send(at + "desk/segments/O-1.1/", "Give the answer", **said)
    planner.send(at + "complete/", "All opinions are answered", sure=True)
    planner.send(at + "approve/", "Approve plan and answers", sure=True)
    confirmed(office, at)
    planner.send(at + "publish/", "Publish the consultation report", sure=True)
    confirmed(office, at)


def confirmed(office: Office, at: str) -> None:
    waits = re.search(rf"{at}waiting/\d+/", office.approver.go(at))
    assert waits is not None
    office.approver.send(waits[0], "I have looked, enter it")


def read_again(office: Office, chromium: Any, at: str, turned: str) -> list[str]:
    """The resident reads the answer at the phone: the change, and the verdicts of the scenario."""
    one = Watched(chromium, office.service.url(), width=390, locale="ja")
    one.tab.goto(office.service.url(f"/ja/{at}response/"))
    words = one.tab.inner_text("main")
    for line in turned.splitlines():
        assert line in words
    assert HOME in words
    one.look()
    one.tab.goto(office.service.url(f"/ja/{at}"))
    one.still()
    one.look()
    one.context.close()
    return one.wrong


def verified(office: Office, at: str, receipt: Path) -> tuple[int, str]:
    """What the verifier of the command line says of the archive, with the resident's receipt."""
    with office.approver.tab.expect_download() as waiting:
        office.approver.go(at + "record/")
        office.approver.tab.get_by_role("link", name="Take the archive").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(office.folder / "archive")
    folder = next((office.folder / "archive").iterdir())
    program = str(Path(sys.executable).with_name("blockplan"))
    command = [program, "notice", "verify", str(folder), "--receipt", str(receipt)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
