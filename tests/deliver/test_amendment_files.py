"""What is written of an amendment: the command, its layers, and what QGIS makes of them."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely
from PIL import Image
from tests.deliver.amended import changed
from tests.support.builders import square
from tests.support.town import town

from blockplan.cli import main
from blockplan.deliver.amendment import amendment, write
from blockplan.deliver.amendment.folder import CHANGES
from blockplan.errors import PlanDataError
from blockplan.plan import write as write_plan
from blockplan.texts import LANGUAGES

PYTHON = Path("/usr/bin/python3")

RENDER = Path(__file__).parents[1] / "report" / "qgis_render.py"


def test_layers_hold_what_was_what_becomes_and_each_piece_of_land():
    new = changed(town(), "parcels", "A", land_use="0902")
    layers = amendment(town(), new).layers
    assert [len(layers[name]) for name in ("before", "after", "change")] == [1, 1, 1]
    row = layers["change"].iloc[0]
    assert (row["land_use_old"], row["land_use_new"], row["area_m2"]) == ("0701", "0902", 10_000.0)


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
