"""What kind of filing an amendment is, by what it changes, and what is told of that."""

import json
import sqlite3
from contextlib import closing
from functools import cache
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from tests.deliver.amended import changed, with_blocks, without
from tests.support.builders import square
from tests.support.town import town

from blockplan.cli import main
from blockplan.cli.amend import _listed
from blockplan.deliver.amendment import amendment, write
from blockplan.deliver.amendment.wording import gain_said, ground_said
from blockplan.live import live, parse_edits
from blockplan.plan import write as write_plan


def smaller(by):
    """The square of parcel A, so many metres smaller all round."""
    return square(0, 0).buffer(-by, join_style="mitre")


@cache
def in_force():
    """The town, with what was found of it for other amendments."""
    return town()


def with_land(plan):
    """The town with one more parcel outside of it."""
    import pandas as pd

    parcels = plan.layer("parcels")
    more = parcels.loc[["A"]].copy()
    more["parcel_id"], more.index = "Z", ["Z"]
    more.geometry = [square(3, 0)]
    boundary = plan.layer("boundary").copy()
    boundary.geometry = [boundary.geometry.iloc[0].union(square(3, 0))]
    return plan.replace(parcels=pd.concat([parcels, more]), boundary=boundary)


@pytest.mark.long
@pytest.mark.parametrize(
    ("amended", "kind", "why"),
    [
        (lambda plan: plan, None, None),
        (with_land, 6, "added_land"),
        (lambda plan: changed(plan, "boundary", "(row 1)", geometry=square(0, 0)), 3, "boundary"),
        (lambda plan: changed(plan, "areas", "west", function="other"), 4, "guidance"),
        (lambda plan: changed(plan, "areas", "west", geometry=smaller(9)), 4, "guidance"),
        (lambda plan: changed(with_land(plan), "parcels", "A", parking_spaces=30.0), 4, "guidance"),
        (lambda plan: changed(plan, "parcels", "A", land_use="0902"), 3, "land_use"),
        (lambda plan: changed(plan, "parcels", "A", far=2.0), 3, "far"),
        (lambda plan: changed(plan, "parcels", "A", far=np.nan), 3, "far"),
        (lambda plan: changed(plan, "parcels", "A", green_ratio=0.2, green_kind="lower"), 3, "green_ratio"),
        (lambda plan: without(plan, "facilities", "school"), 3, "facility_removed"),
        (lambda plan: changed(plan, "facilities", "school", parcel_id="A"), 3, "facility_moved"),
        (lambda plan: changed(plan, "facilities", "culture", floor_area_m2=4_000.0), 3, "facility_smaller"),
        (lambda plan: plan.replace(parcels=plan.layer("parcels").assign(land_use="0902")), 2, "land_use"),
        (lambda plan: changed(plan, "parcels", "A", far=1.6), 4, "guidance"),
        (lambda plan: changed(plan, "parcels", "A", parking_spaces=30.0), 4, "guidance"),
        (lambda plan: changed(plan, "parcels", "A", remarks="见图则"), 5, "correction"),
        (lambda plan: changed(plan, "parcels", "A", geometry=smaller(0.1)), 5, "correction"),
        (lambda plan: changed(plan, "parcels", "A", geometry=smaller(5)), 3, "parcel_shape"),
    ],
)  # fmt: skip
def test_the_kind_of_filing_follows_from_what_changes(amended, kind, why):
    found = amendment(in_force(), amended(town()))
    assert found.kind == kind
    assert why is None or why in {one.why for one in found.grounds}


@pytest.mark.parametrize(("kind", "filed"), [("upper", 3), (None, 3), ("guide", 4)])
def test_a_raised_ratio_is_more_though_the_bound_beside_it_stays(kind, filed):
    base = changed(town(), "parcels", "A", far=1.8, far_max=2.5, far_kind=kind)
    found = amendment(base, changed(base, "parcels", "A", far=2.4))
    assert found.kind == filed
    lower = amendment(base, changed(base, "parcels", "A", far=1.5))
    assert lower.kind == 4


@pytest.mark.parametrize(
    ("before", "after", "filed"),
    [
        ({"far": 1.8, "far_max": 2.5}, {"far": None}, 3),
        ({"far": 1.8, "far_max": 2.5}, {"far_kind": "guide"}, 3),
        ({"far": 1.8, "far_max": 2.5, "far_kind": "guide"}, {"far": 2.4, "far_kind": "upper"}, 4),
        ({"green_ratio": 0.35, "green_ratio_min": 0.3, "green_ratio_kind": "lower"}, {"green_ratio": 0.3}, 3),
        ({"green_ratio": 0.35, "green_ratio_min": 0.3, "green_ratio_kind": "lower"}, {"green_ratio": 0.4}, 4),
    ],
)
def test_what_binds_is_the_tighter_of_the_number_and_the_bound_beside_it(before, after, filed):
    base = changed(town(), "parcels", "A", **before)
    assert amendment(base, changed(base, "parcels", "A", **after)).kind == filed


def test_a_corner_drawn_a_little_otherwise_stays_a_correction_with_what_follows_it():
    base = changed(town(), "parcels", "A", far=1.8, floor_area_m2=18_000.0, declared_area_m2=10_000.0)
    session = live(base, ["green-access"])
    corner = base.layer("parcels").geometry["A"].bounds[2:]
    session.apply(
        parse_edits([{"op": "move_vertex", "at": corner, "to": [corner[0] - 0.5, corner[1] - 0.5]}])
    )
    after = session.plan.layer("parcels").loc["A"]
    assert after["floor_area_m2"] == 17_910
    assert after["declared_area_m2"] == 9_950
    assert amendment(base, session.plan).kind == 5


def test_a_block_that_grows_over_land_without_parcels_is_added_with_them():
    base, new = with_blocks(), with_land(with_blocks())
    block = new.layer("blocks").index[0]
    grown = new.layer("blocks").geometry.loc[block].union(square(3, 0))
    assert amendment(base, changed(new, "blocks", block, geometry=grown)).kind == 6
    over = base.layer("blocks").geometry.iloc[0].union(base.layer("blocks").geometry.iloc[1])
    assert amendment(base, changed(new, "blocks", block, geometry=over)).kind != 6


def test_a_plan_without_a_predecessor_is_new():
    empty = town().replace(parcels=town().layer("parcels").iloc[:0])
    assert amendment(empty, town()).kind == 1


def test_light_is_told_for_a_plan_whose_predecessor_had_no_parcels():
    plan = town(crs="EPSG:4548")
    parcels = plan.layer("parcels").assign(height_m=30.0)
    empty = plan.replace(parcels=parcels.iloc[:0])
    shades = [one for one in amendment(empty, plan.replace(parcels=parcels)).gains if one.what == "shade"]
    assert shades
    assert all(one.old == 0 and one.new > 0 for one in shades)


def test_what_is_told_of_an_amendment_is_in_the_readers_language():
    plan = town()
    lapsed = amendment(plan, changed(plan, "parcels", "A", far=np.nan))
    said = [ground_said(one, "zh") for one in lapsed.grounds if one.why == "far"]
    assert said
    assert all("容积率上限取消" in one for one in said)
    gone = amendment(plan, without(plan, "facilities", "school"))
    assert ("设施数", "小学") in [gain_said(one, "zh") for one in gone.gains]


def test_a_parcel_of_another_use_whose_floor_area_is_unknown_is_named():
    parcels = town().layer("parcels").copy()
    parcels.loc["A", ["floor_area_m2", "far"]] = np.nan
    base = town().replace(parcels=parcels)
    found = amendment(base, changed(base, "parcels", "A", land_use="0902"))
    assert found.unknown == ["A"]
    assert amendment(base, changed(base, "parcels", "A", remarks="x")).unknown == []


@pytest.mark.long
def test_what_an_amendment_says_on_a_terminal_is_in_the_readers_language_and_tells_what_it_leaves_out(
    tmp_path, capsys
):
    base = town(packs=["gb50137"])
    write_plan(base, tmp_path / "base")
    new = base.replace(parcels=base.layer("parcels").assign(parking_spaces=7.0))
    park = changed(base, "parcels", "A", land_use="1401", floor_area_m2=0.0)
    for name, plan in (("new", new), ("park", park), ("less", without(base, "parcels", "A"))):
        write_plan(plan, tmp_path / name)

    def told(*call):
        with pytest.raises(SystemExit):
            main(["amend", *(str(tmp_path / one) if not one.startswith("-") else one for one in call)])
        return capsys.readouterr().out

    assert "地块 A：引导性内容变化（停车位）" in told("base", "new")
    assert "parcel A: guidance changes (parking spaces)" in told("base", "new", "--lang=en")
    said = told("base", "park")
    assert "地块 A：用地性质变化 城镇住宅用地 → 公园绿地" in said
    assert "（新增或放弃）" in said
    assert "(created)" not in said
    assert "冲突：地块 A 的 整体，原 存在，一方 更改，另一方 删除" in told(
        "base", "new", f"--with={tmp_path}/less"
    )


def test_a_list_of_grounds_is_cut_on_a_terminal_and_says_by_how_many(capsys):
    _listed([f"line {number}" for number in range(20)], "zh")
    out = capsys.readouterr().out.splitlines()
    assert (len(out), out[-1]) == (16, "……另有 5 项，见 --json")


@pytest.mark.long
def test_an_amendment_may_be_a_scenario_of_a_plan(tmp_path, capsys):
    write_plan(town(packs=["gb50137"]), tmp_path / "plan")
    denser = ["--set", "parcels:A.far=2.5"]
    for call in (
        ["scenario", "new", str(tmp_path / "plan"), "denser", *denser],
        ["amend", str(tmp_path / "plan"), str(tmp_path / "plan"), "--scenario", "denser", "--json"],
    ):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(call)
        assert left.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["grounds"][0]["why"]) == (3, "far")


def test_shares_that_change_are_told_in_percent(tmp_path):
    found = amendment(town(), changed(town(), "parcels", "A", green_ratio=0.25, green_kind="lower"))
    (said,) = [ground_said(one, "zh") for one in found.grounds if one.why == "green_ratio"]
    assert said.endswith("绿地率下限降低 30% → 25%")
    write(found, found.to_dict(), tmp_path / "out", lang="zh")
    with closing(sqlite3.connect(tmp_path / "out" / "amendment.gpkg")) as store:
        (qml,) = store.execute("SELECT styleQML FROM layer_styles WHERE styleName = 'change zh'").fetchone()
    label = next(ET.fromstring(qml).iter("text-style")).get("fieldName")
    assert "round(\"green_ratio_new\" * 100, 2)) || '%'" in label
    assert 'to_string("far_new")' in label


@pytest.mark.parametrize(("cap", "kind"), [(60_000.0, 3), (np.nan, 3), (40_000.0, 4)])
def test_a_block_that_may_hold_more_is_a_major_amendment(cap, kind):
    assert amendment(with_blocks(), with_blocks(floor_area_m2_max=[cap, 90_000.0])).kind == kind
