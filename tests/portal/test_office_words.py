"""Every word of the office stands in a list, in three languages; the settings are fit for the open."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.portal.office_world import NO_PAGE, OTHERS
from tests.support.office_addresses import address, of_office, world
from tests.support.office_pages import told
from tests.support.office_words import outside
from tests.support.staff import PASSWORD, a_member, browser_of

from blockplan.notice.events import KINDS
from blockplan.portal.office import desks
from blockplan.portal.office.links import make_link
from blockplan.portal.office.models import ROLES
from blockplan.portal.office.services import ACTS
from blockplan.portal.words import catalogs
from blockplan.texts import LANGUAGES

__all__ = ["world"]


#: Pages that need more than this world has, and where they are read instead.
ELSEWHERE = {
    "openid_connect_login": "needs an identity service (test_openid)",
    "office_join": "leads on", "office_reading": "leads on", "mfa_generate_recovery_codes": "leads on",
    "office_report_file": "the report, read where it is made", "openid_connect_callback": "leads on",
}  # fmt: skip


@pytest.mark.long
def test_no_word_of_any_page_of_the_office_stands_outside_of_the_lists(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = make_link("invitation", ["clerk"], by="Asker")
    everybody, half = a_member("Everybody", *ROLES), a_member("Half", "planner")
    for one in (everybody, half):
        one.user.set_password(PASSWORD)
        one.user.save()
    staff = browser_of(everybody)
    just_signed_in(staff)
    told(staff, "/en/office/notices/town/desk/", {"do": "cut"})
    told(staff, "/en/office/notices/town/desk/", {"do": "theme", "title": "made-up", "gist": ""})
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    clients = {"half": browser_of(), "nobody": browser_of(), "new": browser_of(a_member("New", "clerk"))}
    clients["half"].post("/en/office/sign-in/", {"login": "half", "password": PASSWORD})
    just_signed_in(clients["new"])
    found = []
    for one in of_office():
        name = str(one.name)
        if name in NO_PAGE or name in ELSEWHERE:
            continue
        client = clients.get(OTHERS.get(name, ""), staff)
        response = client.get(address(one, world | {"secret": secret}).replace("/en/", "/zh/", 1))
        if response.status_code != 200:
            found.append(f"{name} is no page that is looked at here: {response.status_code}")
        elif said := outside(response.content.decode()):
            found.append(f"{name}: {said}")
    assert not found, "\n".join(found)


def just_signed_in(client: Any) -> None:
    """As after signing in with password and code."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


@pytest.mark.no_database
def test_every_code_word_that_the_list_of_acts_has_for_its_subject_has_words() -> None:
    office = Path(desks.__file__).parent
    said = "".join(file.read_text() for file in office.glob("*.py"))
    codes = set(re.findall(r'\babout=f?"([a-z_]+)["\s]', said))
    known = catalogs()
    assert codes >= {"sheet", "taken_back", "themed", "dates", "edits"}
    assert not {one for one in codes if one not in known["office_did"] and one not in known["office_draft"]}


@pytest.mark.no_database
def test_every_entry_act_and_role_has_its_words_in_every_language() -> None:
    known = catalogs()
    for kind in KINDS:
        assert set(known["office_did"].text(kind)) == set(LANGUAGES), kind
    for name in ACTS:
        for key in (name, f"{name}_means"):
            assert set(known["office_act"].text(key)) == set(LANGUAGES), key


@pytest.mark.no_database
@pytest.mark.long
def test_the_settings_are_clean_for_an_https_address(tmp_path: Path) -> None:
    # Tests that run a browser set a variable of Django's for this process, which the check would find.
    ours = ("BLOCKPLAN_", "DJANGO_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    environment |= {
        "BLOCKPLAN_DATA": str(tmp_path), "BLOCKPLAN_ADDRESS": "https://plans.example.org",
        "DJANGO_SETTINGS_MODULE": "blockplan.portal.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_no_template_parts_a_list_with_the_comma_of_one_language() -> None:
    portal = Path(desks.__file__).parents[1]
    pages = sorted(portal.rglob("*.html"))
    assert len(pages) > 100
    assert [one.name for one in pages if re.search(r"forloop\.last[^%]*%}, ", one.read_text("utf-8"))] == []
