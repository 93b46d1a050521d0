"""Amendments: their kind, who gains and loses, a ledger that sums to zero, two of them merged, signed."""

import datetime as dt
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.deliver.made import a_plan
from tests.support.builders import square
from tests.support.town import town

from blockplan.cli import main
from blockplan.cli.amend import _listed
from blockplan.deliver.amendment import amendment, merge, write
from blockplan.deliver.amendment.folder import CHANGES
from blockplan.deliver.amendment.gains import CREATED, _sun, _swept, floor_area_gains, transfers
from blockplan.deliver.amendment.wording import conflict_said, gain_said, ground_said
from blockplan.errors import PlanDataError, UsageError
from blockplan.figures import fixed
from blockplan.notice.proof.notary import new_key
from blockplan.plan import Plan
from blockplan.plan import read as read_plan
from blockplan.plan import write as write_plan
from blockplan.texts import LANGUAGES

PYTHON = Path("/usr/bin/python3")
RENDER = Path(__file__).parents[1] / "report" / "qgis_render.py"


def changed(plan, layer, id_, **values):
    """The plan with some values of one feature changed."""
    frame = plan.layer(layer).copy()
    for column, value in values.items():
        if column == "geometry":
            frame.geometry = [
                value if one == id_ else shape for one, shape in zip(frame.index, frame.geometry, strict=True)
            ]
        else:
            frame.loc[id_, column] = value
    return plan.replace(**{layer: frame})


def smaller(by):
    """The square of parcel A, so many metres smaller all round."""
    return square(0, 0).buffer(-by, join_style="mitre")


def without(plan, layer, id_):
    return plan.replace(**{layer: plan.layer(layer).drop(index=id_)})


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
    found = amendment(town(), amended(town()))
    assert found.kind == kind
    assert why is None or why in {one.why for one in found.grounds}


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


def test_a_transfer_of_floor_area_sums_to_zero_and_creates_nothing():
    new = changed(
        changed(town(), "parcels", "A", floor_area_m2=15_000.0), "parcels", "D", floor_area_m2=21_000.0
    )
    found = amendment(town(), new)
    assert found.ledger == ({"account": "A", "change_m2": -3000.0}, {"account": "D", "change_m2": 3000.0})


def with_blocks(**west):
    """The town in two blocks with caps of floor area; changes of the western one's."""
    blocks = gpd.GeoDataFrame(
        {"block_id": ["K", "L"], "floor_area_m2_max": [5e4, 9e4], "floor_area_transfer_m2": [0.0, 0.0]},
        geometry=[square(0, 0).union(square(0, 1)), square(1, 0).union(square(1, 1))], crs=town().crs,
    )  # fmt: skip
    for column, values in west.items():
        blocks[column] = values
    return town().replace(blocks=blocks)


def test_floor_area_that_one_block_hands_to_another_is_major_and_sums_to_zero():
    found = amendment(with_blocks(), with_blocks(floor_area_transfer_m2=[4_000.0, -4_000.0]))
    assert found.kind == 3
    assert [(one.why, one.id) for one in found.grounds] == [
        ("floor_area_transfer_m2", "K"), ("floor_area_transfer_m2", "L"),
    ]  # fmt: skip
    assert [(one.what, one.id, one.change) for one in found.gains if one.layer == "blocks"] == [
        ("block_cap", "K", 4_000.0), ("block_cap", "L", -4_000.0),
    ]  # fmt: skip
    assert found.ledger == ({"account": "K", "change_m2": 4_000.0}, {"account": "L", "change_m2": -4_000.0})


@pytest.mark.parametrize(("cap", "kind"), [(60_000.0, 3), (np.nan, 3), (40_000.0, 4)])
def test_a_block_that_may_hold_more_is_a_major_amendment(cap, kind):
    assert amendment(with_blocks(), with_blocks(floor_area_m2_max=[cap, 90_000.0])).kind == kind


def test_a_facility_that_moves_is_told_of_the_subblocks_that_are_drawn_where_no_parcel_names_one():
    def plan(of):
        subblocks = gpd.GeoDataFrame(
            {"subblock_id": ["N", "S"]}, geometry=[square(0, 1), square(0, 0)], crs=town().crs
        )
        made = town().replace(subblocks=subblocks, blocks=town().layer("blocks").iloc[:0])
        parcels = made.layer("parcels").assign(block_id=None)
        return changed(made.replace(parcels=parcels), "facilities", "culture", parcel_id=of)

    gains = amendment(plan("A"), plan("D")).gains
    assert [(one.layer, one.id, one.change) for one in gains if one.what == "facilities:culture"] == [
        ("subblocks", "N", 1.0), ("subblocks", "S", -1.0),
    ]  # fmt: skip


def test_floor_area_that_an_amendment_creates_stands_in_its_own_account():
    found = amendment(town(), changed(town(), "parcels", "A", floor_area_m2=20_000.5))
    assert found.ledger == ({"account": "A", "change_m2": 2000.5}, {"account": CREATED, "change_m2": -2000.5})


def test_unknown_floor_area_is_named_and_never_zero():
    parcels = town().layer("parcels").copy()
    parcels.loc["A", ["floor_area_m2", "far"]] = np.nan
    found = amendment(town(), town().replace(parcels=parcels))
    assert found.unknown == ["A"]
    assert found.ledger == ()


@pytest.mark.long
@settings(max_examples=8)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_every_ledger_sums_to_zero(one, other):
    base = a_plan(one)
    parcels = base.layer("parcels").copy()
    draw = np.random.default_rng(other)
    parcels["floor_area_m2"] = parcels["floor_area_m2"] * draw.uniform(0.5, 1.5, len(parcels))
    ledger = transfers(floor_area_gains(base, base.replace(parcels=parcels)))
    assert sum(round(line["change_m2"] * 100) for line in ledger) == 0


def test_layers_hold_what_was_what_becomes_and_each_piece_of_land():
    new = changed(town(), "parcels", "A", land_use="0902")
    layers = amendment(town(), new).layers
    assert [len(layers[name]) for name in ("before", "after", "change")] == [1, 1, 1]
    row = layers["change"].iloc[0]
    assert (row["land_use_old"], row["land_use_new"], row["area_m2"]) == ("0701", "0902", 10_000.0)


def test_a_block_that_loses_a_facility_is_told():
    gains = amendment(town(), without(town(), "facilities", "school")).gains
    assert [(one.what, one.id, one.change) for one in gains if one.what == "facilities:primary_school"] == [
        ("facilities:primary_school", "K", -1.0)
    ]


def test_the_sun_stands_where_it_stands():
    # At noon its height is 90 degrees less the latitude, less 20.2 of the Great Cold; it stands in the south.
    elevation, east, north = _sun(40.0, 12)
    assert (elevation, east, north) == (
        pytest.approx(29.8),
        pytest.approx(0.0, abs=1e-9),
        pytest.approx(-1.0),
    )
    morning, noon = _sun(40.0, 9), _sun(40.0, 15)
    assert morning[0] == pytest.approx(noon[0])
    assert morning[1] == pytest.approx(-noon[1])
    assert morning[1] > 0


def test_a_shadow_is_the_land_that_the_parcel_passes_over():
    assert _swept(shapely.box(0, 0, 10, 10), 0, 20).area == pytest.approx(300.0)


def test_a_higher_neighbour_in_the_south_takes_light_and_one_in_the_north_does_not():
    parcels = town().layer("parcels").copy()
    parcels["height_m"], parcels["height_kind"] = 12.0, "upper"
    base = town().replace(parcels=parcels)
    shade = [
        one
        for one in amendment(base, changed(base, "parcels", "E", height_m=80.0)).gains
        if one.what == "shade"
    ]
    assert {one.id for one in shade} >= {"I"}
    assert all(one.change > 0 for one in shade)
    assert "A" not in {one.id for one in shade}


def test_without_a_latitude_light_is_unknown():
    parcels = town(crs="local").layer("parcels").copy()
    parcels["height_m"] = 12.0
    base = town(crs="local").replace(parcels=parcels)
    shade = [
        one
        for one in amendment(base, changed(base, "parcels", "E", height_m=80.0)).gains
        if one.what == "shade"
    ]
    assert shade
    assert all(one.change is None for one in shade)


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


SEALED = ("amendment.gpkg", "amendment.json", "key.txt", "manifest.json", "manifest.note")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Two amendments merged and signed, as `amend --with --key` writes them, and the key."""
    place = tmp_path_factory.mktemp("sealed")
    signer = new_key(place / "notice.key", "example.org/town")
    base = town()
    ours, theirs = (changed(base, "parcels", *one, far=1.2) for one in (("A",), ("D",)))
    found, merged = amendment(base, ours), merge(base, ours, theirs)
    write(found, found.to_dict() | {"merge": merged.to_dict("en")}, place / "out", signer)
    write_plan(merged.plan, place / "out" / "merged")
    return place / "out", str(signer.verifier)


def told(folder, capsys, *more):
    """What `notice verify` says of a folder, and the code it leaves with."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["notice", "verify", str(folder), *more, "--json"])
    return json.loads(capsys.readouterr().out), left.value.code


@pytest.mark.parametrize("known", [True, False], ids=["with the key of the office", "with its own key"])
def test_a_signed_amendment_holds_with_the_plan_that_it_was_merged_into(sealed, capsys, known):
    folder, key = sealed
    found, code = told(folder, capsys, *(("--key", key) if known else ()))
    assert (found["holds"], found["kind"], found["faults"], found["unsigned"]) == (True, 4, [], [])
    assert (found["key"], code) == (key, 0)


@pytest.mark.parametrize("option", ["--receipt", "--checkpoint", "--law", "--stamp-root"])
def test_what_proves_nothing_of_an_amendment_is_refused_and_not_passed_over(sealed, capsys, tmp_path, option):
    (tmp_path / "another").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["notice", "verify", str(sealed[0]), option, str(tmp_path / "another")])
    assert left.value.code == 2
    assert "which --key alone verifies" in capsys.readouterr().err


DAMAGES = {
    "a bit": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "a byte behind": lambda data: data + b" ",
    "a line break behind": lambda data: data + b"\n",
    "the last byte": lambda data: data[:-1],
    "nothing left": lambda _: b"",
    "other line breaks": lambda data: data.replace(b"\n", b"\r\n") if b"\n" in data else data + b"\r\n",
    "no text": lambda data: data[:5] + b"\xff" + data[5:],
    "a digit": lambda data: data.replace(b"1", b"2", 1) if b"1" in data else data + b"1",
    "gone": lambda _: None,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", SEALED)
def test_an_amendment_with_a_changed_file_does_not_hold(sealed, tmp_path, capsys, name, damage):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    data = DAMAGES[damage]((out / name).read_bytes())
    (out / name).unlink() if data is None else (out / name).write_bytes(data)
    found, code = told(out, capsys, "--key", key)
    assert (found["holds"], code) == (False, 1)
    assert len(found["faults"]) == 1
    # A seal that does not fit tells nothing of which of both was changed: the manifest, or the seal itself.
    seal = name.startswith("manifest") and not (damage == "gone" and name == "manifest.json")
    assert ("signature" in found["faults"][0] or "not signed" in found["faults"][0]) if seal else (
        found["faults"][0].startswith(name)
    )  # fmt: skip
    # Without a key from elsewhere a changed key is a seal that does not fit.
    assert told(out, capsys)[1] == 1


def test_a_merged_plan_that_was_changed_after_it_was_judged_is_named(sealed, tmp_path, capsys):
    folder, key = sealed
    for change in ("edited", "gone", "damaged"):
        out = shutil.copytree(folder, tmp_path / change)
        if change == "edited":
            plan = changed(read_plan(out / "merged"), "parcels", "B", far=9.0)
            shutil.rmtree(out / "merged")
            write_plan(plan, out / "merged")
        elif change == "gone":
            shutil.rmtree(out / "merged")
        else:
            (out / "merged" / "plan.gpkg").write_bytes(b"SQLite")
        found, code = told(out, capsys, "--key", key)
        assert (len(found["faults"]), code) == (1, 1)
        assert found["faults"][0].startswith("merged")


def test_an_amendment_is_not_taken_for_another_offices(sealed, tmp_path, capsys):
    folder, _ = sealed
    other = new_key(tmp_path / "other.key", "example.org/town")
    found, code = told(folder, capsys, "--key", str(other.verifier))
    assert (found["holds"], found["kind"], code) == (False, None, 1)
    assert any("key.txt holds another key" in one for one in found["faults"])
    assert any("not signed, once, by the key" in one for one in found["faults"])


def test_an_amendment_without_a_seal_is_told_to_be_unsigned_in_the_readers_language(tmp_path, capsys):
    signer = new_key(tmp_path / "notice.key", "example.org/town")
    found = amendment(town(), changed(town(), "parcels", "A", far=1.5))
    write(found, found.to_dict(), tmp_path / "out", signer)
    # Written again without a key, it keeps no seal of what it was.
    write(found, found.to_dict(), tmp_path / "out")
    for more in ((), ("--key", str(signer.verifier))):
        told_, code = told(tmp_path / "out", capsys, *more, "--lang", "zh")
        assert (told_["faults"], code) == (["没有签名：缺少 manifest.note"], 1)
    (tmp_path / "out" / "amendment.gpkg").unlink()
    assert told(tmp_path / "out", capsys)[1] == 1


def test_what_lies_beside_a_signed_amendment_is_named_as_under_no_signature(sealed, tmp_path, capsys):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    (out / "notes.txt").write_text("x")
    (out / "merged" / "notes.txt").write_text("x")
    found, code = told(out, capsys, "--key", key)
    assert (found["holds"], found["unsigned"], code) == (True, ["merged/notes.txt", "notes.txt"], 0)


def test_a_merged_plan_beside_an_amendment_that_names_none_is_under_no_signature(tmp_path, capsys):
    signer = new_key(tmp_path / "notice.key", "example.org/town")
    found = amendment(town(), changed(town(), "parcels", "A", far=1.5))
    write(found, found.to_dict(), tmp_path / "out", signer)
    write_plan(town(), tmp_path / "out" / "merged")
    said, _ = told(tmp_path / "out", capsys, "--key", str(signer.verifier))
    assert said["unsigned"] == ["merged/plan.gpkg", "merged/plan.toml"]


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_file_that_is_read_with_the_layers_of_a_signed_amendment_is_a_change(sealed, tmp_path, capsys, end):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    (out / f"amendment.gpkg{end}").touch()
    assert told(out, capsys, "--key", key)[1] == 0
    (out / f"amendment.gpkg{end}").write_bytes(b"pages")
    found, code = told(out, capsys, "--key", key)
    assert (found["faults"], code) == ([f"amendment.gpkg{end} is not as it was signed"], 1)


@pytest.mark.long
def test_the_command_tells_merges_and_leaves_with_1_at_a_conflict(tmp_path, capsys):
    base = town(packs=["gb50137"])
    for name, plan in (
        ("base", base),
        ("a", changed(base, "parcels", "A", far=1.5)),
        ("b", changed(base, "parcels", "A", far=1.2)),
    ):
        write_plan(plan, tmp_path / name)
    with pytest.raises(SystemExit) as left:
        main(
            [
                "amend",
                *(str(tmp_path / name) for name in ("base", "a")),
                "--out",
                str(tmp_path / "out"),
                "--json",
            ]
        )
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["kind"] == 4
    assert (tmp_path / "out" / "amendment.gpkg").is_file()
    with pytest.raises(SystemExit) as left:
        main(
            [
                "amend",
                *(str(tmp_path / name) for name in ("base", "a")),
                "--with",
                str(tmp_path / "b"),
                "--lang",
                "en",
            ]
        )
    assert left.value.code == 1
    assert "Conflict: parcel A, FAR: 1.8 became 1.5 in one and 1.2 in the other" in capsys.readouterr().out
    write_plan(changed(base, "parcels", "B", far=1.2), tmp_path / "c")
    call = [str(tmp_path / "base"), str(tmp_path / "a"), "--with", str(tmp_path / "c"), "--lang", "zh"]
    with pytest.raises(SystemExit) as left:
        main(["amend", *call])
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert "地块 A" in told
    assert "?" not in told
    assert re.search(r"合并后的规划：\S+ \d+", told)


@pytest.mark.parametrize("taken", ["plan.toml", "manifest.json"])
def test_an_amendment_is_not_written_into_a_plan_or_over_another_manifest(tmp_path, taken):
    found = amendment(town(), town())
    (tmp_path / taken).write_text('{"format": "another"}')
    with pytest.raises(PlanDataError, match="is there and is not empty"):
        write(found, found.to_dict(), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [taken]
    (tmp_path / taken).unlink()
    assert write(found, found.to_dict(), tmp_path) == write(found, found.to_dict(), tmp_path)


def test_every_layer_of_an_amendment_opens_with_its_fields_its_reference_system_and_valid_shapes(tmp_path):
    import pyogrio

    from blockplan.deliver.amendment.amend import KEPT

    base = town()
    grown = changed(base, "parcels", "A", land_use="0902", geometry=square(0, 0, 60))
    found = amendment(base, grown)
    write(found, found.to_dict(), tmp_path / "out")
    file = tmp_path / "out" / "amendment.gpkg"
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(file)}
    assert {"before", "after", "change"} <= set(layers)
    pairs = {f"{column}_{when}" for column in KEPT for when in ("old", "new")}
    for name in ("before", "after", "change"):
        frame = pyogrio.read_dataframe(file, layer=name)
        assert len(frame) == len(found.layers[name]) > 0
        assert frame.crs == base.crs
        assert shapely.is_valid(frame.geometry.to_numpy()).all()
        assert (shapely.area(frame.geometry.to_numpy()) > 0).all()
        assert set(frame.columns) >= (pairs | {"area_m2"} if name == "change" else set(KEPT))
    change = pyogrio.read_dataframe(file, layer="change")
    assert change["area_m2"].to_numpy() == pytest.approx(shapely.area(change.geometry.to_numpy()), abs=0.01)


def test_the_parcels_around_an_amendment_lie_beside_it_and_what_is_amended_is_not_among_them(tmp_path):
    import pyogrio

    base = town()
    for name, new in (("one", changed(base, "parcels", "A", far=1.5)), ("none", base)):
        found = amendment(base, new)
        write(found, found.to_dict(), tmp_path / name)
        frame = pyogrio.read_dataframe(tmp_path / name / "amendment.gpkg", layer="around")
        near = {"B", "D", "E"} if name == "one" else set()
        assert set(frame["parcel_id"]) == near
        assert dict(zip(frame["parcel_id"], frame["land_use"], strict=True)) == {
            id_: base.layer("parcels").loc[id_, "land_use"] for id_ in near
        }


def test_qgis_opens_an_amendment_with_its_land_by_what_changes(tmp_path):
    found = an_amendment()
    write(found, found.to_dict(), tmp_path / "out", lang="zh")
    with closing(sqlite3.connect(tmp_path / "out" / "amendment.gpkg")) as store:
        kept = store.execute("SELECT styleName, useAsDefault, styleQML FROM layer_styles").fetchall()
        projects = store.execute("SELECT name FROM qgis_projects").fetchall()
    names = {f"{layer} {lang}" for layer in ("before", "after", "change", "around") for lang in LANGUAGES}
    assert {name for name, *_ in kept} == names
    assert {name for name, default, _ in kept if default} == {
        f"{layer} zh" for layer in ("before", "after", "change", "around")
    }
    assert projects == [("blockplan",)]
    said = {name: [one.get("label") for one in ET.fromstring(qml).iter("category")] for name, _, qml in kept}
    assert said["change zh"] == [
        "新增用地", "取消用地", "用地性质变化", "控制指标放宽", "控制指标收紧", "其他变化（边界、编号等）"
    ]  # fmt: skip
    assert "0902 商务金融用地" in said["after zh"]
    assert "0902 Business and finance" in said["after en"]


@pytest.mark.long
def test_qgis_draws_each_piece_of_an_amendment_in_the_colour_of_its_change(tmp_path):
    if shutil.which("qgis_process") is None or not PYTHON.exists():
        pytest.skip("QGIS (Debian's packages qgis and python3-qgis) is not installed")
    found = an_amendment()
    write(found, found.to_dict(), tmp_path / "out", lang="zh")
    picture = tmp_path / "change.png"
    done = subprocess.run(
        [str(PYTHON), str(RENDER), str(tmp_path / "out" / "amendment.gpkg"), str(picture), "change"],
        capture_output=True, text=True, timeout=300, check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["opened"]
    layers = told["layers"]
    assert list(layers) == ["change", "after", "before", "around"]
    assert all(one["valid"] and one["style"] for one in layers.values())
    with Image.open(picture) as drawn:
        colours = {colour for _, colour in drawn.convert("RGB").getcolors(2_000_000) or ()}
    wanted = [CHANGES["use"], CHANGES["denser"], CHANGES["looser"]]
    assert {tuple(int(one[at : at + 2], 16) for at in (1, 3, 5)) for one in wanted} <= colours


def an_amendment():
    """One parcel of another use, one with a higher bound, one with a lower one."""
    base = town()
    new = changed(base, "parcels", "A", land_use="0902")
    first, second = [one for one in new.layer("parcels").index if one != "A"][:2]
    base = changed(changed(base, "parcels", first, far=1.5), "parcels", second, far=1.5)
    new = changed(changed(new, "parcels", first, far=2.0), "parcels", second, far=1.0)
    return amendment(base, new)


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
