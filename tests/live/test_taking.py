"""A part of another scenario is taken over, and one goes back to a version; the land stays whole."""

from __future__ import annotations

import pytest
import shapely
from tests.town import town

from blockplan.live import EditError, Merge, Remove, Session, SetValue, Split, live
from blockplan.live.lineage import NamedVersion
from blockplan.live.taking import belonging


def use(parcel: str, code: str) -> SetValue:
    return SetValue(layer="parcels", id=parcel, column="land_use", value=code)


@pytest.fixture
def session() -> Session:
    return live(town(packs=["zone"]))


@pytest.fixture
def other() -> Session:
    """The town with another use of A, E cut in two, and a facility less."""
    found = live(town(packs=["zone"]), scenario="other")
    middle = shapely.point_on_surface(found.plan.layer("parcels").geometry["E"])
    line = ((middle.x, middle.y - 500), (middle.x, middle.y + 500))
    facility = str(found.plan.layer("facilities").index[0])
    found.apply([use("A", "1401"), Split(id="E", line=line), Remove(layer="facilities", id=facility)])
    return found


def test_a_value_of_another_scenario_is_taken_alone_and_undone(session: Session, other: Session) -> None:
    before = session.plan.rows_hash
    tried = session.take_part(other.plan, ["parcels:A"], trial=True)
    assert (session.plan.rows_hash, session.steps) == (before, [])
    done = session.take_part(other.plan, ["parcels:A"])
    assert (tried.hash, tried.verdicts) == (done.hash, done.verdicts)
    parcels = session.plan.layer("parcels")
    assert parcels.loc["A", "land_use"] == "1401"
    assert "E-2" not in parcels.index
    assert session.verify() == []
    assert session.steps[-1].edits[0] == {"op": "take", "scenario": "other", "ids": ["A"]}
    session.undo()
    assert session.plan.rows_hash == before


@pytest.mark.parametrize(
    ("only", "said", "together"),
    [
        (["parcels:E-2"], "E-2 would overlap E by", ["parcels:E"]),
        (["parcels:E"], "without a parcel", ["parcels:E-2"]),
    ],
)
def test_half_of_a_parcel_that_was_cut_is_refused_and_told_what_belongs_to_it(
    session: Session, other: Session, only: list[str], said: str, together: list[str]
) -> None:
    before = session.plan.rows_hash
    with pytest.raises(EditError, match=said):
        session.take_part(other.plan, only)
    assert session.plan.rows_hash == before
    assert belonging(session.plan, other.plan, only) == together
    session.take_part(other.plan, [*only, *together])
    assert session.verify() == []


def test_a_parcel_that_was_merged_there_is_taken_with_its_neighbour_alone(session: Session) -> None:
    other = live(town(packs=["zone"]), scenario="other")
    other.apply([Merge(ids=("A", "B"))])
    for alone, missing in ((["parcels:A"], "parcels:B"), (["parcels:B"], "parcels:A")):
        with pytest.raises(EditError, match=r"overlap|without a parcel"):
            session.take_part(other.plan, alone)
        assert belonging(session.plan, other.plan, alone) == [missing]
    session.take_part(other.plan, ["parcels:A", "parcels:B"])
    assert "B" not in session.plan.layer("parcels").index


def test_all_that_differs_makes_the_scenario_what_the_other_is(session: Session, other: Session) -> None:
    names = [f"{change.layer}:{change.id}" for step in other.steps for change in step.changes]
    session.take_part(other.plan, dict.fromkeys(names))
    assert session.plan.rows_hash == other.plan.rows_hash
    with pytest.raises(EditError, match="do not differ in parcels:A"):
        session.take_part(other.plan, ["parcels:A"])


def test_one_goes_back_to_a_version_as_a_step_that_can_be_undone(session: Session) -> None:
    session.apply([use("A", "1401")])
    version = NamedVersion("first", len(session.steps), session.plan.rows_hash, "", "")
    session.apply([use("A", "0902"), use("B", "1401")])
    session.undo()
    session.apply([use("B", "0902")])
    latest = session.plan.rows_hash
    session.back_to(version)
    assert session.plan.rows_hash == version.rows
    assert session.verify() == []
    session.undo()
    assert session.plan.rows_hash == latest
    with pytest.raises(EditError, match="begun anew"):
        session.back_to(NamedVersion("first", version.seq, "another", "", ""))


def test_what_a_feature_was_is_its_row_when_the_scenario_began(session: Session, other: Session) -> None:
    session.apply([use("A", "1401")])
    session.apply([use("A", "0902"), use("B", "1401")])
    session.apply([use("B", str(town().layer("parcels").loc["B", "land_use"]))])
    before = session.earlier()
    assert set(before) == {("parcels", "A")}
    row = before["parcels", "A"]
    assert row is not None
    assert row["land_use"] == town().layer("parcels").loc["A", "land_use"]
    assert other.earlier()["parcels", "E-2"] is None
