"""Scenarios dropped and renamed: their logs of edits go with them, in a folder and beside a zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.town import town

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.live import SetValue
from blockplan.live.lineage import ScenarioRecord, forget, record, records
from blockplan.live.logs import drop_scenario, log_of, logs_of, remove_scenario, rename_scenario
from blockplan.plan.files.scenarios import put_scenario, save_scenario
from blockplan.plan.model.plan import Difference
from blockplan.portal.workspace.desk import EditingDesk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["town", "town.zip"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    bp.write(town(packs=["zone"]), tmp_path / request.param)
    return tmp_path / request.param


def edited(place: Path, scenario: str, residents: float) -> EditingDesk:
    """A desk that changed a parcel under a scenario, saved."""
    desk = EditingDesk(place)
    desk.open(scenario, new=True)
    edit = SetValue(layer="parcels", id="A", column="residents", value=residents)
    desk.do(lambda session: session.apply([edit]), lambda _session, answer: answer)
    desk.save()
    return desk


@pytest.mark.long
def test_a_search_is_forgotten_with_its_scenario(place: Path) -> None:
    desk = edited(place, "draft", 900)
    desk.search.begin()
    drop_scenario(place, "draft")
    assert edited(place, "draft", 800).search.to_dict("en") == {"state": "none"}


@pytest.mark.long
def test_a_locked_scenario_is_not_dropped_or_renamed_and_who_locked_it_is_said(place: Path) -> None:
    desk = EditingDesk(place)
    desk.open("draft")
    desk.lock("on notice", "Li")
    before = (bp.read(place).manifest.scenarios, records(logs_of(place)))
    for act in (
        lambda: drop_scenario(place, "draft"),
        lambda: remove_scenario(place, "draft"),
        lambda: rename_scenario(place, "draft", "other"),
    ):
        with pytest.raises(UsageError, match=r"'draft' is locked by Li \(on notice\)"):
            act()
    assert (bp.read(place).manifest.scenarios, records(logs_of(place))) == before
    desk.lock(None, "Li")
    drop_scenario(place, "draft")


def test_what_branched_from_a_scenario_that_went_comes_from_where_that_came(tmp_path: Path) -> None:
    for name, origin, seq in (("a", "draft", 3), ("b", "a", 1)):
        record(tmp_path, name, lambda _, one=(origin, seq): ScenarioRecord(*one))
    forget(tmp_path, "a")
    record(tmp_path, "a", lambda _: ScenarioRecord("b", 2))
    known = records(tmp_path)
    assert {name: (one.came_from, one.seq) for name, one in known.items()} == {
        "b": ("draft", 3),
        "a": ("b", 2),
    }


def residents(plan: bp.Plan) -> float:
    return float(plan.layer("parcels").loc["A", "residents"])


@pytest.mark.long
def test_a_scenario_that_was_dropped_does_not_come_back_with_the_next_edit(place: Path) -> None:
    edited(place, "draft", 701)
    drop_scenario(place, "draft")
    desk = EditingDesk(place)
    desk.open("draft")
    assert "draft" not in bp.read(place).manifest.scenarios
    assert (residents(desk.session.plan), desk.session.steps) == (residents(bp.read(place)), [])
    log = log_of(place, "draft")
    assert [one.name for one in log.parent.glob("draft.*.aside")] == ["draft.1.aside"]
    edited(place, "draft", 702)
    drop_scenario(place, "draft")
    assert len(list(log.parent.glob("draft.*.aside"))) == 2


@pytest.mark.long
def test_a_scenario_that_was_renamed_keeps_its_history_and_frees_its_name(place: Path) -> None:
    edited(place, "one", 701)
    rename_scenario(place, "one", "two")
    desk = EditingDesk(place)
    desk.open("two")
    assert residents(desk.session.plan) == 701
    desk.do(lambda session: session.undo(), lambda _session, answer: answer)
    desk.save()
    assert residents(bp.read(place, "two")) == residents(bp.read(place))
    desk.branch("one")
    desk.open("one")
    assert residents(desk.session.plan) == residents(bp.read(place))
    assert set(bp.read(place).manifest.scenarios) == {"one", "two"}


@pytest.mark.long
def test_where_nothing_is_dropped_or_renamed_the_log_stays(place: Path) -> None:
    edited(place, "one", 701)
    edited(place, "two", 702)
    before = {name: log_of(place, name).read_bytes() for name in ("one", "two")}
    with pytest.raises(UsageError, match="edits of a scenario 'two' already"):
        rename_scenario(place, "one", "two")
    with pytest.raises(UsageError, match="cannot name a scenario"):
        rename_scenario(place, "one", "a/b")
    with pytest.raises(UsageError, match="did not come from a proposal"):
        remove_scenario(place, "one")
    with pytest.raises(UsageError, match=r"no scenario .\.\./one."):
        drop_scenario(place, "../one")
    assert {name: log_of(place, name).read_bytes() for name in ("one", "two")} == before


@pytest.mark.long
def test_a_package_that_nobody_edited_gets_no_folder_of_logs(place: Path) -> None:
    save_scenario(place, "two", {"en": "Two"}, bp.live(bp.read(place)).difference(), {"kind": "site"})
    remove_scenario(place, "two")
    assert not log_of(place, "two").parent.exists()


@pytest.mark.long
def test_a_desk_whose_scenario_was_dropped_elsewhere_opens_anew_and_does_not_write_it_back(
    place: Path,
) -> None:
    desk = edited(place, "draft", 701)
    edit = SetValue(layer="parcels", id="A", column="residents", value=702)
    desk.do(lambda session: session.apply([edit]), lambda _session, answer: answer)
    drop_scenario(place, "draft")
    desk.open("draft")
    assert "draft" not in bp.read(place).manifest.scenarios
    assert any("set aside" in note for note in desk.notes)
    assert desk.session.steps == []


@pytest.mark.long
def test_a_street_that_a_scenario_turned_round_stays_so_through_an_edit(place: Path) -> None:
    drawn = bp.read(place)
    bp.write(drawn.replace(streets=drawn.layer("streets").assign(oneway=True)), place)
    streets = bp.read(place).layer("streets")
    id_, line = next(iter(streets.geometry.items()))
    turned = streets.loc[[id_]].set_geometry([line.reverse()], crs=streets.crs)
    put_scenario(place, "turned", "Turned", Difference({"streets": turned}))
    edited(place, "turned", 701)
    kept = bp.read(place, "turned")
    assert residents(kept) == 701
    assert kept.layer("streets").geometry[id_].equals_exact(line.reverse(), 0)
