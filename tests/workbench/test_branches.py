"""Scenarios of the workbench: which came from which, locks, versions, and parts taken over from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pandas import isna
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp
from blockplan.errors import PlanDataError, UsageError
from blockplan.live import LockedError, SetValue, session
from blockplan.live.lineage import FILE, records
from blockplan.live.logs import drop_scenario, logs_of, rename_scenario
from blockplan.plan.files import formats
from blockplan.plan.files.scenarios import check_name
from blockplan.portal.workspace.desk import EditingDesk

if TYPE_CHECKING:
    from pathlib import Path


def put(value: Any, id_: str = "A") -> dict[str, Any]:
    return {"edits": [{"op": "set", "layer": "parcels", "id": id_, "column": "residents", "value": value}]}


def tree(service: Service) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in service.ask("/workspace/branches")[1]["branches"]}


@pytest.mark.long
def test_a_branch_knows_where_it_came_from_and_a_part_of_it_is_taken_back(service: Service) -> None:
    service.ask("/workspace/edits", put(200))
    assert service.ask("/workspace/scenario", {"branch": "wide"})[0] == 200
    for value, parcel in ((300, "A"), (50, "G")):
        service.ask("/workspace/edits", put(value, parcel))
    known = tree(service)
    assert [known[name]["from"] for name in ("base", "draft", "wide")] == ["", "base", "draft"]
    assert [known[name]["edits"] for name in ("base", "draft", "wide")] == [None, 1, 2]
    assert known["wide"]["at"] > "2026"

    # What was edited before the page was opened is told with what it was when the scenario began.
    earlier = service.ask("/workspace/earlier")[1]["features"]
    was = {one["id"]: one["feature"]["properties"]["residents"] for one in earlier}
    drawn = town().layer("parcels")["residents"]
    assert was == {"A": 200, "G": None if isna(drawn["G"]) else drawn["G"]}

    service.ask("/workspace/scenario", {"open": "draft"})
    before = service.ask("/workspace/state")[1]["hash"]
    wanted = {"from": "wide", "only": ["parcels:A"]}
    status, tried = service.ask("/workspace/take", {**wanted, "trial": True})
    assert (status, service.ask("/workspace/state")[1]["hash"]) == (200, before)
    status, taken = service.ask("/workspace/take", wanted)
    assert (status, taken["hash"]) == (200, tried["hash"])
    assert [one["id"] for one in taken["features"]] == ["A"]
    assert service.ask("/workspace/verify")[1]["same"]
    status, said = service.ask("/workspace/take", {**wanted, "trial": True})
    assert (status, said["together"]) == (200, [])
    assert "do not differ" in said["refused"]
    assert service.ask("/workspace/take", {"from": "nowhere", "only": ["parcels:A"]})[0] == 404
    assert service.ask("/workspace/take", {"from": "wide", "only": []})[0] == 422


@pytest.mark.long
def test_a_version_is_named_and_gone_back_to(service: Service) -> None:
    service.ask("/workspace/edits", put(210))
    named = service.ask("/workspace/scenario", {"version": " handed in "})[1]
    assert [one["name"] for one in named["versions"]] == ["handed in"]
    status, said = service.ask("/workspace/scenario", {"version": "handed in"})
    assert (status, "already" in said["message"]) == (422, True)
    service.ask("/workspace/edits", put(220))
    status, back = service.ask("/workspace/back", {"version": "handed in"})
    assert (status, back["hash"]) == (200, named["hash"])
    assert service.ask("/workspace/back", {"version": "nothing"})[0] == 422
    assert service.ask("/workspace/verify")[1]["same"]


@pytest.mark.long
def test_a_locked_scenario_takes_no_edit_until_it_is_unlocked(service: Service) -> None:
    assert service.ask("/workspace/scenario", {"lock": ""})[0] == 422
    locked = service.ask("/workspace/scenario", {"lock": "送审"})[1]
    assert locked["lock"]["why"] == "送审"
    for path, body in (("edits", put(1)), ("undo", {}), ("back", {"version": "handed in"})):
        status, said = service.ask(f"/workspace/{path}?lang=zh", body)
        assert (status, said["error"]) == (423, "locked")
        assert "送审" in said["message"]
    assert service.ask("/workspace/state")[1]["hash"] == locked["hash"]
    assert service.ask("/workspace/scenario", {"branch": "after"})[1]["lock"] is None
    assert service.ask("/workspace/edits", put(1))[0] == 200
    assert tree(service)["draft"]["lock"]["why"] == "送审"
    service.ask("/workspace/scenario", {"open": "draft"})
    assert service.ask("/workspace/scenario", {"unlock": ""})[1]["lock"] is None
    assert service.ask("/workspace/edits", put(230))[0] == 200


@pytest.mark.long
def test_what_is_kept_of_a_scenario_goes_where_its_name_goes(tmp_path: Path) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    desk = EditingDesk(tmp_path / "town")
    desk.open()
    desk.lock("on notice", "Li")
    edit = SetValue(layer="parcels", id="A", column="residents", value=7)
    with pytest.raises(LockedError, match="on notice"):
        desk.do(lambda session: session.apply([edit]), lambda _session, answer: answer)
    desk.branch("next", "Li")
    desk.lock(None, "Li")
    desk.do(lambda session: session.apply([edit]), lambda _session, answer: answer)
    desk.save()
    rename_scenario(tmp_path / "town", "draft", "first")
    kept = records(logs_of(tmp_path / "town"))
    assert (kept["next"].came_from, kept["next"].who) == ("first", "Li")
    assert "draft" not in kept
    drop_scenario(tmp_path / "town", "next")
    assert set(records(logs_of(tmp_path / "town"))) == {"first"}


@pytest.mark.long
def test_a_name_or_a_lock_is_refused_where_others_edited_what_it_names(tmp_path: Path) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        service.ask("/workspace/edits", put(200))
        for said in ({"version": "mine"}, {"lock": "handed in"}):
            status, answer = service.ask("/workspace/scenario?lang=ja", {**said, "since": 0})
            assert (status, answer["error"], answer["seq"]) == (409, "conflict", 1)
            assert "変更しました" in answer["message"]
            status, answer = service.ask("/workspace/scenario?at=another&lang=zh", said)
            assert (status, answer["error"]) == (409, "scenario")
            assert "不再是“another”" in answer["message"]
        state = service.ask("/workspace/state")[1]
        assert (state["versions"], state["lock"]) == ([], None)
        assert service.ask("/workspace/scenario", {"version": "mine", "since": 1})[0] == 200
        service.ask("/workspace/scenario", {"branch": "wide"})
        status, answer = service.ask("/workspace/scenario", {"branch": "draft"})
        assert (status, answer["error"]) == (422, "taken")


@pytest.mark.long
def test_a_plan_is_read_once_to_open_a_scenario_and_neither_read_nor_judged_to_branch_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    first = EditingDesk(tmp_path / "town")
    first.open()
    first.branch("next", "Li")
    read: list[str] = []
    layers_of, check = formats.read_layers, session.check
    monkeypatch.setattr(formats, "read_layers", lambda file: read.append(file.name) or layers_of(file))
    monkeypatch.setattr(session, "check", lambda *said, **more: read.append("judged") or check(*said, **more))
    desk = EditingDesk(tmp_path / "town")
    desk.open("next")
    assert read == ["plan.gpkg", "next.gpkg", "judged"]
    read.clear()
    desk.branch("third", "Li")
    assert read == []
    desk.open("third")
    assert desk.session.plan.rows_hash == first.session.plan.rows_hash


def test_damaged_records_are_put_aside_and_those_that_are_whole_are_kept(tmp_path: Path) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    desk = EditingDesk(tmp_path / "town")
    desk.open()
    desk.lock("on notice", "Li")
    desk.branch("wide", "Li")
    file = logs_of(tmp_path / "town") / FILE
    file.write_text(file.read_text(encoding="utf-8").replace('"from": "draft"', '"form": "draft"'))
    assert desk.record.lock is not None
    assert set(desk.records) == {"draft"}
    assert "scenarios.1.aside" in desk.notes[-1]
    file.write_text("{")
    desk.lock("again", "Li")
    assert desk.record.lock is not None
    assert "scenarios.2.aside" in desk.notes[-1]


def test_a_damaged_record_opens_no_lock(tmp_path: Path) -> None:
    assert records(tmp_path) == {}
    (tmp_path / FILE).write_text('{"draft": {"lock": ')
    with pytest.raises(PlanDataError, match="Move it aside"):
        records(tmp_path)


@pytest.mark.long
def test_a_scenario_whose_file_is_gone_is_not_offered(fresh: Service, tmp_path: Path) -> None:
    fresh.ask("/workspace/scenario", {"branch": "wide"})
    fresh.ask("/workspace/edits", put(300))
    fresh.ask("/workspace/scenario", {"branch": "high"})
    fresh.ask("/workspace/edits", put(200))
    assert {"wide", "high"} <= fresh.ask("/workspace/state")[1]["scenarios"].keys()
    (tmp_path / "town" / "scenarios" / "wide.gpkg").unlink()
    assert "wide" not in fresh.ask("/workspace/state")[1]["scenarios"]
    assert "wide" not in tree(fresh)
    assert "high" in tree(fresh)


def test_a_name_begins_with_any_letter_and_one_that_cannot_be_is_refused_in_three_languages() -> None:
    for name in ("Écoquartier", "Überplanung-2", "案B", "v1.2"):
        check_name(name)
    with pytest.raises(UsageError, match="'案 B' cannot name a scenario") as told:
        check_name("案 B")
    assert {lang: "案 B" in said for lang, said in (told.value.text or {}).items()} == {
        "zh": True,
        "en": True,
        "ja": True,
    }
    for name in (".hidden", "base", "a/b", "x" * 61):
        with pytest.raises(UsageError):
            check_name(name)
