"""The workbench of a notice in a browser, where a session ends amid the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.office_world import Office
from tests.support.browser_workbench import IDLE, WAIT_MS, settled, typed_in
from tests.support.town import town

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    bp.write(town(packs=["zone"]), folder / "town")
    one = Office(folder, chromium, folder / "town")
    yield one
    one.stop()


class Desk:
    """The workbench in a tab of somebody who is signed in."""

    def __init__(self, office: Office, person: Any, chromium: Any) -> None:
        self.session = person.context.storage_state()
        self.context = chromium.new_context(
            viewport={"width": 1440, "height": 900}, storage_state=self.session
        )
        self.tab = self.context.new_page()
        plan = bp.read(office.folder / "town").manifest.id
        self.tab.goto(office.service.url(f"/en/office/notices/{plan}/workbench/"))
        self.tab.wait_for_selector(IDLE, timeout=WAIT_MS)

    def chosen(self, parcel: str) -> None:
        self.tab.keyboard.press("/")
        self.tab.keyboard.type(parcel)
        self.tab.keyboard.press("Enter")
        self.tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)
        settled(self.tab)

    def signed_out(self) -> None:
        self.context.clear_cookies(name="__Host-session")

    def signed_in_as(self, person: Any) -> None:
        """As signing in does in another tab: another session, and another token for forms."""
        self.context.clear_cookies()
        self.context.add_cookies([one for one in person.context.cookies() if one["name"] == "__Host-session"])

    def residents(self, parcel: str) -> Any:
        """What the service has of a parcel."""
        rows = self.tab.evaluate("fetch('workspace/layers?only=parcels').then(answer => answer.json())")
        found = {one["id"]: one["properties"] for one in rows["layers"]["parcels"]["features"]}
        return found[parcel].get("residents")


def test_edits_after_a_session_ended_are_held_and_made_once_the_planner_has_signed_in(
    office: Office, chromium: Any
) -> None:
    desk = Desk(office, office.planner, chromium)
    tab = desk.tab
    desk.chosen("A")
    desk.signed_out()
    typed_in(tab, "#i-A-residents", "321")
    typed_in(tab, "#i-A-dwellings", "123")
    said = tab.locator(".hint.error")
    assert "You are signed out." in said.inner_text()
    assert "2 edits are held" in said.inner_text()
    assert said.locator("a").get_attribute("href") == tab.url
    assert "signed out" in tab.locator(".foot .saved").inner_text()
    desk.signed_in_as(office.planner)
    tab.locator(".foot .saved").filter(has_text="Saved").wait_for(timeout=WAIT_MS)
    settled(tab)
    assert desk.residents("A") == 321
    assert tab.locator("#i-A-dwellings").input_value() == "123"
    # The page goes on, also with what only a form's token allows.
    typed_in(tab, "#i-A-residents", "322")
    assert desk.residents("A") == 322
    desk.context.close()


def test_a_report_after_a_session_ended_is_no_page_to_sign_in(office: Office, chromium: Any) -> None:
    desk = Desk(office, office.planner, chromium)
    tab, kept = desk.tab, []
    tab.on("download", lambda file: kept.append(file.suggested_filename))
    desk.signed_out()
    tab.locator(".menu summary").click()
    tab.locator(".menu a").first.click()
    tab.locator(".hint.error").filter(has_text="You are signed out.").wait_for(timeout=WAIT_MS)
    assert kept == []
    desk.signed_in_as(office.planner)
    with tab.expect_download() as report:
        tab.locator(".menu a").first.click()
    assert report.value.suggested_filename.endswith(".html")
    assert "verdict" in Path(report.value.path()).read_text(encoding="utf-8")
    desk.context.close()


def test_edits_that_somebody_held_are_not_made_by_whoever_signs_in_next_unasked(
    office: Office, chromium: Any
) -> None:
    desk = Desk(office, office.planner, chromium)
    tab = desk.tab
    desk.chosen("D")
    desk.signed_out()
    typed_in(tab, "#i-D-residents", "77")
    desk.signed_in_as(office.invited("Chen", "planner"))
    tab.locator("dialog.merge").filter(has_text="Somebody else made these edits").wait_for(timeout=WAIT_MS)
    assert desk.residents("D") == 100
    tab.locator("[data-act=merge]").click()
    settled(tab)
    assert desk.residents("D") == 77
    desk.context.close()


def test_a_session_that_began_anew_in_another_tab_is_taken_up_at_the_next_edit(
    office: Office, chromium: Any
) -> None:
    desk = Desk(office, office.planner, chromium)
    desk.chosen("I")
    desk.signed_in_as(office.planner)
    typed_in(desk.tab, "#i-I-residents", "55")
    assert desk.residents("I") == 55
    desk.context.close()


def test_the_workbench_of_a_notice_leads_back_to_its_page(office: Office, chromium: Any) -> None:
    desk = Desk(office, office.planner, chromium)
    title = desk.tab.locator("h1").inner_text()
    desk.tab.locator("a.home").click()
    desk.tab.wait_for_url("**/en/office/notices/*/", timeout=WAIT_MS)
    assert title in desk.tab.locator("main").inner_text()
    desk.context.close()
