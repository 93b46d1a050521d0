"""A plan whose outlines cross themselves is delivered and amended; that they do is a fault, and no end."""

from __future__ import annotations

import pytest
import shapely
from tests.deliver.made import ANSWERS, PROFILES
from tests.support.town import town

import blockplan as bp
from blockplan.check import check
from blockplan.deliver.amendment.amend import AFTER, amendment
from blockplan.deliver.handover import accept, deliver
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.shapes import valid_areas

#: Two triangles that meet in a point: an outline that crosses itself.
BOW = shapely.Polygon([(10, 10), (90, 90), (90, 10), (10, 90)])


@pytest.fixture
def crossed():
    """The town with a parcel that crosses itself, and one beside it that overlaps with a side in common."""
    plan = town(title={"zh": "示例镇"})
    parcels = plan.layers["parcels"].copy()
    first, second = parcels.index[:2]
    west, south, east, north = parcels.geometry[first].bounds
    parcels.loc[first, "geometry"] = shapely.Polygon(
        [(west, south), (east, north), (east, south), (west, north)]
    )
    west, south, east, north = parcels.geometry[second].bounds
    parcels.loc[second, "geometry"] = shapely.Polygon(
        [(west, south), (east, south), (east, north), (west, north), (east, south), (west, north)]
    )
    return bp.Plan(plan.manifest, plan.layers | {"parcels": parcels})


@pytest.mark.long
@pytest.mark.parametrize("profile", PROFILES)
def test_outlines_that_cross_themselves_are_faults_of_the_package(crossed, tmp_path, profile):
    result = check(crossed, packs=["gb50137"])
    made = deliver(crossed, result, load_delivery_profile(profile), tmp_path / "package", answers=ANSWERS)
    assert "qc-valid" in {one.rule for one in made.judgement.checks}
    accept(tmp_path / "package", load_delivery_profile(profile), tmp_path / "plan")


@pytest.mark.long
@pytest.mark.parametrize("profile", PROFILES)
def test_a_plan_without_a_chinese_name_is_delivered(tmp_path, profile):
    plan = town()
    deliver(plan, check(plan, packs=["gb50137"]), load_delivery_profile(profile), tmp_path / "package")
    assert list((tmp_path / "package").glob("?*.gdb"))


@pytest.mark.long
def test_an_accepted_plan_names_the_packs_that_judge_it(tmp_path):
    plan = town()
    deliver(plan, check(plan, packs=["gb50137"]), load_delivery_profile("deqing"), tmp_path / "package")
    accept(tmp_path / "package", load_delivery_profile("deqing"), tmp_path / "plan")
    assert bp.read(tmp_path / "plan").manifest.packs == ("gb50180",)


def test_a_plan_with_outlines_that_cross_themselves_is_amended(crossed):
    found = amendment(town(), crossed)
    assert list(found.layers[AFTER]["parcel_id"])


def test_shapes_are_mended_to_their_areas():
    shapes = valid_areas([BOW, None, shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])])
    assert [round(one.area, 6) for one in shapes] == [3200, 0, 1, 0]
    assert all(one.is_valid for one in shapes)
