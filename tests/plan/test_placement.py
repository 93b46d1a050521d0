import numpy as np
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of
from tests.support.town import CRS, edited, exchanged, frame, kinds, moved, only, said, spot, town

from blockplan.plan import validate


def test_a_stop_outside_the_extent_is_one_fault_with_its_place():
    fault = only(moved(town(), "stops", "t-1", 500, 0))
    assert (said(fault), fault.grade, fault.layer, fault.id) == ("pq-inside.extent", "error", "stops", "t-1")
    assert (fault.x, fault.y) == (500_600, 4_400_100)
    assert fault.features == (("stops", "t-1"),)
    assert fault.message() == "t-1 of stops lies outside the extent of the drawing (200.00 m)."


def test_a_parcel_out_of_the_boundary_leaves_no_gap_beside_it():
    fault = only(moved(town(), "parcels", "F", 300, 0))
    assert (said(fault), fault.id, fault.measured, fault.unit) == ("pq-inside.boundary", "F", 10_000, "m2")
    assert fault.message() == "F of parcels lies outside the boundary of the plan (10,000.00 m²)."


def test_a_parcel_pushed_half_out_leaves_no_gap_beside_it():
    fault = only(moved(town(), "parcels", "F", 40, 0))
    assert (said(fault), fault.id, fault.measured) == ("pq-inside.boundary", "F", pytest.approx(4_000))


def test_a_parcel_pushed_out_and_over_its_neighbour_is_one_fault_that_names_both():
    fault = only(moved(town(), "parcels", "F", 40, 20))
    assert (said(fault), fault.id) == ("pq-inside.boundary", "F")
    assert fault.features == (("parcels", "F"), ("parcels", "I"))


def test_up_to_the_tolerance_a_feature_may_stand_out():
    assert kinds(moved(town(), "parcels", "F", 0.0009, 0)) == []
    assert kinds(moved(town(parameters={"inside_tolerance_m": 0.5}), "stops", "t-1", 300.4, 0)) == []
    assert kinds(moved(town(), "stops", "t-1", 300.4, 0)) == ["pq-inside.extent t-1"]


def test_a_strip_outside_that_is_thinner_than_a_sliver_is_a_warning():
    plan = moved(town(parameters={"sliver_width_m": 0.1}), "parcels", "F", 0.09, 0)
    assert {found.grade for found in validate(plan)} == {"warning"}
    assert kinds(plan) == ["pq-sliver parcels"]


def test_a_feature_with_x_and_y_exchanged_is_one_fault_and_no_gap():
    for layer, id_ in (("parcels", "E"), ("buildings", "b-A"), ("streets", "s-1"), ("facilities", "nursing")):
        fault = only(exchanged(town(), layer, id_))
        assert (fault.rule, fault.grade, fault.features) == ("pq-swapped", "error", ((layer, id_),))
    assert fault.message() == (
        "nursing of facilities lies far outside, and inside once its x and y are exchanged."
    )
    assert fault.remedy() == "Exchange the coordinates of nursing: x is east, y is north."
    assert fault.message("zh") == "设施 nursing 位于范围之外，但交换 x 与 y 后落在范围之内。"


def test_a_whole_layer_with_x_and_y_exchanged_is_one_fault():
    fault = only(exchanged(town(), "parcels", *"ABCDEFGHI"))
    assert (said(fault), fault.id, len(fault.features)) == ("pq-swapped.all", None, 9)
    assert fault.message() == (
        "9 of 9 features of parcels lie far outside, and inside once x and y are exchanged (first: A)."
    )


def test_the_boundary_itself_with_x_and_y_exchanged_is_one_fault():
    fault = only(exchanged(town(), "boundary", "(row 1)"))
    assert (said(fault), fault.layer) == ("pq-swapped", "boundary")


def test_a_whole_plan_with_x_and_y_exchanged_is_one_fault():
    plan = town()
    for name in plan.layers:
        if name != "statements":
            plan = exchanged(plan, name, *plan.layer(name).index)
    fault = only(plan)
    assert (said(fault), fault.layer) == ("pq-swapped.plan", "boundary")


def test_a_whole_plan_elsewhere_is_a_warning():
    plan = town()
    for name in plan.layers:
        if name != "statements":
            for id_ in plan.layer(name).index:
                plan = moved(plan, name, id_, 5e6, 0)
    fault = only(plan)
    assert (said(fault), fault.grade) == ("pq-crs.elsewhere", "warning")


def test_longitude_and_latitude_in_a_projected_plan_are_one_fault_of_the_layer():
    plan = town()
    plan = edited(plan, "stops", "t-1", shapely.Point(116.3, 39.7))
    fault = only(plan)
    assert (said(fault), fault.layer, fault.id) == ("pq-crs.degrees", "stops", "t-1")


def test_a_layer_that_is_all_outside_is_one_fault():
    shapes = [spot(20 + number, 0) for number in range(6)]
    stops = frame({"stop_id": list("abcdef"), "modes": "bus"}, shapes)
    fault = only(town().replace(stops=stops))
    assert (said(fault), len(fault.features)) == ("pq-inside.extent-all", 6)


def test_without_an_extent_nothing_has_to_lie_in_it():
    plan = town()
    bare = {name: layer for name, layer in plan.layers.items() if name != "extent"}
    plan = type(plan)(plan.manifest, bare)
    assert kinds(moved(plan, "stops", "t-1", 5_000, 0)) == []
    assert kinds(exchanged(plan, "stops", "t-1")) == ["pq-swapped t-1"]


def test_a_line_that_ends_on_the_extent_is_inside():
    assert kinds(town()) == []
    longer = shapely.LineString([(499_890, 4_400_100), (500_400, 4_400_100)])
    assert kinds(edited(town(), "streets", "s-1", longer)) == ["pq-inside.extent s-1"]


def test_a_boundary_in_two_parts_and_with_a_hole_is_held_as_drawn():
    plan = town()
    shapes = plan.layer("parcels").geometry
    outline = shapely.union_all([shapes[name] for name in "ABCDFGHI"])
    plan = plan.replace(boundary=frame({"name": ["ring"]}, [outline]))
    assert kinds(plan) == ["pq-inside.boundary E"]
    assert np.asarray(plan.layer("boundary").geometry.area).sum() == 80_000
    assert plan.layer("boundary").crs == CRS


def test_a_projected_plan_drawn_in_degrees_throughout_is_an_error_in_every_layer():
    plan = a_plan(parcels_of("1401", "0802"))
    in_degrees = {
        name: plan.layer(name).set_geometry(
            shapely.transform(
                plan.layer(name).geometry.to_numpy(), lambda at: (at - [X, Y]) / 1e3 + [116.3, 39.9]
            )
        )
        for name in ("boundary", "parcels")
    }
    found = validate(plan.replace(**in_degrees))
    assert [(fault.rule, fault.case, fault.layer) for fault in found] == [
        ("pq-crs", "degrees", "boundary"),
        ("pq-crs", "degrees", "parcels"),
    ]


def test_a_facility_on_another_parcel_than_it_names_is_a_warning_with_its_place():
    fault = only(moved(town(), "facilities", "nursing", 100, 0))
    assert (said(fault), fault.grade, fault.id, fault.aspect) == (
        "pq-reference.stands",
        "warning",
        "nursing",
        "parcel_id",
    )
    assert (fault.x, fault.y, fault.measured, fault.unit) == (500_220, 4_400_050, 20, "m")
    assert fault.message() == "nursing of facilities names the parcel B, but stands on C (20.00 m from B)."


def test_a_facility_outside_the_planned_land_is_a_warning_with_its_place():
    fault = only(moved(town(), "facilities", "culture", 100, 0))
    assert (said(fault), fault.grade, fault.id) == ("pq-inside.planned", "warning", "culture")
    assert (fault.x, fault.y, fault.measured, fault.unit) == (500_350, 4_400_050, 50, "m")
    bare = town().replace(facilities=town().layer("facilities").assign(parcel_id=None))
    assert kinds(moved(bare, "facilities", "culture", 100, 0)) == ["pq-inside.planned culture"]
    assert kinds(moved(bare, "facilities", "nursing", 100, 0)) == []


def test_a_facility_beyond_the_extent_is_one_fault():
    assert kinds(moved(town(), "facilities", "culture", 500, 0)) == ["pq-inside.extent culture"]


def test_a_facility_on_the_edge_of_its_parcel_stands_there():
    assert kinds(moved(town(), "facilities", "nursing", 80, 0)) == []
    assert kinds(moved(town(), "facilities", "nursing", 80.04, 0)) == []
    assert kinds(moved(town(), "facilities", "culture", 0, -50.04)) == []


def test_a_facility_whose_parcel_was_moved_from_under_it_has_no_fault_of_its_own():
    assert kinds(moved(town(), "parcels", "C", 0, -40)) == ["pq-inside.boundary C"]


def test_a_facility_drawn_as_an_area_stands_on_each_parcel_it_touches():
    shape = shapely.box(X + 190, Y + 10, X + 230, Y + 40)
    assert kinds(edited(town(), "facilities", "nursing", shape)) == []
    fault = only(edited(town(), "facilities", "nursing", shapely.box(X + 310, Y, X + 320, Y + 9)))
    assert (said(fault), fault.measured, fault.unit) == ("pq-inside.planned", 10, "m")


def test_facilities_that_all_stand_on_other_parcels_are_one_fault():
    facilities = frame(
        {"facility_id": list("abcde"), "parcel_id": list("BCDEF"), "service": "clinic"},
        [spot(0.2 + number / 10, 0.5) for number in range(5)],
    )
    fault = only(town().replace(facilities=facilities))
    assert (said(fault), fault.grade, len(fault.features)) == ("pq-reference.stands-all", "warning", 5)


@pytest.mark.long
def test_a_parcel_that_rounding_alone_puts_outside_is_inside():
    # Halves of rectangles at many angles: their corners lie off the boundary by less than a nanometre.
    for angle in range(1, 60):
        whole = shapely.affinity.rotate(shapely.box(X, Y, X + 90, Y + 70), angle, origin=(0, 0))
        halves = shapely.affinity.rotate(shapely.box(X, Y, X + 45, Y + 70), angle, origin=(0, 0))
        parcels = frame({"parcel_id": ["A", "B"], "land_use": ["1401", "1401"]}, [halves, whole - halves])
        outline = frame({"name": ["all"]}, [whole])
        assert [
            one.rule for one in validate(a_plan(parcels, boundary=outline)) if one.rule == "pq-inside"
        ] == []
