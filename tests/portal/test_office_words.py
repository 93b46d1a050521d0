"""Every word of the office stands in a list, in three languages; the settings are fit for the open."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.staff import a_member, browser_of
from tests.portal.test_permissions import PAGES, address, world

from blockplan.notice.events import KINDS
from blockplan.portal.office.acts import ACTS
from blockplan.portal.words import catalogs
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["world"]
#: Data of the test, names of languages, and signs that are no words.
DATA = (
    r"简体中文|English|日本語|Asker|Everybody|town|made-up|A made-up quarter|试点片区|More trees\.|"
    r"everybody|asker|专家审查|\bx\b|"
    r"UTC|SHA-256|[OT]-\d+(\.\d+)?|CN|DE|JP|jp-\S+|cn-\S+|de-\S+|parcels|withheld|"
    r"[0-9a-f]{40,}|127\.0\.0\.1|\d{4}年\d+月\d+日|\d+:\d\d"
)


@pytest.mark.parametrize("one", PAGES, ids=lambda one: str(one.name))
def test_no_word_of_a_page_stands_outside_of_the_lists(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch, one: Any
) -> None:
    if one.name in {"office_record", "office_draft", "office_archive", "office_sheet", "office_file",
                    "office_begin"}:  # fmt: skip
        return
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    client = browser_of(a_member("Everybody", "clerk", "planner", "approver", "auditor", "admin"))
    response = client.get(address(one, world).replace("/en/", "/zh/", 1))
    if response.status_code != 200:
        return
    said = outside(response.content.decode())
    assert said == [], one.name


def outside(page: str) -> list[str]:
    """Texts and labels of a page that are in no brackets and no data of the test."""
    body = page.partition("<body>")[2]
    labels = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', body)
    texts = re.findall(r">([^<]+)<", body)
    found = []
    for text in (*labels, *texts):
        rest = html.unescape(text)
        while "⟦" in rest:
            shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)
            if shorter == rest:
                break
            rest = shorter
        rest = re.sub(DATA, " ", rest)
        if re.search(r"[^\W\d_]", rest):
            found.append(rest.strip())
    return found


def test_every_entry_act_and_role_has_its_words_in_every_language() -> None:
    known = catalogs()
    for kind in KINDS:
        assert set(known["office_did"].text(kind)) == set(LANGUAGES), kind
    for name in ACTS:
        for key in (name, f"{name}_means"):
            assert set(known["office_act"].text(key)) == set(LANGUAGES), key


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
