"""
The office in a browser: the whole way of a notice without a script, from an empty folder to a record that
the verifier of the command line holds, and every page of it in three languages.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from tests.portal.browser import Service, invalid, violations, wider_than_the_screen
from tests.portal.moved_clock import MovedClock
from tests.portal.staff import PASSWORD, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
EXAMPLE = Path(__file__).parents[2] / "examples" / "demonstration-zone"
TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
TEXTS = ("authority", "preparer", "legal_basis", "extent", "purpose", "change", "media", "privacy",
         "place_1_name", "place_1_hours", "no_map_review")  # fmt: skip


RELEASE = {"secrecy_mark": "none", "public_copy": "synthetic", "privacy_seen": "all of it read"}


class Person:
    """Somebody of the office at a browser that runs no scripts."""

    def __init__(self, service: Service, chromium: Any) -> None:
        self.service = service
        self.context = chromium.new_context(
            viewport={"width": 1280, "height": 900}, java_script_enabled=False
        )
        self.tab = self.context.new_page()

    def go(self, path: str) -> str:
        """To a page of the office; gives back its source."""
        self.tab.goto(path if path.startswith("http") else self.service.url(f"/en/office/{path}"))
        return str(self.tab.content())

    def send(self, path: str, button: str, **said: Any) -> str:
        """Fill in the form of a page and send it."""
        self.go(path)
        return self.fill(button, **said)

    def fill(self, button: str, **said: Any) -> str:
        for name, value in said.items():
            field = self.tab.locator(f'main [name="{name}"]').first
            if value is True:
                field.check()
            elif isinstance(value, Path):
                field.set_input_files(str(value))
            elif field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(str(value))
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=button, exact=True).first.click()
        page = str(self.tab.content())
        assert 'class="faults"' not in page, page.partition('class="faults"')[2][:600]
        return page

    def join(self, link: str, name: str) -> None:
        """Make an account by a link, sign in, set up a second factor."""
        self.go(link)
        self.fill("Make your account", name=name, login=name.lower(), password1=PASSWORD, password2=PASSWORD)
        self.fill("Sign in", login=name.lower(), password=PASSWORD)
        page = self.tab.content()
        secret = page.partition('class="secret">')[2].partition("<")[0]
        assert "Recovery codes" in self.fill("Go on", code=code_of(secret))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    clock = MovedClock(folder)
    service = Service(folder / "data", demo=False, more=clock.environment)
    try:
        yield Office(folder, service, clock, chromium)
    finally:
        service.stop()


class Office:
    """An empty service in which the first administrator has invited a planner and an approver."""

    def __init__(self, folder: Path, service: Service, clock: MovedClock, chromium: Any) -> None:
        self.folder, self.chromium, self.service, self.clock = folder, chromium, service, clock
        log = (folder / "data.log").read_text()
        self.admin = Person(self.service, chromium)
        self.admin.join(str(re.search(r"http\S+/join/\S+", log)[0]), "Zhou")  # type: ignore[index]
        self.planner, self.approver = (
            self._invite("Li", "clerk", "planner"),
            self._invite("Wang", "approver", "auditor"),
        )

    def _invite(self, name: str, *roles: str) -> Person:
        self.admin.go("staff/")
        for role in roles:
            self.admin.tab.locator(f'input[value="{role}"]').check()
        link = self.admin.fill("Make an invitation link").partition('class="secret">')[2].partition("<")[0]
        person = Person(self.service, self.chromium)
        person.join(link, name)
        return person

    def second(self) -> None:
        """The approver confirms what waits."""
        page = self.approver.go("notices/town/")
        waits = str(re.search(r"notices/town/waiting/\d+/", page)[0])  # type: ignore[index]
        self.approver.send(waits, "I have looked, enter it")


def a_package(folder: Path) -> Path:
    path = folder / "plan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("plan.toml", "plan.gpkg"):
            packed.write(EXAMPLE / name, name)
    return path


def test_a_notice_goes_the_whole_way_without_a_script(office: Office) -> None:
    planner, approver = office.planner, office.approver
    planner.send("notices/new/", "Go on", id="town", rule="CN cn-art26")
    draft = "notices/town/draft/"
    planner.send(draft + "dates/", "Keep the dates", first=TODAY.isoformat(), publication="after_close_full")
    planner.send(draft + "plan/", "Upload and check", package=a_package(office.folder))
    said = {f"{name}_en": f"made-up {name}" for name in TEXTS} | {"email": "plans@example.org"}
    planner.send(draft + "particulars/", "Keep the particulars", **said)
    planner.send(
        draft + "release/",
        "Give the answers",
        secrecy_mark="none",
        public_copy="synthetic",
        privacy_seen="read",
    )
    approver.send(draft + "release/", "Sign")
    assert "on notice" in planner.send(draft + "open/", "Open the notice", sure=True)
    letter = {"channel": "post", "received_at": TODAY.isoformat(), "text": "More trees. Fewer cars, too."}
    assert (
        "O-2" in planner.send("notices/town/letter/", "Enter a letter", **letter)
        or "O-1" in planner.tab.content()
    )
    later = (TODAY + dt.timedelta(days=35)).isoformat()
    planner.send("notices/town/extend/", "Lengthen the period", last=later, reason="holidays", sure=True)
    office.clock.move(days=37)
    planner.send("notices/town/close/", "Close the notice", sure=True)
    planner.send("notices/town/desk/", "Cut")
    planner.send("notices/town/desk/", "New theme", title="Trees")
    planner.go("notices/town/desk/segments/")
    planner.tab.locator('input[name="segment"]').first.check()
    planner.fill("Sort", theme="T-1")
    answer = {"kind": "noted", "reason_en": "Thank you."}
    planner.send("notices/town/desk/themes/T-1/", "Give the answer", **answer)
    planner.send("notices/town/complete/", "All opinions are answered", sure=True)
    planner.send("notices/town/approve/", "Approve plan and answers", sure=True)
    office.second()
    planner.send("notices/town/publish/", "Publish the response report", sure=True)
    office.second()
    assert "published" in planner.go("notices/town/")
    with approver.tab.expect_download() as waiting:
        approver.go("notices/town/record/")
        approver.tab.get_by_role("link", name="Take the archive").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(office.folder / "archive")
    program = str(Path(sys.executable).with_name("blockplan"))
    done = subprocess.run(
        [program, "notice", "verify", str(office.folder / "archive" / "town")], capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def pages(office: Office) -> list[str]:
    """Every page of the office that can be looked at now, below its language."""
    segment = re.search(r"segments/(O-[\d.]+)/", office.planner.go("notices/town/desk/segments/?show=all"))
    assert segment is not None
    notice = ("", "opinions/", "opinions/O-1/", "record/?verify=1", "desk/", "desk/segments/?show=all",
              f"desk/segments/{segment[1]}/", "desk/themes/T-1/", "waiting/1/", "letter/", "import/",
              "correct/", "extend/", "display/", "step/", "close/", "restart/", "withdraw/", "publish/",
              "opinions/O-1/redact/", "opinions/O-1/erase/")  # fmt: skip
    return [
        "", "account/", "account/password/", "account/sessions/", "account/codes/", "account/factor/remove/",
        "notices/new/", "notices/next/draft/", "notices/next/draft/dates/", "notices/next/draft/plan/",
        "notices/next/draft/particulars/", "notices/next/draft/release/",
        *(f"notices/town/{one}" for one in notice),
    ]  # fmt: skip


@pytest.mark.parametrize(("lang", "width"), [("en", 360), ("zh", 1280), ("ja", 360)])
def test_axe_finds_nothing_on_any_page_and_nobody_scrolls_sideways(
    office: Office, chromium: Any, lang: str, width: int
) -> None:
    if "notices/next/" not in office.planner.go(""):
        office.planner.send("notices/new/", "Go on", id="next", rule="JP jp-art17")
    every = pages(office)
    kept = office.planner.context.storage_state()
    found, wide = [], []
    with office.service.tab(chromium, width=width, storage_state=kept) as tab:
        for page in every:
            tab.goto(office.service.url(f"/{lang}/office/{page}"))
            found += violations(tab)
            wide += [page] if wider_than_the_screen(tab) else []
    with office.service.tab(chromium, width=width, storage_state=office.admin.context.storage_state()) as tab:
        for page in ("staff/", "staff/2/", "acts/"):
            tab.goto(office.service.url(f"/{lang}/office/{page}"))
            found += violations(tab)
            wide += [page] if wider_than_the_screen(tab) else []
    with office.service.tab(chromium, width=width) as tab:
        tab.goto(office.service.url(f"/{lang}/office/sign-in/"))
        found += violations(tab)
    assert found == []
    assert wide == []


def test_the_pages_are_valid_html(office: Office, tmp_path: Path) -> None:
    sources = {page: office.planner.go(page) for page in pages(office)}
    assert invalid(sources, tmp_path) == []


def test_a_planner_begins_a_draft_by_keyboard_alone(office: Office, chromium: Any) -> None:
    state = office.planner.context.storage_state()
    with office.service.tab(chromium, storage_state=state) as tab:
        tab.goto(office.service.url("/en/office/notices/new/"))
        for name, text in (("id", "by-keyboard"), ("rule", "")):
            _tab_to(tab, name)
            tab.keyboard.type(text or "DE")
        _tab_to(tab, None)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/notices/by-keyboard/draft/")
        assert "by-keyboard" in tab.content()


def _tab_to(tab: Any, name: str | None) -> None:
    """Press Tab until a field of that name, or the button of the form, has the focus."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        where = tab.evaluate("[document.activeElement.name || '', document.activeElement.tagName, "
                             "document.activeElement.closest('main form.act') !== null]")  # fmt: skip
        if where[0] == name or (name is None and where[1:] == ["BUTTON", True]):
            return
    raise AssertionError(f"nobody reaches {name or 'the button'} by keyboard")
