"""Plan to one profile to another to plan: the same plan, or each loss is listed field by field."""

import itertools
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deliver.made import ANSWERS, PROFILES, a_hard_plan, a_plan, hop
from tests.support.town import USES, town

from blockplan.check import check
from blockplan.deliver.filing import fill
from blockplan.deliver.from_profile import restore
from blockplan.deliver.geodatabase import read_geodatabase, write_geodatabase
from blockplan.deliver.handover import accept, carried, deliver
from blockplan.deliver.losses import GEOMETRY, MANIFEST, WHOLE_ROW, losses, same_shape
from blockplan.deliver.package import read_package
from blockplan.deliver.pairs import BARE, pair_of
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.to_profile import carry
from blockplan.exchange.office.bounds import KINDS
from blockplan.plan import Plan, read
from blockplan.plan.model.layers import LAYERS

PAIRS = list(itertools.product(PROFILES, PROFILES))


def known(value):
    return None if value is None or pd.isna(value) else value


def unlisted(plan, first, second):
    """Values that differ after two hops and that neither of them lists."""
    found = []
    for layer, frame in plan.layers.items():
        if not frame.index.is_unique:
            continue
        for row, id_ in enumerate(map(str, frame.index)):
            then = first.ids.get((layer, id_))
            last = second.ids.get((layer, then))
            listed = {field for at, field, name in first.lost if (at, name) == (layer, id_)}
            listed |= {field for at, field, name in second.lost if (at, name) == (layer, then)}
            if last is None:
                found += [] if WHOLE_ROW in listed else [(layer, WHOLE_ROW, id_)]
                continue
            new = second.plan.layers[layer].loc[last]
            found += [
                (layer, column, id_)
                for column in frame.columns
                if column not in listed and differs(layer, column, frame.iloc[row], new, listed)
            ]
    return found


def differs(layer, column, old, new, listed):
    if column == GEOMETRY:
        return not same_shape(old[column], new[column], 4)
    base = next((one for one in BARE if column in {one, KINDS[one], f"{one}_min", f"{one}_max"}), None)
    if layer == "parcels" and base and not listed & {base, KINDS[base], f"{base}_min", f"{base}_max"}:
        pairs = [
            pair_of(row[base], row[KINDS[base]], row[f"{base}_min"], row[f"{base}_max"], base=base)
            for row in (old, new)
        ]
        return pairs[0] != pytest.approx(pairs[1])
    if base or column == "land_use_list":
        return False
    was, now = known(old[column]), known(new.get(column))
    return was != pytest.approx(now) if isinstance(was, float) and isinstance(now, float) else was != now


@pytest.mark.long
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), pair=st.sampled_from(PAIRS))
def test_a_plan_through_two_profiles_is_the_same_or_its_losses_are_listed(seed, pair):
    plan = a_plan(seed)
    first = hop(plan, load_delivery_profile(pair[0]))
    second = hop(first.plan, load_delivery_profile(pair[1]))
    assert not unlisted(plan, first, second)


@pytest.mark.long
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_plan_of_all_that_a_database_holds_badly_lists_its_losses_between_all_profiles(seed):
    plan, profiles = a_hard_plan(seed), [load_delivery_profile(name) for name in PROFILES]
    for first in (hop(plan, profile) for profile in profiles):
        for profile in profiles:
            assert not unlisted(plan, first, hop(first.plan, profile))


@pytest.mark.long
@pytest.mark.parametrize("name", PROFILES)
def test_a_database_loses_nothing_that_its_layers_hold(tmp_path, name):
    plan, profile = a_hard_plan(7), load_delivery_profile(name)
    form = fill(plan, profile, ANSWERS, 1, "入库")
    tables = carry(plan, profile, form)
    write_geodatabase(tmp_path / "plan.gdb", tables.values(), plan.crs, profile.files.dataset)
    read = read_geodatabase(tmp_path / "plan.gdb")
    again = {spec.name: read[spec.name].table(spec) for spec in profile.layers}
    back = restore(again, profile, form, plan.manifest.crs, "2026-01-01")
    found = {(one.layer, one.field, one.id) for one in losses(plan, back, carried(profile, tables))}
    assert found == set(hop(plan, profile).lost)


#: Run by Debian's own Python: what QGIS reads of each layer of a database.
READ = """
import json, os, sys
from osgeo import ogr
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
store, told = ogr.Open(sys.argv[1]), {}
for name in [store.GetLayer(at).GetName() for at in range(store.GetLayerCount())]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    titles = {one.name(): one.alias() for one in layer.fields()}
    told[name] = [layer.isValid(), layer.featureCount(), layer.crs().authid(), titles]
print(json.dumps(told), flush=True)
os._exit(0)
"""


@pytest.mark.long
@pytest.mark.parametrize("name", PROFILES)
def test_qgis_opens_every_layer_of_a_delivered_database(tmp_path, name):
    python = Path("/usr/bin/python3")
    if shutil.which("qgis_process") is None or not python.exists():
        pytest.skip("QGIS (Debian's packages qgis and python3-qgis) is not installed")
    plan, profile = a_hard_plan(3), load_delivery_profile(name)
    plan = Plan(plan.manifest.model_copy(update={"crs": "EPSG:4548"}), plan.layers)
    tables = carry(plan, profile, fill(plan, profile, ANSWERS, 1, "入库"))
    write_geodatabase(tmp_path / "plan.gdb", tables.values(), plan.crs, profile.files.dataset)
    done = subprocess.run(
        [str(python), "-c", READ, str(tmp_path / "plan.gdb")],
        capture_output=True, text=True, timeout=300, check=True,
        cwd=tmp_path,  # (QGIS leaves its symbols where it runs)
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == set(tables)
    for layer, (valid, count, crs, titles) in told.items():
        assert (valid, count, crs) == (True, len(tables[layer].rows), "EPSG:4548")
        assert {one.name: one.title for one in tables[layer].spec.fields}.items() <= titles.items()


@cache
def first_hop(profile):
    """The town, and what comes of it by a profile."""
    plan = town()
    return plan, hop(plan, load_delivery_profile(profile))


@pytest.mark.long
@pytest.mark.parametrize("pair", PAIRS)
def test_every_pair_of_profiles_lists_its_losses(pair):
    plan, first = first_hop(pair[0])
    second = hop(first.plan, load_delivery_profile(pair[1]))
    assert not unlisted(plan, first, second)
    # What is listed is really lost: nothing is listed that both plans say.
    for one in (*first.lost.values(), *second.lost.values()):
        assert one.field in {WHOLE_ROW, GEOMETRY} or one.value != one.becomes


def test_what_a_profile_has_fields_for_is_not_lost():
    lost = hop(town(), load_delivery_profile("deqing")).lost
    kept = {
        "parcel_id",
        "land_use",
        "far",
        "coverage_ratio",
        "green_ratio",
        "floor_area_m2",
        "residents",
        "geometry",
    }
    assert not {field for layer, field, _ in lost if layer == "parcels"} & kept
    assert ("parcels", "status", "A") in lost
    assert (MANIFEST, "packs", "") in lost or not town().manifest.packs


def test_a_single_number_cannot_hold_a_range_and_the_lower_bound_is_listed():
    plan = town()
    parcels = plan.layer("parcels").copy()
    parcels.loc["A", ["far", "far_kind", "far_min", "far_max"]] = [2.0, "range", 1.0, 2.0]
    plan = plan.replace(parcels=parcels)
    single, paired = (hop(plan, load_delivery_profile(name)).lost for name in ("hangzhou-xg", "deqing"))
    assert single["parcels", "far_min", "A"].value == 1.0
    assert ("parcels", "far_min", "A") not in paired


def test_a_missing_upper_bound_is_written_9999_and_read_as_none():
    plan, profile = town(), load_delivery_profile("deqing")
    parcels = plan.layer("parcels").copy()
    parcels.loc["A", "far"] = float("nan")
    plan = plan.replace(parcels=parcels)
    table = carry(plan, profile, {})[profile.numbering.parcel_layer]
    assert table.cells["RJLSX"][:2] == [9999.0, 1.8]
    back = hop(plan, profile).plan.layer("parcels")
    assert pd.isna(back.loc["A", "far"])


@pytest.mark.long
@pytest.mark.parametrize("name", PROFILES)
def test_a_written_package_is_accepted_as_the_plan_that_it_says(tmp_path, name):
    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile(name)
    made = deliver(plan, check(plan, packs=["gb50137"]), profile, tmp_path / "package", answers=ANSWERS)
    found = accept(tmp_path / "package", profile, tmp_path / "plan")
    in_memory = hop(plan, profile)
    assert {(one.layer, one.field, one.id) for one in made.losses} == set(in_memory.lost)
    again = read(tmp_path / "plan")
    assert again.rows_hash == found.plan.rows_hash
    assert list(again.layer("parcels").index) == list(plan.layer("parcels").index)
    assert again.manifest.title["zh"] == plan.manifest.title["zh"]
    assert (tmp_path / "package" / "质检报告.pdf").read_bytes().startswith(b"%PDF-")


def test_a_taken_folder_is_left_as_it_is(tmp_path):
    from blockplan.errors import PlanDataError

    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "mine.txt").write_text("mine")
    plan = town()
    with pytest.raises(PlanDataError, match="is not empty"):
        deliver(plan, check(plan, packs=["gb50137"]), load_delivery_profile("deqing"), tmp_path / "package")
    assert [one.name for one in tmp_path.iterdir()] == ["package"]
    assert (tmp_path / "package" / "mine.txt").read_text() == "mine"


@pytest.mark.long
def test_an_amendment_is_filed_with_the_packages_of_its_kind_and_stage(tmp_path):
    from blockplan.deliver.geodatabase import read_geodatabase
    from blockplan.errors import UsageError

    base, profile = town(title={"zh": "示例镇"}), load_delivery_profile("deqing")
    parcels = base.layer("parcels").copy()
    parcels.loc["A", "land_use"] = "0902"
    new = base.replace(parcels=parcels)
    result = check(new, packs=["gb50137"])
    with pytest.raises(UsageError, match="`base=`"):
        deliver(new, result, profile, tmp_path / "none", kind=3)
    deliver(new, result, profile, tmp_path / "package", answers=ANSWERS, kind=3, base=base)
    beside = {one.name for one in (tmp_path / "package").glob("*.gdb")}
    assert beside == {"示例镇.gdb", "30801 调整地块项目区矢量层.gdb", "30601 调整地块分析矢量层.gdb"}
    layers = read_geodatabase(tmp_path / "package" / "30601 调整地块分析矢量层.gdb")
    change = layers["TZC"].cells
    assert (change["YDDMQ"], change["YDDMH"], change["MJ"]) == (["0701"], ["0902"], [10_000.0])
    # Shares in percent, as in the database of the plan that lies beside it.
    assert (change["JZMDQ"], change["LDLH"]) == ([30.0], [30.0])
    found = accept(tmp_path / "package", profile, None)
    assert not {"qc-one-plan", "qc-file", "qc-digest"} & {one.rule for one in found.judgement.checks}
    for table in (tmp_path / "package" / "30601 调整地块分析矢量层.gdb").glob("*.gdbtable"):
        table.write_bytes(table.read_bytes()[:40])
    files = [
        one for one in accept(tmp_path / "package", profile, None).judgement.checks if one.rule == "qc-file"
    ]
    assert ["30601" in one.message["en"] for one in files] == [True]


@pytest.mark.long
@pytest.mark.parametrize("name", PROFILES)
def test_a_feature_without_a_shape_is_lost_alone(tmp_path, name, monkeypatch):
    from blockplan.deliver import handover

    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile(name)
    deliver(plan, check(plan, packs=["gb50137"]), profile, tmp_path / "package", answers=ANSWERS)
    whole = {(one.layer, one.field, one.id) for one in accept(tmp_path / "package", profile, None).losses}
    parcels = profile.numbering.parcel_layer

    def read(folder, of):
        package = read_package(folder, of)
        package.layers[parcels].shapes[0] = None
        return package

    monkeypatch.setattr(handover, "read_package", read)
    found = {(one.layer, one.field, one.id) for one in accept(tmp_path / "package", profile, None).losses}
    assert {id_ for layer, _, id_ in found - whole if layer == parcels} == {"1"}


@pytest.mark.parametrize("name", PROFILES)
def test_parcels_of_one_number_are_both_handed_in_and_neither_is_lost(name):
    plan, profile = town(), load_delivery_profile(name)
    parcels = plan.layer("parcels")
    twin = parcels.iloc[:1].assign(far=9.5, geometry=parcels.geometry.iloc[0].buffer(-5))
    twice = plan.replace(parcels=pd.concat([parcels, twin]))
    lost, before = hop(twice, profile).lost, hop(plan, profile).lost
    assert {(layer, field) for layer, field, _ in lost} == {(layer, field) for layer, field, _ in before}
    assert ("parcels", WHOLE_ROW, str(twin.index[0])) not in lost


@pytest.mark.parametrize("name", PROFILES)
def test_notes_of_an_office_in_its_own_words_are_neither_ids_nor_names_nor_phases(name):
    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile(name)
    form = fill(plan, profile, ANSWERS, 1, "入库")
    tables = carry(plan, profile, form)
    for spec in profile.layers:
        for one in spec.fields:
            if one.title in {"备注", "备注信息", "控制要求"} and one.source and one.source != "remarks":
                cells = tables[spec.name].cells[one.name]
                assert one.phrase, f"{spec.name}.{one.name} may hold an office's own words"
                cells[:] = [("新建", "详见文本第 3 章", None)[at % 3] for at in range(len(cells))]
    back = restore(tables, profile, form, plan.manifest.crs, "2026-01-01")
    for layer, frame in back.layers.items():
        words = [column for column in frame.columns if frame[column].isin(["新建", "详见文本第 3 章"]).any()]
        assert words == [], f"{layer} takes notes for {words}"
        assert frame.index.is_unique
        assert "(row 1)" not in frame.index or LAYERS[layer].id_column is None


def test_a_note_that_states_a_value_is_read_and_the_others_get_numbers_of_their_own():
    plan, profile = town(), load_delivery_profile("hangzhou-xg")
    form = fill(plan, profile, ANSWERS, 1, "入库")
    tables = carry(plan, profile, form)
    notes = tables["XG_PTSS"].cells["BZ"]
    notes[:] = ["设施编号：facilities-0001", "新建", *notes[2:]]
    ids = list(restore(tables, profile, form, plan.manifest.crs, "2026-01-01").layer("facilities").index)
    assert ids[:2] == ["facilities-0001", "facilities-0002"]
    assert len(set(ids)) == len(ids)


@pytest.mark.long
def test_a_database_whose_names_are_in_small_letters_is_read_as_any_other(tmp_path):
    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile("deqing")
    deliver(plan, check(plan, packs=["gb50137"]), profile, tmp_path / "package", answers=ANSWERS)
    as_wanted = accept(tmp_path / "package", profile, None)
    form = fill(plan, profile, ANSWERS, 1, "入库")
    tables = carry(plan, profile, form)
    for table in tables.values():
        fields = [one.model_copy(update={"name": one.name.lower()}) for one in table.spec.fields]
        table.spec = table.spec.model_copy(update={"name": table.spec.name.lower(), "fields": fields})
        table.cells = {name.lower(): values for name, values in table.cells.items()}
    database = next((tmp_path / "package").glob("*.gdb"))
    shutil.rmtree(database)
    write_geodatabase(database, tables.values(), plan.crs, profile.files.dataset)
    found = accept(tmp_path / "package", profile, None)
    assert (found.plan.content_hash, found.losses) == (as_wanted.plan.content_hash, as_wanted.losses)
    # The files are others than those of the list of digests; nothing else is at fault.
    rules = ({one.rule for one in each.judgement.checks} for each in (found, as_wanted))
    assert next(rules) - {"qc-digest"} == next(rules) - {"qc-digest"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("base", "kind", "stated", "found"),
    [(False, None, 1, None), (True, None, 3, 3), (True, 4, 4, 3)],
)
def test_the_form_states_the_kind_that_follows_from_the_plan_in_force(tmp_path, base, kind, stated, found):
    from blockplan.deliver.filing import read_form

    before, profile = town(title={"zh": "示例镇"}), load_delivery_profile("deqing")
    parcels = before.layer("parcels").copy()
    parcels.loc["A", "land_use"] = "0902"
    new = before.replace(parcels=parcels)
    made = deliver(
        new, check(new, packs=["gb50137"]), profile, tmp_path / "package", answers=ANSWERS,
        kind=kind, base=before if base else None,
    )  # fmt: skip
    form = read_form(next((tmp_path / "package").rglob(profile.files.form)))
    assert (str(form["balx"]), made.kinds) == (str(stated), (stated, found))


@pytest.mark.parametrize(
    ("code", "of"), [("1401", None), ("G1", "gb50137"), ("1207", None), ("S1", "gb50137")]
)
def test_land_that_is_not_built_on_takes_the_profiles_number_and_is_read_as_none(code, of):
    plan, profile = town(), load_delivery_profile("zhongshan")
    parcels = plan.layer("parcels").copy()
    parcels.loc["A", ["land_use", "land_use_list"]] = [code, of]
    parcels.loc["A", ["far", "coverage_ratio", "green_ratio"]] = float("nan")
    plan = plan.replace(parcels=parcels)
    there = hop(plan, profile)
    table = carry(plan, profile, ANSWERS)["KG_DK"]
    said = {name: values[0] for name, values in table.cells.items()}
    assert {said[name] for name in ("RJLSX", "RJLXX", "JZMDX", "JZMDZ", "JZXG", "LDLLX", "TCW")} == {0.0}
    assert said["LDLSX"] == 100.0
    assert not {field for layer, field, id_ in there.lost if (layer, id_) == ("parcels", "A")} & {
        "far", "far_kind", "height_m", "coverage_ratio", "green_ratio", "parking_spaces", "land_use_list",
    }  # fmt: skip


def test_a_zero_that_a_plan_states_of_land_that_is_not_built_on_is_listed():
    plan = town()
    parcels = plan.layer("parcels").copy()
    parcels.loc["G", "far"] = 0.0
    lost = hop(plan.replace(parcels=parcels), load_delivery_profile("zhongshan")).lost
    assert lost["parcels", "far", "G"].value == 0.0
    assert lost["parcels", "far", "G"].becomes is None


def test_a_parcel_names_its_facilities_with_their_size():
    plan = town()
    facilities = plan.layer("facilities").copy()
    first = facilities.index[0]
    facilities.loc[first, ["parcel_id", "name_zh", "classes", "beds", "site_area_m2"]] = [
        "H", "小学", 24.0, float("nan"), 16_000.0,
    ]  # fmt: skip
    plan = plan.replace(facilities=facilities)
    told = carry(plan, load_delivery_profile("zhongshan"), {})["KG_DK"].cells["PTGSS"]
    assert "小学（24班，用地16000㎡）" in told[list(USES).index("H")]


def test_a_unit_says_land_people_and_floor_area_of_its_parcels_and_unknown_stays_empty():
    plan, deqing = town(), load_delivery_profile("deqing")

    def said(plan):
        cells = carry(plan, deqing, {})["AC_RK_控规单元"].cells
        return {name: cells[name][0] for name in ("JZYD", "LVYGCYD", "JSYD", "FJSYD", "JZRL", "ZJRK")}

    parcels = plan.layer("parcels").copy()
    assert said(plan) == {
        "JZYD": 30_000.0, "LVYGCYD": 20_000.0, "JSYD": 90_000.0, "FJSYD": 0.0,
        "JZRL": 9 * 18_000.0, "ZJRK": 300.0,
    }  # fmt: skip
    parcels.loc["A", ["residents", "floor_area_m2", "dwellings"]] = float("nan")
    parcels.loc["D", "land_use"] = None
    without = said(plan.replace(parcels=parcels))
    assert without == dict.fromkeys(without)


def test_subblocks_say_what_their_own_parcels_sum_up_to():
    plan, profile = town(), load_delivery_profile("hangzhou-xg")
    layer = carry(plan, profile, {})["XG_JQJF"].cells
    rows = list(zip(layer["CJ"], layer["BM"], layer["MJ"], layer["RK"], layer["ZZZL"], strict=True))
    assert sum(mj for cj, _, mj, _, _ in rows if cj == "街区") == pytest.approx(9.0)
    assert sum(rk for cj, _, _, rk, _ in rows if cj == "街区") == 300.0
    assert sum(zz for cj, _, _, _, zz in rows if cj == "街区") == pytest.approx(5.4)


def test_a_subblock_that_states_no_block_is_handed_in_with_that_of_its_parcels():
    plan, wenzhou = town(), load_delivery_profile("wenzhou")
    blocks, parcels = plan.layer("blocks"), plan.layer("parcels")
    subblocks = blocks.assign(subblock_id=[f"S-{id_}" for id_ in blocks.index], block_id=None)
    subblocks = subblocks[["subblock_id", "block_id", "geometry"]].set_index("subblock_id", drop=False)
    parcels = parcels.assign(subblock_id="S-" + parcels["block_id"])
    silent = plan.replace(subblocks=subblocks, parcels=parcels)
    assert carry(silent, wenzhou, {})["BKY_GHJF_PY"].cells["dybh"] == blocks.index.tolist()
    assert not [one for one in hop(silent, wenzhou).lost if one[:2] == ("subblocks", "block_id")]
    # Parcels of one subblock in two blocks tell of none.
    parcels.loc[parcels.index[0], "block_id"] = "Z"
    apart = carry(silent.replace(parcels=parcels), wenzhou, {})["BKY_GHJF_PY"].cells["dybh"]
    assert set(apart) == {None}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_control_line_makes_a_code_that_the_profile_does_not_know(profile):
    from blockplan.plan.model.layers import VALUES

    plan, profile = town(), load_delivery_profile(profile)
    kinds = sorted(VALUES["control_lines", "kind"])
    line = plan.layer("parcels").geometry.iloc[0].boundary
    lines = gpd.GeoDataFrame(
        {"line_id": [f"L-{kind}" for kind in kinds], "kind": kinds},
        geometry=[line] * len(kinds),
        crs=plan.crs,
    )
    there = hop(plan.replace(control_lines=lines), profile)
    tables = carry(plan.replace(control_lines=lines), profile, {})
    for spec in profile.of("control_lines"):
        for one in spec.fields:
            if one.domain:
                assert set(tables[spec.name].cells[one.name]) <= set(profile.domains[one.domain])
    kept = {id_ for layer, id_ in there.ids if layer == "control_lines"}
    lost = {id_ for layer, field, id_ in there.lost if (layer, field) == ("control_lines", WHOLE_ROW)}
    assert kept | lost == set(lines["line_id"])
    assert not kept & lost
