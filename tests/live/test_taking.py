"""A part of another scenario is taken over, and one goes back to a version; the land stays whole."""

from __future__ import annotations

import pytest
import shapely
from tests.support.town import edited, town

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


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize(
    ("only", "said", "together"),
    [
        (["parcels:E-2"], "lay parcel E-2 over E, by", ["parcels:E"]),
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
        with pytest.raises(EditError, match=r"lay parcel A over B|without a parcel"):
            session.take_part(other.plan, alone)
        named = ["facilities:hospital", "facilities:nursing"]
        assert belonging(session.plan, other.plan, alone) == [*named, missing]
    with pytest.raises(EditError, match="facility hospital would refer to B, which would not be there"):
        session.take_part(other.plan, ["parcels:A", "parcels:B"])
    assert belonging(session.plan, other.plan, ["parcels:A", "parcels:B"]) == named
    session.take_part(other.plan, ["parcels:A", "parcels:B", *named])
    assert "B" not in session.plan.layer("parcels").index
    assert not [one for one in session.result.faults if one.rule == "pq-reference"]


def test_what_refers_to_a_parcel_that_is_not_here_is_taken_with_it(session: Session) -> None:
    other = live(town(packs=["zone"]), scenario="other")
    middle = shapely.point_on_surface(other.plan.layer("parcels").geometry["B"])
    line = ((middle.x, middle.y - 500), (middle.x, middle.y + 500))
    other.apply([Split(id="B", line=line)])
    moved = [one.id for one in other.steps[-1].changes if one.layer == "facilities"]
    assert moved
    alone = [f"facilities:{moved[0]}"]
    with pytest.raises(EditError, match="would refer to B-2"):
        session.take_part(other.plan, alone)
    assert belonging(session.plan, other.plan, alone) == ["parcels:B", "parcels:B-2"]


@pytest.mark.parametrize(
    ("across", "said"),
    [(2.0, "90,000.0 m² of the planned land without a parcel"), (0.5, "45,000.0 m² beyond the boundary")],
)
def test_a_boundary_is_not_taken_away_from_the_parcels_in_it(
    session: Session, across: float, said: str
) -> None:
    boundary = session.plan.layer("boundary")
    west, south, east, north = boundary.total_bounds
    land = shapely.box(west, south, west + across * (east - west), north)
    other = edited(session.plan, "boundary", None, land)
    name = str(boundary.index[0])
    before = session.plan.rows_hash
    with pytest.raises(EditError, match=said):
        session.take_part(other, [f"boundary:{name}"])
    assert session.plan.rows_hash == before


def test_a_parcel_beyond_the_boundary_is_taken_with_the_boundary(session: Session) -> None:
    boundary, parcels = session.plan.layer("boundary"), session.plan.layer("parcels")
    shape = parcels.geometry["C"]
    beyond = shapely.box(shape.bounds[2], shape.bounds[1], shape.bounds[2] + 50, shape.bounds[3])
    other = edited(session.plan, "boundary", None, shapely.union(boundary.geometry.iloc[0], beyond))
    other = edited(other, "parcels", "C", shapely.union(shape, beyond))
    names = [f"boundary:{boundary.index[0]}", "parcels:C"]
    for alone, together in (names, reversed(names)):
        with pytest.raises(EditError, match=r"beyond|without a parcel"):
            session.take_part(other, [alone])
        assert belonging(session.plan, other, [alone]) == [together]
    session.take_part(other, names)


def test_all_that_differs_makes_the_scenario_what_the_other_is(session: Session, other: Session) -> None:
    names = [f"{change.layer}:{change.id}" for step in other.steps for change in step.changes]
    session.take_part(other.plan, dict.fromkeys(names))
    assert session.plan.rows_hash == other.plan.rows_hash
    with pytest.raises(EditError, match="do not differ in parcels:A"):
        session.take_part(other.plan, ["parcels:A"])


@pytest.mark.long
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
    with pytest.raises(EditError, match="begun anew"):  # of a log that was longer than this one
        session.back_to(NamedVersion("first", len(session.steps) + 5, "another", "", ""))


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


@pytest.mark.parametrize("all_are_collections", [True, False])
def test_shapes_of_one_and_of_several_parts_are_read_again_as_they_were_taken(
    all_are_collections: bool,
) -> None:
    plan = town(packs=["zone"])
    parcels = plan.layer("parcels")
    many = shapely.multipolygons([[shape] for shape in parcels.geometry])
    if all_are_collections:
        plan = plan.replace(parcels=parcels.set_geometry(many, crs=parcels.crs))
    session = live(plan)
    anew = session.plan.layer("parcels").copy()
    anew.loc[["A", "B"], "land_use"] = "1401"
    anew.loc["A", "geometry"] = parcels.geometry["A"] if all_are_collections else many[0]
    session.take(session.plan.replace(parcels=anew), {"op": "proposal"})
    assert session.plan.layer("parcels").loc[["A", "B"]].geom_type.nunique() == 2
    assert session.verify() == []
