import math

import pytest
import shapely
from tests.support.builders import X, Y, square
from tests.support.town import edited, frame, kinds, only, said, spot, town

from blockplan.errors import PlanDataError
from blockplan.plan import validate

BOW = shapely.Polygon([(X + 10, Y + 10), (X + 30, Y + 30), (X + 30, Y + 10), (X + 10, Y + 30)])


def test_a_ring_that_crosses_itself_is_named_with_the_place_of_the_crossing():
    fault = only(edited(town(), "buildings", "b-A", BOW))
    assert (said(fault), fault.grade, fault.id) == ("pq-geometry.invalid", "error", "b-A")
    assert (fault.x, fault.y) == (X + 20, Y + 20)
    assert (
        fault.message() == "The outline of b-A of buildings is invalid at the place named: Self-intersection."
    )


def test_a_feature_without_geometry_is_a_fault_without_place():
    fault = only(edited(town(), "stops", "t-1", "null"))
    assert (said(fault), fault.x, fault.y) == ("pq-geometry.null", None, None)
    assert fault.message() == "t-1 of stops has no geometry."


def test_an_empty_geometry_is_a_fault():
    assert kinds(edited(town(), "buildings", "b-A", shapely.Polygon())) == ["pq-geometry.empty b-A"]


def test_a_polygon_of_no_size_is_as_good_as_empty():
    speck = shapely.Polygon([(0, 0), (0, 5e-200), (1, 0)])
    assert kinds(edited(town(), "extent", None, speck)) == ["pq-geometry.empty (row 1)"]
    assert kinds(edited(town(), "buildings", "b-A", shapely.box(X, Y, X + 1e-4, Y + 1e-4))) == [
        "pq-geometry.empty b-A"
    ]


def test_a_line_among_buildings_is_the_wrong_type():
    fault = only(edited(town(), "buildings", "b-A", shapely.LineString([(X, Y), (X + 9, Y)])))
    assert (said(fault), fault.x, fault.y) == ("pq-geometry.type", X, Y)
    assert fault.message() == "b-A of buildings is drawn as LineString; the layer holds polygon geometry."


def test_a_collection_is_of_no_layers_type():
    both = shapely.GeometryCollection([spot(1, 1), square(0)])
    assert kinds(edited(town(), "facilities", "nursing", both)) == ["pq-geometry.type nursing"]


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_coordinates_that_are_no_numbers_are_a_fault(wrong):
    line = shapely.LineString([(X, Y), (X + 10, wrong)])
    fault = only(edited(town(), "streets", "s-2", line))
    assert (said(fault), fault.id) == ("pq-geometry.coordinates", "s-2")
    assert kinds(edited(town(), "stops", "t-1", shapely.Point(X, wrong))) == ["pq-geometry.coordinates t-1"]


def test_a_layer_without_any_geometry_is_one_fault():
    shapes = [None] * 6
    greens = frame({"green_id": list("abcdef")}, shapes)
    fault = only(town().replace(greens=greens))
    assert (said(fault), fault.id, len(fault.features)) == ("pq-geometry.null-all", None, 6)


def test_parts_and_heights_are_sound():
    plan = edited(town(), "stops", "t-1", shapely.Point(X, Y, 31))
    plan = edited(
        plan, "buildings", "b-A", shapely.MultiPolygon([spot(0.3, 0.3).buffer(5), spot(0.7, 0.3).buffer(5)])
    )
    assert kinds(plan) == []


def test_a_boundary_that_is_invalid_leaves_nothing_to_hold_against():
    plan = edited(
        town(), "boundary", None, shapely.Polygon([(X, Y), (X + 300, Y + 300), (X + 300, Y), (X, Y + 300)])
    )
    assert kinds(plan) == ["pq-geometry.invalid (row 1)"]


def test_a_plan_without_a_boundary_has_a_fault():
    plan = town()
    bare = {name: layer for name, layer in plan.layers.items() if name != "boundary"}
    fault = only(type(plan)(plan.manifest, bare))
    assert (said(fault), fault.grade, fault.layer) == ("pq-layer", "error", "boundary")
    assert fault.message() == "The plan has no layer boundary."


@pytest.mark.parametrize("value", ["much", -1, True, math.inf])
def test_a_tolerance_that_is_no_length_is_refused_by_name(value):
    plan = town()
    parameters = {**plan.manifest.parameters, "gap_tolerance_m2": value}
    plan.manifest = plan.manifest.model_copy(update={"parameters": parameters})
    with pytest.raises(PlanDataError, match=r"parameters\.gap_tolerance_m2 = .* is no number of 0 or more"):
        validate(plan)
