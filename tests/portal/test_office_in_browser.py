"""
The office in a browser: the whole way of a notice without a script, from an empty folder to a record that
the verifier of the command line holds, and every page of it in three languages.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.browser import invalid, violations, wider_than_the_screen
from tests.portal.office_world import Office, Person
from tests.portal.staff import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
#: Pages for everybody that show something once a response is published.
PUBLIC = ("response/", "opinions/", "opinions/O-1/", "mail/")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"), chromium)
    try:
        made.open_town()
        made.publish_town()
        made.begin_next()
        made.news = made.ask_for_news()
        yield made
    finally:
        made.stop()


def test_a_notice_goes_the_whole_way_without_a_script(office: Office) -> None:
    assert "published" in office.planner.go("notices/town/")
    with office.approver.tab.expect_download() as waiting:
        office.approver.go("notices/town/record/")
        office.approver.tab.get_by_role("link", name="Take the archive").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(office.folder / "archive")
    program = str(Path(sys.executable).with_name("blockplan"))
    done = subprocess.run(
        [program, "notice", "verify", str(office.folder / "archive" / "town")], capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def eyes_of(office: Office) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Pages below the language, and the session of those who see them."""
    half, new = Person(office.service, office.chromium), Person(office.service, office.chromium)
    office.newcomers += 1
    new.begin(office.link("approver"), f"Newcomer-{office.newcomers}")
    half.go("sign-in/")
    half.fill("Sign in", login="wang", password=PASSWORD)
    for eyes, person in {"planner": office.planner, "admin": office.admin, "half": half, "new": new}.items():
        yield [path for _, path in office.visits(eyes)], {"storage_state": person.context.storage_state()}
    public = [*(f"/notices/town/{page}" for page in PUBLIC), office.news]
    yield [*(path for _, path in office.visits("nobody")), *public], {}


def in_language(page: str, lang: str) -> str:
    """An address in a language; the identity service knows one alone."""
    return page if page.startswith("/office/openid/") else f"/{lang}{page}"


@pytest.mark.parametrize(("lang", "width"), [("en", 360), ("zh", 1280), ("ja", 360)])
def test_axe_finds_nothing_on_any_page_and_nobody_scrolls_sideways(
    office: Office, chromium: Any, lang: str, width: int
) -> None:
    found, wide = [], []
    for pages, session in eyes_of(office):
        with office.service.tab(chromium, width=width, locale=lang, **session) as tab:
            for page in pages:
                answer = tab.goto(office.service.url(in_language(page, lang)))
                assert answer.status == 200, f"{page} is no page that these eyes can see"
                found += violations(tab)
                wide += [page] if wider_than_the_screen(tab) else []
    assert found == []
    assert wide == []


def test_the_pages_are_valid_html(office: Office, tmp_path: Path) -> None:
    sources = {}
    for pages, session in eyes_of(office):
        context = office.chromium.new_context(locale="en", **session)
        for page in pages:
            sources[page] = context.request.get(office.service.url(in_language(page, "en"))).text()
        context.close()
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
