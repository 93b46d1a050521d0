"""Files with bytes lost or changed are read, told or refused; never a fault of ours."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tracemalloc
from contextlib import closing

import pytest
from tests.exchange.office.conftest import parcels, shapefile, workbook
from tests.support.call import BLOCKPLAN

from blockplan.errors import BlockplanError, PlanDataError
from blockplan.exchange.cells import read_cells
from blockplan.exchange.office.grid import SheetGrid, tables
from blockplan.exchange.office.importing import import_office
from blockplan.exchange.office.vectors import read_vectors

# GDAL warns of what it finds; that is not ours to hush in the product.
pytestmark = pytest.mark.filterwarnings("ignore")


def damaged(data, rng):
    """Bytes with some flipped, cut off or blanked."""
    found = bytearray(data)
    kind = rng.choice(["flip", "cut", "blank"])
    if kind == "cut":
        return bytes(found[: rng.randrange(len(found))])
    at = rng.randrange(len(found))
    if kind == "blank":
        found[at : at + 100] = bytes(min(100, len(found) - at))
    else:
        for _ in range(20):
            found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


@pytest.mark.long
def test_a_damaged_folder_never_breaks_the_door(folder, tmp_path):
    rng = random.Random(16)
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "G1"]), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01", "≤2.0"]])
    (folder / "界址点.txt").write_text(
        "[地块坐标]\n4,1,T-1,x,面,,,,@\nJ1,1,4400000,500000\n", encoding="utf-8"
    )
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    for _ in range(12):
        shutil.rmtree(folder)
        folder.mkdir()
        for name, data in whole.items():
            (folder / name).write_bytes(damaged(data, rng) if rng.random() < 0.4 else data)
        with contextlib.suppress(BlockplanError):
            import_office([folder], tmp_path / "plan")


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_the_folder_is_told_and_nobody_waits_for_it(folder, tmp_path):
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "G1"]), folder / "地块.shp")
    os.mkfifo(folder / "道路.geojson")
    call = [BLOCKPLAN, "import", "office", folder, "--out", tmp_path / "plan"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert "no ordinary file" in done.stdout + done.stderr
    assert (tmp_path / "plan" / "plan.toml").is_file()


def test_a_geopackage_that_states_too_many_features_takes_no_room_for_them(tmp_path):
    path = tmp_path / "地块.gpkg"
    parcels(population=[1, 2, 3, 4]).to_file(path, layer="地块")
    with closing(sqlite3.connect(path)) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE gpkg_ogr_contents SET feature_count = 50000000")
        # A ring that is not closed, which Arrow's way refuses.
        ((drawn,),) = file.execute("SELECT geom FROM 地块 WHERE fid = 1")
        file.execute("UPDATE 地块 SET geom = ? WHERE fid = 1", [drawn[:-8] + bytes(8)])
    tracemalloc.start()
    (layer,) = read_vectors(path, path.name).layers
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE 地块 SET geom = ? WHERE fid = 1", [drawn])
    cells = read_cells(path, parcels().crs, parcels().total_bounds)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(layer.frame), sorted(cells.people)) == (3, [1, 2, 3, 4])
    assert most < 50e6


@pytest.mark.parametrize("number", ["NaN", "1e308", "-1e300"])
def test_a_shape_with_a_corner_that_is_no_place_is_left_out_and_said(folder, brought, number):
    parcels(DKBH=["A-01", "A-02", "A-03", "A-04"]).to_file(folder / "地块.geojson")
    path = folder / "地块.geojson"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["features"][0]["geometry"]["coordinates"][0][1][0] = "here"
    path.write_text(json.dumps(said, ensure_ascii=False).replace('"here"', number), encoding="utf-8")
    plan, found = brought()
    assert len(plan.layer("parcels")) == 3
    (told,) = [one for one in found.findings if one.rule == "office-geometry"]
    assert told.measured == 1
    assert "corners that are no numbers or impossibly large" in told.message


def test_a_geopackage_of_texts_that_are_not_utf_8_is_read_by_features_or_refused(tmp_path):
    path = tmp_path / "地块.gpkg"
    parcels(DKMC=["住宅", "公园", "学校", "广场"]).to_file(path, layer="地块")
    with closing(sqlite3.connect(path)) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE 地块 SET DKMC = CAST(X'ff' AS TEXT)")
    with pytest.raises(PlanDataError, match=r"地块\.gpkg cannot be read"):
        read_vectors(path, path.name)


def test_a_sheet_with_a_cell_in_its_last_corner_takes_no_room_for_all_between():
    grid = SheetGrid("表.xlsx", "表", [["地块编号"], *([[]] * 2_000), [None] * 16_383 + [1]], [])
    (finding,) = tables(grid, None).findings
    assert "more than 20,000,000 cells" in str(finding.message)
