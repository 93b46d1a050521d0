"""
The demonstration the whole way, as people go it: visited, commented on, lengthened, closed, verified.

Residents with and without JavaScript, by the keyboard alone and by program; the office without
JavaScript; at the end the published record is verified against every receipt that somebody took along.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from tests.portal.moved_clock import MovedClock
from tests.support.browser import Service
from tests.support.staff import PASSWORD, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.whole_way]

KEY = re.compile(r"\b[A-Z2-7]{32}\b")
JOIN = re.compile(r"http://localhost:\d+(?:/en)?/office/join/[\w-]+/?")
OPINION = "/en/notices/demo/opinion/"
OFFICE = "/en/office/notices/demo/"


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(tmp_path)


@pytest.fixture
def service(tmp_path: Path, clock: MovedClock) -> Iterator[Service]:
    made = Service(tmp_path / "data", more=clock.environment)
    yield made
    made.stop()


def test_a_notice_goes_the_whole_way_and_every_receipt_holds(
    service: Service, clock: MovedClock, chromium: Any, tmp_path: Path
) -> None:
    receipts = [
        written(service, chromium, tmp_path / "still.json", script=False),
        written(service, chromium, tmp_path / "script.json", script=True),
        typed(service, chromium, tmp_path / "keyboard.json"),
        sent(service, tmp_path / "program.json"),
    ]
    # Shown work stands in the register at once; what came without it waits for a clerk.
    register = page(service, "/en/notices/demo/opinions/")
    assert "Written with a script." in register
    assert "Typed on the keyboard." in register
    assert "Written without a script." not in register

    planner = staff(service, chromium)
    last = lengthened(service, planner)
    assert f"{last.day} {last:%B %Y}" in page(service, "/en/notices/demo/")
    assert "runs until" in refused(service, planner, "close")
    clock.move(days=40)
    acted(service, planner, "close")
    assert "opinions being considered" in page(service, "/en/notices/demo/")
    late = sent(service, tmp_path / "late.json")
    assert json.loads(late.read_text())["body"]["late"] is True
    assert all(json.loads(one.read_text())["body"]["late"] is False for one in receipts)

    clock.move(days=40, hours=1)
    found = verified(service, tmp_path, [*receipts, late])
    assert found.returncode == 0, found.stdout + found.stderr


def written(service: Service, chromium: Any, file: Path, *, script: bool) -> Path:
    """A resident writes about a park, looks it through, sends it and takes the receipt along."""
    with service.tab(chromium, width=360, java_script_enabled=script) as tab:
        tab.goto(service.url("/en/notices/demo/plan/?q=park"))
        pressed(tab, "main ol a, main ul.found a, main li a >> nth=0")
        tab.goto(service.url(OPINION))
        tab.fill("#text", f"Written {'with' if script else 'without'} a script.")
        pressed(tab, "button.main")
        pressed(tab, "button[value=send]")
        tab.wait_for_selector("button[value=receipt_json]")
        return taken(tab, file)


def typed(service: Service, chromium: Any, file: Path) -> Path:
    """The same by the keyboard alone, from the front page on."""
    with service.tab(chromium) as tab:
        tab.goto(service.url("/en/"))
        for place in ('a[href="/en/notices/demo/"]', 'a[href*="demo/opinion/"]'):
            entering(tab, place)
        walk_to(tab, "#text")
        tab.keyboard.type("Typed on the keyboard.")
        for place in ("button.main[value=check]", "button[value=send]"):
            entering(tab, place)
        walk_to(tab, "button[value=receipt_json]")
        return taken(tab, file, key=True)


def pressed(tab: Any, place: str) -> None:
    """Click and wait for the page that comes of it, whole."""
    with tab.expect_navigation():
        tab.click(place)


def entering(tab: Any, place: str) -> None:
    walk_to(tab, place)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def walk_to(tab: Any, place: str) -> None:
    """Press Tab until the focus is there; what cannot be reached so fails the test."""
    for _ in range(200):
        tab.keyboard.press("Tab")
        if tab.evaluate("place => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"the keyboard does not reach {place} on {tab.url}")


def taken(tab: Any, file: Path, *, key: bool = False) -> Path:
    with tab.expect_download() as download:
        if key:
            tab.keyboard.press("Enter")
        else:
            tab.click("button[value=receipt_json]")
    download.value.save_as(file)
    return file


def sent(service: Service, file: Path) -> Path:
    """By program, without proof of work."""
    request = urllib.request.Request(
        service.url("/api/v1/notices/demo/opinions"),
        json.dumps({"text": "Sent by program.", "language": "en"}).encode(),
        {"Content-Type": "application/json", "Idempotency-Key": f"key-of-{file.stem}-0123456789"},
    )
    with urllib.request.urlopen(request) as answer:
        file.write_text(json.dumps(json.load(answer)["receipt"]))
    return file


def staff(service: Service, chromium: Any) -> Any:
    """The administrator comes by the setup link and invites a planner; gives back the planner's page."""
    with service.tab(chromium, java_script_enabled=False) as tab:
        joined(tab, JOIN.search(service.log())[0], "Administrator A", "admin")  # type: ignore[index]
        tab.goto(service.url("/en/office/staff/"))
        tab.check("[value=clerk]")
        tab.check("[value=planner]")
        pressed(tab, "main button:text('Make an invitation link')")
        link = JOIN.search(tab.content())[0]  # type: ignore[index]
    planner = chromium.new_context(java_script_enabled=False).new_page()
    joined(planner, link, "Planner B", "planner")
    return planner


def joined(tab: Any, link: str, name: str, login: str) -> None:
    tab.goto(link)
    for field, value in (("name", name), ("login", login), ("password1", PASSWORD), ("password2", PASSWORD)):
        tab.fill(f"#id_{field}", value)
    pressed(tab, "main button:text('Make your account')")
    tab.fill("[name=login]", login)
    tab.fill("[name=password]", PASSWORD)
    pressed(tab, "main button:text('Sign in')")
    secret = KEY.search(tab.content())
    assert secret is not None, tab.url
    tab.fill("[name=code]", code_of(secret[0]))
    pressed(tab, "main button:text('Go on')")
    assert "Recovery codes" in tab.inner_text("main")


def lengthened(service: Service, planner: Any) -> dt.date:
    """The planner lengthens the period by a week."""
    now = json.loads(page(service, "/api/v1/notices/demo"))["period"]["submission"]["last"]
    last = dt.date.fromisoformat(now) + dt.timedelta(days=7)
    acted(service, planner, "extend", reason="More time was asked for.", last=last.isoformat())
    return last


def acted(service: Service, planner: Any, act: str, **said: str) -> None:
    answer = entered(service, planner, act, **said)
    assert planner.url.rstrip("/").endswith("/notices/demo"), answer


def refused(service: Service, planner: Any, act: str) -> str:
    answer = entered(service, planner, act)
    assert planner.url.rstrip("/").endswith(act)
    return answer


def entered(service: Service, planner: Any, act: str, **said: str) -> str:
    planner.goto(service.url(f"{OFFICE}{act}/"))
    for field, value in said.items():
        planner.fill(f"[name={field}]", value)
    planner.check("[name=sure]")
    pressed(planner, "main form.act button")
    return str(planner.inner_text("main"))


def page(service: Service, path: str) -> str:
    with urllib.request.urlopen(service.url(path)) as answer:
        return str(answer.read().decode())


def verified(service: Service, folder: Path, receipts: list[Path]) -> subprocess.CompletedProcess[str]:
    """The public record, unpacked and verified by the command line against the receipts."""
    file = folder / "record.zip"
    with urllib.request.urlopen(service.url("/files/demo/record.zip")) as answer:
        file.write_bytes(answer.read())
    with ZipFile(file) as packed:
        packed.extractall(folder / "record")
    manifest = next((folder / "record").rglob("manifest.json"))
    program = Path(sys.executable).with_name("blockplan")
    held = [part for one in receipts for part in ("--receipt", str(one))]
    return subprocess.run(
        [str(program), "notice", "verify", str(manifest.parent), *held], capture_output=True, text=True
    )
