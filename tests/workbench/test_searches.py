"""The file of a search: whoever reports, cancels or forgets, in whatever process, is heard by the others."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from tests.support.town import town

from blockplan.errors import BlockplanError, UsageError
from blockplan.live import live
from blockplan.portal.workspace import proposing, searches
from blockplan.portal.workspace.proposing import SearchFile
from blockplan.portal.workspace.search_request import SearchRequest
from blockplan.texts import refusal

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"state": "running", "hash": "h", "seconds": 1.0, "message": ""}


@pytest.fixture
def file(tmp_path: Path) -> SearchFile:
    return SearchFile(tmp_path / "draft.search")


def test_a_search_goes_on_until_it_is_cancelled_and_then_says_what_it_found(file: SearchFile) -> None:
    assert file.to_dict("en") == {"state": "none"}
    assert not file.cancel()
    id_ = file.begin()
    assert file.report(id_, SAID)
    assert (file.running, file.changes()) == (True, None)
    assert file.cancel()
    assert not file.report(id_, SAID)
    change = {"layer": "parcels", "id": "A", "column": "far", "old": 0.1 + 0.2, "new": None}
    file.report(id_, {**SAID, "state": "done", "shown": {"ja": {"headline": "x"}}, "changes": [change]})
    assert file.to_dict("ja") == {**SAID, "state": "done", "headline": "x"}
    assert [one.to_dict() for one in file.changes() or ()] == [change]
    assert file.of == "h"


def test_figures_of_a_search_are_told_with_their_unit_and_without_one_not_at_all(file: SearchFile) -> None:
    id_ = file.begin()
    file.report(id_, {**SAID, "objective": 6.0, "bound": 1.0, "unit": "change"})
    told = {lang: file.to_dict(lang) for lang in ("zh", "en", "ja")}
    assert {lang: one["objective_said"] for lang, one in told.items()} == {
        "zh": "6 处改动", "en": "6 changes", "ja": "6 か所の変更",
    }  # fmt: skip
    assert told["en"]["bound_said"] == "1 change"
    file.report(id_, {**SAID, "objective": 0.25, "bound": None, "unit": ""})
    assert not {"objective_said", "bound_said"} & file.to_dict("en").keys()


def test_every_search_tells_in_a_unit_that_has_words_in_every_language() -> None:
    wanted = [
        (SearchRequest(kind="repair"), "least changes", "change"),
        (SearchRequest(kind="repair"), "least shortfall", ""),
        (SearchRequest(kind="site", service="kindergarten"), "", "person"),
        (SearchRequest(kind="landuse"), "", "ha"),
        (SearchRequest(kind="layout"), "", "score"),
    ]
    assert [searches.unit_told(one, said) for one, said, _ in wanted] == [unit for *_, unit in wanted]


def test_a_search_that_was_forgotten_or_followed_by_another_ends_and_writes_nothing(file: SearchFile) -> None:
    first = file.begin()
    second = file.begin()
    assert not file.report(first, {**SAID, "state": "done"})
    assert file.to_dict("en")["state"] == "running"
    file.forget()
    assert not file.report(second, {**SAID, "state": "done"})
    assert file.to_dict("en") == {"state": "none"}


def test_a_search_whose_process_is_gone_is_said_to_have_ended(file: SearchFile) -> None:
    file.report(file.begin(), SAID)
    known = json.loads(file.path.read_text())
    file.path.write_text(json.dumps({**known, "at": time.time() - proposing.SILENT_S - 1}))
    assert not file.running
    said = file.to_dict("en")
    assert (said["state"], "ended with the process" in said["message"]) == ("refused", True)


def test_why_a_search_ended_is_said_in_the_language_of_the_reader(
    file: SearchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise refusal(UsageError, proposing.TEXTS, "search.parts")

    def breaks(*_: object) -> None:
        raise BlockplanError("not in a catalog")

    session = live(town(packs=["zone"]))
    for search, says in (
        (refuses, ("须为 true", "true か false", "true or false")),
        (breaks, ("not in",) * 3),
    ):
        monkeypatch.setitem(searches.SEARCHES, "repair", search)
        proposing.ProposalSearch(session, file, SearchRequest()).begin()
        end = time.monotonic() + 30
        while file.running and time.monotonic() < end:
            time.sleep(0.01)
        for lang, words in zip(("zh", "ja", "en"), says, strict=True):
            said = file.to_dict(lang)
            assert (said["state"], words in said["message"]) == ("refused", True)
            assert "why" not in said

    file.report(file.begin(), SAID)
    known = json.loads(file.path.read_text())
    file.path.write_text(json.dumps({**known, "at": time.time() - proposing.SILENT_S - 1}))
    assert "进程已结束" in file.to_dict("zh")["message"]
    assert "プロセスが終わった" in file.to_dict("ja")["message"]
