"""Two amendments of one plan merged, and what of them cannot be."""

import datetime as dt

import pytest
import shapely
from tests.deliver.amended import changed, without
from tests.support.builders import square
from tests.support.town import town

from blockplan.cli import main
from blockplan.deliver.amendment import amendment, merge
from blockplan.deliver.amendment.wording import conflict_said
from blockplan.errors import UsageError
from blockplan.figures import fixed
from blockplan.plan import Plan
from blockplan.plan import read as read_plan
from blockplan.plan import write as write_plan


def test_two_amendments_of_different_parcels_are_merged():
    base = town()
    found = merge(base, changed(base, "parcels", "A", far=1.5), changed(base, "parcels", "D", far=1.2))
    assert found.conflicts == ()
    far = found.plan.layer("parcels")["far"]
    assert (far["A"], far["D"], far["B"]) == (1.5, 1.2, 1.8)


def test_two_values_of_one_parcel_are_merged_and_the_same_value_is_no_conflict():
    base = town()
    ours = changed(base, "parcels", "A", far=1.5, remarks="x")
    theirs = changed(base, "parcels", "A", green_ratio=0.4, remarks="x")
    row = merge(base, ours, theirs).plan.layer("parcels").loc["A"]
    assert (row["far"], row["green_ratio"], row["remarks"]) == (1.5, 0.4, "x")


def test_a_value_that_both_change_otherwise_is_named():
    base = town()
    found = merge(base, changed(base, "parcels", "A", far=1.5), changed(base, "parcels", "A", far=1.2))
    assert found.plan is None
    assert [one.to_dict() for one in found.conflicts] == [
        {"layer": "parcels", "id": "A", "column": "far", "base": 1.8, "ours": 1.5, "theirs": 1.2}
    ]


def test_a_row_that_one_removes_and_the_other_changes_is_a_conflict():
    base = town()
    found = merge(
        base, without(base, "facilities", "school"), changed(base, "facilities", "school", places=500.0)
    )
    assert [(one.id, one.column, one.ours, one.theirs) for one in found.conflicts] == [
        ("school", "*", "removed", "changed")
    ]


def test_a_border_that_both_move_apart_is_named_by_the_land_that_overlaps():
    base = town()
    east = shapely.box(*square(0, 0).bounds[:3], square(0, 0).bounds[3])
    wider = shapely.box(east.bounds[0], east.bounds[1], east.bounds[2] + 20, east.bounds[3])
    narrower = shapely.box(square(1, 0).bounds[0] + 20, *square(1, 0).bounds[1:])
    ours = changed(changed(base, "parcels", "A", geometry=wider), "parcels", "B", geometry=narrower)
    theirs = changed(base, "parcels", "B", far=1.0)
    assert merge(base, ours, theirs).plan is not None
    alone = changed(base, "parcels", "A", geometry=wider)
    other = changed(base, "parcels", "D", far=1.0)
    # What one amendment itself gets wrong is its own fault, not one of the merge.
    assert merge(base, alone, other).plan is not None
    left = changed(changed(base, "parcels", "A", geometry=wider), "parcels", "B", geometry=narrower)
    up = without(base, "parcels", "B")
    found = merge(base, left, up)
    assert ("B", "*") in {(one.id, one.column) for one in found.conflicts}


def test_a_street_that_one_amendment_turns_round_is_turned_in_both():
    base = town()
    id_, line = next(iter(base.layer("streets").geometry.items()))
    theirs = changed(base, "streets", id_, geometry=line.reverse())
    for found in (merge(base, base, theirs), merge(base, theirs, base)):
        assert found.plan.layer("streets").geometry[id_].equals_exact(line.reverse(), 0)


def test_merging_with_an_unchanged_plan_gives_the_amendment():
    base = town()
    ours = changed(base, "parcels", "A", far=1.5)
    for found in (merge(base, ours, base), merge(base, base, ours)):
        assert found.plan.rows_hash == ours.rows_hash


def said_otherwise(plan, **keys):
    """The plan with other keys in its manifest."""
    return Plan(plan.manifest.model_copy(update=keys), plan.layers)


def test_what_two_amendments_say_in_their_manifests_is_merged_key_by_key():
    base = town(packs=["zone"], parameters={"a": 1, "b": 2})
    ours = said_otherwise(base, parameters={"a": 1, "b": 3}, id="ours", drawn_on=dt.date(2030, 1, 2))
    theirs = said_otherwise(
        base, parameters={"b": 2, "c": [4]}, id="theirs", packs=("gb50137",), horizon=2040,
        drawn_on=dt.date(2030, 1, 3),
    )  # fmt: skip
    for one, other in ((ours, theirs), (theirs, ours)):
        manifest = merge(base, one, other).plan.manifest
        assert manifest.parameters == {"b": 3, "c": [4]}
        assert (manifest.packs, manifest.horizon) == (("gb50137",), 2040)
        assert (manifest.id, manifest.drawn_on) == (one.manifest.id, dt.date(2030, 1, 3))


def test_a_key_of_the_manifest_that_both_change_otherwise_is_named():
    base = town(horizon=2030)
    found = merge(base, said_otherwise(base, horizon=2035), said_otherwise(base, horizon=2040))
    assert found.plan is None
    assert [one.to_dict() for one in found.conflicts] == [
        {
            "layer": "plan.toml",
            "id": base.manifest.id,
            "column": "horizon",
            "base": 2030,
            "ours": 2035,
            "theirs": 2040,
        }
    ]


@pytest.mark.long
def test_a_merged_plan_is_not_written_over_another_one(tmp_path, capsys):
    base = town(packs=["gb50137"])
    for name, plan in (("base", base), ("ours", changed(base, "parcels", "A", far=1.5))):
        write_plan(plan, tmp_path / name)
    call = ["amend", *(str(tmp_path / one) for one in ("base", "ours")), "--with", str(tmp_path / "base")]
    for drawn, code in ((None, 0), (None, 0), (changed(base, "parcels", "D", far=1.0), 2)):
        if drawn is not None:
            write_plan(drawn, tmp_path / "out" / "merged")
        with pytest.raises(SystemExit) as left:
            main([*call, "--out", str(tmp_path / "out"), "--json"])
        assert left.value.code == code
    assert "is there and is not empty" in capsys.readouterr().err
    assert read_plan(tmp_path / "out" / "merged").content_hash == drawn.content_hash


def test_plans_of_two_reference_systems_are_not_compared():
    with pytest.raises(UsageError, match="different reference systems"):
        amendment(town(), town(crs="local"))


def test_a_conflict_over_a_stop_that_both_move_says_where_to():
    base = town()
    moved = []
    for by in (10, 20):
        stops = base.layer("stops").copy()
        stops.geometry = stops.geometry.translate(by, 0)
        moved.append(base.replace(stops=stops))
    (conflict,) = merge(base, *moved).conflicts
    old = base.layer("stops").geometry.iloc[0]
    said = conflict_said(conflict, "en")
    assert [fixed(old.x + by, 2) in said for by in (0, 10, 20)] == [True] * 3
