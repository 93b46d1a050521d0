import pytest
import shapely
from tests.builders import X, Y, a_plan, parcels_of

from blockplan.compare import compare
from blockplan.compare.changes import changes
from blockplan.compare.transition import transitions
from blockplan.errors import UsageError
from blockplan.plan import Difference, Plan, with_scenario, write


def moved(rows):
    """(code before, code after) -> hectares of the land that changes use."""
    return {(row.was and row.was.code, row.now and row.now.code): row.ha for row in rows if not row.stays}


def two_scenarios():
    parcels = parcels_of("1401", "0701", "16", residents=[None, 12, None])
    plan = a_plan(parcels, {"scenarios": {"a": "as drawn", "b": "homes"}, "packs": ["zone"]})
    homes = parcels.iloc[[2]].assign(land_use="0701", residents=30)
    return Plan(
        plan.manifest, plan.layers, differences={"a": Difference({}), "b": Difference({"parcels": homes})}
    )


def test_land_that_changes_use_is_counted_in_hectares():
    plan = two_scenarios()
    assert moved(transitions("b", plan, with_scenario(plan, "b"))) == {("16", "0701"): pytest.approx(1.0)}


def test_a_parcel_that_is_divided_keeps_the_part_that_keeps_its_use():
    before = a_plan(parcels_of("0701"))
    halves = parcels_of("0701", "1401").assign(parcel_id=["A1", "A2"])
    halves = halves.set_geometry(
        [shapely.box(X, Y, X + 100, Y + 40), shapely.box(X, Y + 40, X + 100, Y + 100)], crs=halves.crs
    )
    rows = transitions("x", before, before.replace(parcels=halves))
    assert moved(rows) == {("0701", "1401"): pytest.approx(0.6)}
    assert [(row.was.code, row.ha) for row in rows if row.stays] == [("0701", pytest.approx(0.4))]


def test_what_changed_is_told_by_row_and_column():
    plan = two_scenarios()
    (row,) = changes("b", plan, with_scenario(plan, "b"))
    assert (row.layer, row.id, row.kind) == ("parcels", "C", "changed")
    assert {name: (old, new) for name, old, new in row.fields} == {
        "land_use": ("16", "0701"),
        "residents": (None, 30.0),
    }


def test_rows_that_come_and_go_are_told():
    before = a_plan(parcels_of("0701", "1401"))
    after = before.replace(parcels=parcels_of("0701", "1401", "16").iloc[[0, 2]])
    gone, come = changes("x", before, after)
    assert (gone.id, gone.kind, come.id, come.kind) == ("B", "removed", "C", "added")
    assert ("land_use", "1401", None) in gone.fields
    assert ("land_use", None, "16") in come.fields
    assert ("geometry", None, "Polygon 10000.0 m2") in come.fields


def test_one_name_is_compared_with_the_plan_as_drawn():
    found = compare(two_scenarios(), ["b"])
    assert [column.id for column in found.columns] == ["base", "b"]
    document = found.to_dict()
    assert [row["by"][1]["value"] for row in document["measures"] if row["id"] == "residents"] == [42.0]
    assert [(row["column"], row["from"], row["to"], row["ha"]) for row in document["transition_ha"]] == [
        ("b", "0701", "0701", pytest.approx(1.0)),
        ("b", "1401", "1401", pytest.approx(1.0)),
        ("b", "16", "0701", pytest.approx(1.0)),
    ]


def test_several_names_are_compared_with_the_first():
    found = compare(two_scenarios(), ["b", "a"])
    assert [column.id for column in found.columns] == ["b", "a"]
    assert list(moved(found.transitions)) == [("0701", "16")]


def test_another_plan_is_named_by_its_folder(tmp_path):
    write(a_plan(parcels_of("1401", "0802")), tmp_path / "other")
    found = compare(two_scenarios(), ["base", str(tmp_path / "other")])
    assert found.columns[1].plan.layer("parcels").at["B", "land_use"] == "0802"


def test_a_name_that_is_nothing_says_what_there_is():
    with pytest.raises(
        UsageError, match=r"'nowhere' is neither a scenario of plan small, nor a proposal, nor a plan"
    ):
        compare(two_scenarios(), ["nowhere"])
    with pytest.raises(UsageError, match=r"Name at least one scenario .* base, a, b"):
        compare(two_scenarios(), [])


def test_one_name_given_twice_is_compared_with_the_plan_as_drawn():
    assert [column.id for column in compare(two_scenarios(), ["b", "b"]).columns] == ["base", "b"]


def test_the_plan_as_drawn_is_not_compared_with_itself_alone():
    with pytest.raises(UsageError, match=r"cannot be compared with itself alone.*there are: a, b"):
        compare(two_scenarios(), ["base"])


def test_the_same_plan_in_another_crs_has_not_changed(tmp_path):
    plan = two_scenarios()
    elsewhere = {layer: frame.to_crs("EPSG:4549") for layer, frame in plan.layers.items()}
    write(a_plan(manifest={"crs": "EPSG:4549"}).replace(**elsewhere), tmp_path / "moved")
    found = compare(plan, ["base", str(tmp_path / "moved")])
    assert (found.changes, moved(found.transitions)) == ((), {})


def test_a_plan_on_the_earth_is_not_laid_over_one_that_is_nowhere(tmp_path):
    here = a_plan(parcels_of("1401").set_crs(None, allow_override=True), {"crs": "local"})
    write(here, tmp_path / "local")
    with pytest.raises(UsageError, match=r"CRS of one is local, of the other EPSG:4548"):
        compare(two_scenarios(), ["base", str(tmp_path / "local")])
