"""What the commands share: how a JSON document is written."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from blockplan import jsontext
from blockplan.cli import common
from blockplan.cli.common import show_json

DOCUMENT = {
    "plan": "x",
    "verdicts": [{"rule": f"r-{number}", "day": dt.date(2021, 9, 30)} for number in range(3)],
    "faults": [],
    "residents": {"low": 1.5, "high": None},
}
READ: dict[str, Any] = json.loads(json.dumps(DOCUMENT, default=str))


def test_a_small_document_is_indented(capsys: pytest.CaptureFixture[str]) -> None:
    show_json(DOCUMENT)
    assert capsys.readouterr().out == json.dumps(READ, indent=2) + "\n"


def test_a_large_document_is_the_same_with_a_line_for_each_item(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsontext, "INDENTED", 10)
    show_json(DOCUMENT)
    said = capsys.readouterr().out
    assert json.loads(said) == READ
    assert sum('"rule"' in line for line in said.splitlines()) == 3


@pytest.mark.parametrize("most", [10, 2_000_000])
def test_what_is_no_number_is_refused(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "INDENTED", most)
    with pytest.raises(ValueError, match="Out of range float"):
        show_json({"value": float("nan")})


class Cell(NamedTuple):
    column: str
    old: float | None


@dataclass(frozen=True, slots=True)
class Row(jsontext.JsonRecord):
    kind: str = field(metadata={"json": "change"})
    day: dt.date
    cells: tuple[Cell, ...]
    title: dict[str, str]
    inner: Row | None = None
    shown: bool = field(default=True, metadata={"json": None})


def test_a_record_is_written_by_its_fields_in_their_order() -> None:
    title = {"zh": "公园", "en": "park", "ja": "公園"}
    inner = Row("added", dt.date(2026, 1, 2), (), {"zh": "地块"})
    row = Row("changed", dt.date(2026, 1, 1), (Cell("far", None),), title, inner)
    told = row.to_dict("ja")
    assert list(told) == ["change", "day", "cells", "title", "inner"]
    assert told["cells"] == [{"column": "far", "old": None}]
    assert (told["day"], told["title"], told["inner"]["title"]) == ("2026-01-01", "公園", "地块")
    assert row.to_dict()["title"] == title


def test_a_large_document_is_written_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "INDENTED", 10)
    pieces = list(jsontext.pieces(DOCUMENT))
    assert "".join(pieces) == jsontext.document(DOCUMENT)
    assert max(map(len, pieces)) <= len('{"rule": "r-0", "day": "2021-09-30"}')


def test_a_field_that_is_empty_may_be_null_in_json() -> None:
    @dataclass
    class Sentence(jsontext.JsonRecord):
        id: str = field(metadata=jsontext.OR_NULL)
        why: dict[str, str] = field(metadata=jsontext.OR_NULL)
        said: str = ""

    assert Sentence("", {}).to_dict("en") == {"id": None, "why": None, "said": ""}
    assert Sentence("S01", {"zh": "是", "en": "so"}).to_dict("en") == {"id": "S01", "why": "so", "said": ""}


def test_where_stderr_is_no_terminal_a_line_now_and_then_names_the_step(capsys, monkeypatch) -> None:
    monkeypatch.setattr(common, "LINE_EVERY_S", 0.02)
    out, err, end = "", "", time.monotonic() + 60
    with common.progress("Judging") as step:
        step("zone-beds")
        while "zone-beds" not in err and time.monotonic() < end:
            time.sleep(0.02)
            out, err = (one + more for one, more in zip((out, err), capsys.readouterr(), strict=True))
    assert out == ""
    assert re.search(r"^Judging: zone-beds \(\d+ s\)$", err, re.MULTILINE)


def test_short_work_says_nothing(capsys) -> None:
    with common.progress("Judging") as step:
        step("zone-beds")
    assert capsys.readouterr() == ("", "")
