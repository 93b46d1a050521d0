"""Validation as a whole: the clean plan, the order, what random faults do, how long it takes."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import X, Y
from tests.support.jittered import jittered_plan
from tests.support.town import edited, exchanged, kinds, line, moved, said, town, without

from blockplan.plan import Plan, validate
from blockplan.plan.model.faults import GRADES
from blockplan.texts import LANGUAGES


def test_a_clean_plan_has_no_fault_of_any_grade():
    assert validate(town()) == ()
    assert validate(jittered_plan(4, 3)) == ()


def test_parcels_without_a_row_leave_the_planned_land_uncovered():
    plan = jittered_plan(4, 3)
    bare = plan.replace(parcels=plan.layer("parcels").iloc[:0])
    (found,) = [fault for fault in validate(bare) if fault.layer == "parcels"]
    assert (found.rule, found.grade, found.unit) == ("pq-cover", "error", "m2")
    assert found.measured == pytest.approx(plan.layer("boundary").geometry.area.sum())
    for lang, layer in (("zh", "地块图层"), ("en", "parcels"), ("ja", "区画")):
        assert layer in found.message(lang)


def test_faults_come_by_grade_then_layer_then_id():
    plan = edited(town(), "parcels", "E", far=180.0)
    plan = edited(plan, "parcels", "B", green_ratio=30.0)
    plan = edited(plan, "facilities", "school", places=np.nan)
    plan = edited(plan, "parcels", "A", dwellings=0.0)
    plan = moved(plan, "buildings", "b-A", 5_000, 0)
    found = validate(plan)
    assert [(fault.grade, fault.layer, fault.id) for fault in found] == [
        ("error", "buildings", "b-A"),
        ("error", "parcels", "B"),
        ("error", "parcels", "E"),
        ("warning", "parcels", "A"),
        ("note", "facilities", "school"),
    ]


def test_validating_changes_nothing():
    plan = exchanged(town(), "parcels", "E")
    before = plan.content_hash
    validate(plan)
    assert Plan(plan.manifest, plan.layers).content_hash == before


def test_faults_do_not_hang_on_the_order_of_rows():
    plan = without(edited(moved(town(), "parcels", "E", 10, 5), "parcels", "A", far=180.0), "parcels", "I")
    turned = plan.replace(parcels=plan.layer("parcels").iloc[::-1])
    assert {(fault.rule, fault.id) for fault in validate(plan)} == {
        (fault.rule, fault.id) for fault in validate(turned)
    }


BOW = shapely.Polygon([(X + 100, Y + 100), (X + 200, Y + 200), (X + 200, Y + 100), (X + 100, Y + 200)])

#: A fault each: how it is made, the kind it must be reported as, and the feature it must be reported at.
INJECTED = {
    "a parcel taken out": (
        lambda plan: without(plan, "parcels", "I"),
        "pq-cover",
        ("parcels", "F"),
    ),
    "a parcel over its neighbour": (
        lambda plan: edited(plan, "parcels", "C", shapely.box(X + 190, Y, X + 300, Y + 100)),
        "pq-double",
        ("parcels", "C"),
    ),
    "a parcel out of the boundary": (
        lambda plan: moved(plan, "parcels", "G", -30, 0),
        "pq-inside.boundary",
        ("parcels", "G"),
    ),
    "a stop out of the extent": (
        lambda plan: moved(plan, "stops", "t-1", 0, 900),
        "pq-inside.extent",
        ("stops", "t-1"),
    ),
    "exchanged coordinates": (
        lambda plan: exchanged(plan, "parcels", "D"),
        "pq-swapped",
        ("parcels", "D"),
    ),
    "an exchanged building": (
        lambda plan: exchanged(plan, "buildings", "b-A"),
        "pq-swapped",
        ("buildings", "b-A"),
    ),
    "a crossing ring": (
        lambda plan: edited(plan, "parcels", "E", BOW),
        "pq-geometry.invalid",
        ("parcels", "E"),
    ),
    "no geometry": (
        lambda plan: edited(plan, "buildings", "b-D", "null"),
        "pq-geometry.null",
        ("buildings", "b-D"),
    ),
    "a line among the areas": (
        lambda plan: edited(plan, "areas", "east", shapely.LineString([(X, Y), (X + 1, Y)])),
        "pq-geometry.type",
        ("areas", "east"),
    ),
    "a repeated id": (
        lambda plan: plan.replace(
            streets=pd.concat([plan.layer("streets"), plan.layer("streets").loc[["s-1"]]])
        ),
        "pq-id",
        ("streets", "s-1"),
    ),
    "an unknown code": (
        lambda plan: edited(plan, "parcels", "B", land_use="99"),
        "pq-code.unknown",
        ("parcels", "B"),
    ),
    "a name that differs": (
        lambda plan: edited(plan, "parcels", "F", land_use_name="广场用地"),
        "pq-code.differs",
        ("parcels", "F"),
    ),
    "a declared area": (
        lambda plan: edited(plan, "parcels", "H", declared_area_m2=9_000.0),
        "pq-declared",
        ("parcels", "H"),
    ),
    "a ratio in per cent": (
        lambda plan: edited(plan, "parcels", "A", far=180.0),
        "pq-far.percent",
        ("parcels", "A"),
    ),
    "too much floor": (
        lambda plan: edited(plan, "parcels", "B", floor_area_m2=40_000.0),
        "pq-far.above",
        ("parcels", "B"),
    ),
    "a share in per cent": (
        lambda plan: edited(plan, "parcels", "B", green_ratio=35.0),
        "pq-value.percent",
        ("parcels", "B"),
    ),
    "a negative number": (
        lambda plan: edited(plan, "buildings", "b-D", floor_area_m2=-1.0),
        "pq-value.negative",
        ("buildings", "b-D"),
    ),
    "no beds": (
        lambda plan: edited(plan, "facilities", "nursing", beds=np.nan),
        "pq-missing.beds",
        ("facilities", "nursing"),
    ),
    "a missing parent": (
        lambda plan: edited(plan, "facilities", "hospital", parcel_id="Z"),
        "pq-reference",
        ("facilities", "hospital"),
    ),
    "a street that stops short": (
        lambda plan: edited(plan, "streets", "s-2", line((-1, 2), (0.995, 2))),
        "pq-streets",
        ("streets", "s-2"),
    ),
    "text against drawing": (
        lambda plan: edited(plan, "statements", "T-2", text_en="The belt runs 400 m."),
        "pq-text",
        ("statements", "T-2"),
    ),
}


@pytest.mark.parametrize("name", INJECTED)
def test_one_cause_gives_one_fault_at_its_feature(name):
    make, kind, feature = INJECTED[name]
    found = validate(make(town()))
    assert [said(fault) for fault in found] == [kind]
    assert feature in found[0].features


@pytest.mark.long
@given(st.lists(st.sampled_from(sorted(INJECTED)), min_size=2, max_size=8, unique=True))
def test_of_many_faults_each_is_found_and_no_other(names):
    plan = town()
    for name in names:
        plan = INJECTED[name][0](plan)
    found = validate(plan)
    for name in names:
        _, kind, feature = INJECTED[name]
        assert any(said(fault) == kind and feature in fault.features for fault in found), name
    assert len(found) == len(names), [fault.message() for fault in found]
    assert [GRADES.index(fault.grade) for fault in found] == sorted(
        GRADES.index(fault.grade) for fault in found
    )
    for fault in found:
        for lang in LANGUAGES:
            assert "{" not in fault.message(lang) + fault.remedy(lang)


def junk():
    """Values of all sorts, as files hold them."""
    return st.one_of(
        st.none(),
        st.text(max_size=8),
        st.integers(-(10**6), 10**6),
        st.floats(width=32),
        st.booleans(),
        st.just("1401"),
    )


def shapes():
    """Geometries of all sorts: none, empty, crossing, far away, of any type."""
    number = st.floats(-1e7, 1e7)
    points = st.lists(st.tuples(number, number), min_size=4, max_size=8)
    return st.one_of(
        st.none(),
        st.just(shapely.Point()),
        st.just(shapely.GeometryCollection()),
        points.map(shapely.LineString),
        points.map(shapely.Polygon),
        points.map(shapely.MultiPoint),
        points.map(lambda at: shapely.Polygon([(X + x % 300, Y + y % 300) for x, y in at])),
    )


@pytest.mark.long
@given(st.data())
def test_whatever_stands_in_a_layer_nothing_crashes(data):
    plan = town()
    name = data.draw(st.sampled_from(sorted(plan.layers)))
    frame = pd.DataFrame(plan.layer(name)).reset_index(drop=True)
    columns = data.draw(st.lists(st.sampled_from(sorted(frame.columns)), max_size=3, unique=True))
    for column in columns:
        values = shapes() if column == "geometry" else junk()
        drawn = data.draw(st.lists(values, min_size=len(frame), max_size=len(frame)))
        frame[column] = pd.Series(drawn, dtype="object", index=frame.index)
    layer = plan.layer(name)
    if "geometry" in frame:
        geometry = frame.pop("geometry").to_numpy(dtype=object)
        layer = type(layer)(frame, geometry=list(geometry), crs=layer.crs)
    else:
        layer = frame
    for fault in validate(plan.replace(**{name: layer})):
        assert fault.grade in GRADES
        for lang in LANGUAGES:
            assert fault.message(lang)
            assert fault.remedy(lang)
        assert fault.to_dict()["rule"].startswith("pq-")


@pytest.mark.long
def test_two_faults_among_twenty_thousand_parcels_are_found_and_nothing_else():
    plan = jittered_plan(142, 142, points=2)
    parcels = plan.layer("parcels")
    # One parcel gone and one moved: the pieces have to be cut, the sums alone no longer tell.
    shape = shapely.transform(parcels.geometry["P-9000"], lambda at: at + np.array((3, 2)))
    plan = edited(without(plan, "parcels", "P-500"), "parcels", "P-9000", shape)
    found = kinds(plan)
    assert found == ["pq-cover parcels", "pq-double P-9000"]
    assert len(plan.layer("buildings")) > 100_000


@pytest.mark.long
@pytest.mark.parametrize("roughness_m", [0.001, 0.1])
def test_an_outline_of_a_million_points_does_not_blow_up(roughness_m):
    around = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    radius = 49.9 - np.random.default_rng(1).uniform(0, roughness_m, len(around))
    disc = shapely.Polygon(
        np.column_stack((X + 150 + radius * np.cos(around), Y + 150 + radius * np.sin(around)))
    )
    found = kinds(edited(town(), "parcels", "E", disc))
    assert "pq-cover parcels" in found
    assert ("pq-geometry.intricate E" in found) == (roughness_m > 0.01)


def test_a_plan_that_was_validated_is_kept_in_a_file_with_what_was_found() -> None:
    plan = without(town(), "parcels", "E")
    found = validate(plan)
    assert found
    assert validate(pickle.loads(pickle.dumps(plan))) == found
