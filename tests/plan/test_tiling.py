import pytest
import shapely
from tests.support.builders import X, Y, square
from tests.support.town import edited, exchanged, kinds, moved, only, said, town, without

from blockplan.plan import validate


def box(west, south, east, north):
    """A box in metres from the corner of the town."""
    return shapely.box(X + west, Y + south, X + east, Y + north)


def test_a_missing_parcel_is_one_gap_with_its_area_place_and_neighbours():
    fault = only(without(town(), "parcels", "E"))
    assert (said(fault), fault.grade, fault.layer, fault.id) == ("pq-cover", "error", "parcels", None)
    assert (fault.measured, fault.unit) == (10_000, "m2")
    assert (fault.x, fault.y) == (X + 150, Y + 150)
    assert fault.features == tuple(("parcels", name) for name in "BDFH")
    assert fault.aspect == "geometry"
    assert fault.message() == ("No parcel covers 10,000.0 m² of the planned land, between B, D, F, H.")
    assert fault.remedy() == "Draw the missing parcel, or extend a neighbour to close the gap."


def test_the_place_of_a_gap_lies_in_the_gap():
    fault = only(edited(town(), "parcels", "E", box(110, 105, 200, 200)))
    assert square(1, 1).contains(shapely.Point(fault.x, fault.y))
    assert not box(110, 105, 200, 200).contains(shapely.Point(fault.x, fault.y))


def test_two_holes_that_do_not_touch_are_two_gaps():
    assert kinds(without(town(), "parcels", "A", "I")) == ["pq-cover parcels", "pq-cover parcels"]


def test_two_missing_neighbours_are_one_gap():
    fault = only(without(town(), "parcels", "E", "F"))
    assert fault.measured == pytest.approx(20_000)


def test_a_shrunken_parcel_is_a_gap_and_not_also_a_wrong_declared_area():
    fault = only(edited(town(), "parcels", "E", box(100, 100, 190, 200)))
    assert (said(fault), fault.measured) == ("pq-cover", pytest.approx(1_000))
    assert ("parcels", "E") in fault.features


def test_a_shrunken_parcel_without_a_declared_area_is_a_gap_and_no_wrong_ratio():
    plan = edited(town(), "parcels", declared_area_m2=None)
    assert kinds(edited(plan, "parcels", "E", box(100, 100, 150, 200))) == ["pq-cover parcels"]


def test_a_gap_within_the_tolerance_is_none():
    plan = edited(town(), "parcels", "E", box(100, 100, 199.991, 200))
    assert kinds(plan) == []
    wider = edited(town(parameters={"gap_tolerance_m2": 200}), "parcels", "E", box(100, 100, 198.5, 200))
    assert kinds(wider) == ["pq-declared E"]


def test_a_gap_no_wider_than_a_sliver_is_a_warning():
    fault = only(edited(town(), "parcels", "E", box(100, 100, 199.96, 200)))
    assert (said(fault), fault.grade, fault.measured) == ("pq-sliver", "warning", pytest.approx(4))
    assert fault.message() == ("1 slivers between parcels or along the boundary, 4.0 m² in all, at E, F.")


def test_a_hole_that_hangs_on_a_web_of_slivers_is_a_gap_all_the_same():
    plan = without(town(), "parcels", "E")
    for name in "ABCDFGHI":
        shape = plan.layer("parcels").geometry[name]
        plan = edited(plan, "parcels", name, shapely.buffer(shape, -0.01, join_style="mitre"))
    found = {said(fault): fault for fault in validate(plan)}
    assert set(found) == {"pq-cover"}
    assert found["pq-cover"].measured == pytest.approx(10_000, rel=0.005)


def test_two_parcels_on_the_same_ground_are_one_overlap_of_both():
    fault = only(edited(town(), "parcels", "E", box(100, 100, 210, 200)))
    assert (said(fault), fault.grade, fault.id) == ("pq-double", "error", "E")
    assert (fault.measured, fault.unit) == (pytest.approx(1_000), "m2")
    assert fault.features == (("parcels", "E"), ("parcels", "F"))
    assert (fault.x, fault.y) == (pytest.approx(X + 205), pytest.approx(Y + 150))
    assert fault.message() == "E and F overlap by 1,000.0 m²: the same ground has two uses."
    assert fault.message("zh") == "E 与 F 重叠 1,000.0 平方米：同一土地有两种用途。"


def test_a_parcel_over_all_its_neighbours_is_one_fault():
    fault = only(edited(town(), "parcels", "E", box(90, 90, 210, 210)))
    assert (fault.id, len(fault.features)) == ("E", 9)
    assert fault.measured == pytest.approx(4_400)


def test_a_parcel_moved_over_its_neighbours_leaves_no_gap_beside_it():
    fault = only(moved(town(), "parcels", "E", 10, 5))
    assert (said(fault), fault.id) == ("pq-double", "E")


def test_a_parcel_moved_onto_another_one_leaves_no_gap_behind():
    fault = only(moved(town(), "parcels", "A", 200, 200))
    assert said(fault) == "pq-double"
    assert set(fault.features) == {("parcels", "A"), ("parcels", "I")}


def test_an_overlap_does_not_hide_a_gap_elsewhere():
    plan = edited(without(town(), "parcels", "A"), "parcels", "E", box(100, 100, 210, 200))
    assert kinds(plan) == ["pq-cover parcels", "pq-double E"]


def test_a_parcel_inside_another_one_is_an_overlap():
    shapes = {"declared_area_m2": 100, "floor_area_m2": 10}
    plan = edited(town(), "parcels", "A", box(130, 130, 140, 140), **shapes)
    # The hole that A left is larger than what A covers now, so both are said.
    assert kinds(plan) == ["pq-cover parcels", "pq-double A"]


def test_a_parcel_that_crosses_itself_is_no_gap_as_well():
    bow = shapely.Polygon([(X + 100, Y + 100), (X + 200, Y + 200), (X + 200, Y + 100), (X + 100, Y + 200)])
    fault = only(edited(town(), "parcels", "E", bow))
    assert (said(fault), fault.id, fault.x, fault.y) == ("pq-geometry.invalid", "E", X + 150, Y + 150)


def test_a_parcel_without_geometry_is_no_gap_as_well():
    assert kinds(edited(town(), "parcels", "E", "null")) == ["pq-geometry.null E"]


def test_beside_a_parcel_that_crosses_itself_a_gap_is_still_found():
    bow = shapely.Polygon([(X + 100, Y + 100), (X + 200, Y + 200), (X + 200, Y + 100), (X + 100, Y + 200)])
    plan = without(edited(town(), "parcels", "E", bow), "parcels", "F")
    assert kinds(plan) == ["pq-cover parcels", "pq-geometry.invalid E"]


def test_a_row_that_stands_twice_is_a_repeated_id_and_no_overlap():
    import pandas as pd

    parcels = town().layer("parcels")
    fault = only(town().replace(parcels=pd.concat([parcels, parcels.loc[["E"]]])))
    assert (said(fault), fault.id, fault.aspect) == ("pq-id", "E", "parcel_id")


def test_parcels_without_common_vertices_tile_all_the_same():
    plan = edited(town(), "parcels", "E", shapely.segmentize(square(1, 1), 7))
    assert kinds(plan) == []


def test_a_plan_without_parcels_has_a_note_and_no_gap():
    plan = town()
    bare = {
        name: layer
        for name, layer in plan.layers.items()
        if name not in ("parcels", "buildings", "facilities")
    }
    fault = only(type(plan)(plan.manifest, bare))
    assert (said(fault), fault.grade) == ("pq-layer.parcels", "note")


def test_a_parcel_with_exchanged_coordinates_that_lies_wrong_is_held_where_it_belongs():
    plan = exchanged(edited(town(), "parcels", "E", box(100, 100, 210, 200)), "parcels", "E")
    assert kinds(plan) == ["pq-double E", "pq-swapped E"]
