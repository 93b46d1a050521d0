"""Who sends too much is turned away before anything of it is read or written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from blockplan.notice import office
from blockplan.portal.record.models import Opinion
from blockplan.portal.submissions.services import new_form

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

PATH = "/api/v1/notices/town/opinions"


def sent(number: int, key: str | None = None) -> HttpResponse:
    file = SimpleUploadedFile("a.txt", f"unique {number} ".encode() * 50)
    body = {"file": file, "opinion": json.dumps({"text": f"x{number}"})}
    return Client().post(PATH, body, headers={"Idempotency-Key": key or new_form()})  # type: ignore[return-value]


def kept(config: Config) -> list[Path]:
    return [path for path in config.files.rglob("*") if path.is_file()]


@pytest.mark.long
def test_files_of_opinions_that_are_turned_away_are_not_kept(opened: DatabaseStore, config: Config) -> None:
    first = new_form()
    before = len(kept(config))
    statuses = [sent(number, first if number == 0 else None).status_code for number in range(40)]
    assert (statuses.count(201), statuses.count(429)) == (30, 10)
    assert (len(kept(config)) - before, Opinion.objects.count()) == (30, 30)
    assert sent(0, first).status_code == 201  # what was entered gets its receipt again
    assert Opinion.objects.count() == 30


@pytest.mark.long
def test_nothing_is_read_of_who_is_turned_away(opened: DatabaseStore) -> None:
    for number in range(30):
        body = json.dumps({"text": f"x{number}"})
        assert Client().post(
            PATH, body, content_type="application/json", headers={"Idempotency-Key": new_form()}
        ).status_code == 201  # fmt: skip
    broken = {"content_type": "application/json", "headers": {"Idempotency-Key": new_form()}}
    for path in (PATH, f"{PATH}/O-1/amend"):
        assert Client().post(path, "{no json", **broken).status_code == 429  # type: ignore[arg-type]


def test_a_file_is_not_kept_either_where_the_record_refuses_the_opinion(
    opened: DatabaseStore, config: Config, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(2026, 4, 1, 9)
    office.close(opened, by="Li")
    opened.append("notice_withdrawn", {"reason": "another plan", "by": "Li"})
    before = len(kept(config))
    assert sent(1).status_code == 409
    assert len(kept(config)) == before
