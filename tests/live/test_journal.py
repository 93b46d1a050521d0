"""The log of edits survives a crash at any byte, and leads to the same plan again."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan
from tests.support.random_edits import walk
from tests.support.town import town

import blockplan as bp
from blockplan.errors import PlanDataError
from blockplan.live import EditError, SetValue, live
from blockplan.live.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_a_log_leads_to_the_same_plan_and_the_same_undo(tmp_path: Path) -> None:
    log = tmp_path / "edits" / "draft.log"
    session = live(town(packs=["zone"]), log=log, who="planner")
    walk(session, Random(5), 12)
    again = live(town(packs=["zone"]), log=log)
    assert again.plan.content_hash == session.plan.content_hash
    assert [one.seq for one in again.steps] == [one.seq for one in session.steps]
    assert {one.who for one in again.steps} == {"planner"}
    while session.can_undo:
        assert session.undo().hash == again.undo().hash


@pytest.mark.long
def test_a_log_cut_off_at_any_byte_holds_every_step_that_was_whole(tmp_path: Path) -> None:
    log = tmp_path / "draft.log"
    session = live(town(packs=["zone"]), log=log)
    ends = [0]
    for value in (1, 2, 3):
        session.apply([SetValue(layer="parcels", id="A", column="residents", value=value)])
        ends.append(log.stat().st_size)
    data = log.read_bytes()
    for cut in sorted({*range(0, len(data) + 1, 7), *ends, *(end - 1 for end in ends[1:])}):
        log.write_bytes(data[:cut])
        journal = Journal(log)
        whole = sum(end <= cut for end in ends[1:])
        assert len(journal.entries) == whole
        assert log.stat().st_size == ends[whole]


def test_a_damaged_step_that_was_acknowledged_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "draft.log"
    session = live(town(packs=["zone"]), log=log)
    for value in (1, 2):
        session.apply([SetValue(layer="parcels", id="A", column="residents", value=value)])
    data = log.read_bytes()
    for at, line in ((100, 1), (len(data) - 20, 2)):
        bent = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        log.write_bytes(bent)
        with pytest.raises(PlanDataError, match=f"line {line}: the step is damaged"):
            Journal(log)
        assert log.read_bytes() == bent


def test_a_log_of_another_plan_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "draft.log"
    live(town(packs=["zone"]), log=log).apply(
        [SetValue(layer="parcels", id="A", column="residents", value=1)]
    )
    with pytest.raises(EditError, match="was changed elsewhere"):
        live(a_plan(manifest={"packs": ["zone"]}), log=log)


def test_a_log_stands_when_the_plan_gets_another_scenario(tmp_path: Path) -> None:
    log = tmp_path / "draft.log"
    session = live(town(packs=["zone"]), log=log)
    session.apply([SetValue(layer="parcels", id="A", column="residents", value=1)])
    again = live(town(packs=["zone"], scenarios={"more": "another"}), log=log)
    assert again.plan.rows_hash == session.plan.rows_hash


@pytest.mark.long
def test_what_something_else_changed_in_the_scenario_meanwhile_is_a_step_of_its_own(tmp_path: Path) -> None:
    place, log = tmp_path / "plan", tmp_path / "draft.log"
    bp.write(town(packs=["zone"]), place)
    session = live(bp.read(place), log=log)
    session.apply([SetValue(layer="parcels", id="A", column="residents", value=1)])
    session.save()
    session.apply([SetValue(layer="parcels", id="A", column="residents", value=2)])
    ahead = live(bp.read(place), log=log, scenario="draft")
    assert ahead.plan.layer("parcels").loc["A", "residents"] == 2
    assert [one.kind for one in ahead.steps] == ["edits", "edits"]
    elsewhere = live(bp.read(place), scenario="draft")
    elsewhere.apply([SetValue(layer="parcels", id="B", column="far", value=0.7)])
    elsewhere.save()
    again = live(bp.read(place), log=log, scenario="draft")
    assert [one.kind for one in again.steps] == ["edits", "edits", "outside"]
    assert again.plan.content_hash == elsewhere.plan.content_hash
    again.undo()
    assert again.plan.layer("parcels").loc["A", "residents"] == 2


@pytest.mark.long
def test_a_log_of_a_scenario_begins_with_what_the_scenario_differs_by(tmp_path: Path) -> None:
    place, log = tmp_path / "plan", tmp_path / "draft.log"
    bp.write(town(packs=["zone"]), place)
    first = live(bp.read(place), scenario="s")
    first.apply([SetValue(layer="parcels", id="A", column="residents", value=9)])
    first.save()
    session = live(bp.read(place, "s"), log=log)
    assert [one.kind for one in session.steps] == ["begin"]
    assert not session.can_undo
    assert live(bp.read(place, "s"), log=log).plan.content_hash == first.plan.content_hash
