"""
How fast an office's folder becomes a plan with verdicts: Shapefiles with a spreadsheet, and a DXF with one.

    python benchmarks/import_office.py             a table
    python benchmarks/import_office.py --json      one object a line: task, form, parcels, cpu_s, wall_s, ...
    python benchmarks/import_office.py --parcels 2000

The town is made here: street blocks of six parcels with streets of 24 m between them, homes, offices, schools
and greens, each parcel with figures as offices write them; every pack judges it. Every command runs as a
program of its own; CPU seconds are user + system, and its peak is the largest resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import pyogrio
import shapely
import xlsxwriter

from blockplan.check import available_packs

BLOCKPLAN = Path(sys.executable).with_name("blockplan")
#: Python may keep compiled modules, as it does where nobody forbids it; else each run compiles some of them.
KEEPING_COMPILED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
WEST, SOUTH, ROAD_M = 500_000.0, 3_400_000.0, 24.0
#: Parcels of a street block: three in each of two rows, m.
WIDE_M, DEEP_M = 70.0, 75.0
USES = ("R2", "R2", "B1", "R2", "A33", "G1", "R2", "B2", "A5", "R2", "U1", "R22")
HEADINGS = (
    "地块编号", "用地性质代码", "用地面积（公顷）", "容积率", "建筑密度（%）", "绿地率（%）", "建筑限高（m）",
    "人口（人）", "户数（户）", "机动车停车位", "配套设施",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--synthetic", action="store_true", help="as it is: all data are made here")
    parser.add_argument("--parcels", type=int, default=20_000, help="parcels beside the roads")
    parser.add_argument("--form", choices=["shapefiles", "dxf"], action="append", help="only this form")
    asked = parser.parse_args()
    if not asked.json:
        print(f"{'task':<10}{'form':<12}{'parcels':>8}{'CPU s':>9}{'wall s':>9}{'MB':>7}")
    with tempfile.TemporaryDirectory() as made:
        for form in asked.form or ("shapefiles", "dxf"):
            for row in run(form, asked.parcels, Path(made) / form):
                print(json.dumps(row) if asked.json else _line(row), flush=True)


def run(form: str, parcels: int, folder: Path) -> list[dict[str, Any]]:
    """Bring in a town in one form, and judge it; a row each, and one for both."""
    files, plan = folder / "office", folder / "plan"
    files.mkdir(parents=True)
    (_shapefiles if form == "shapefiles" else _drawing)(*_town(parcels), files)
    packs = [word for pack in sorted(available_packs()) for word in ("--pack", pack)]
    rows = [
        _measured("import", form, parcels, ["import", "office", files, "--out", plan, "--json"]),
        _measured("check", form, parcels, ["check", plan, "--json", *packs]),
    ]
    both = {name: sum(row[name] for row in rows) for name in ("cpu_s", "wall_s")}
    peak = max(row["peak_mb"] for row in rows)
    return [*rows, {"task": "both", "form": form, "parcels": parcels, **both, "peak_mb": peak}]


def _measured(task: str, form: str, parcels: int, arguments: list[Any]) -> dict[str, Any]:
    """A command as a program of its own, with its time and its memory."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [BLOCKPLAN, *map(str, arguments)], stdout=said, stderr=subprocess.PIPE, env=KEEPING_COMPILED
        )
        told = child.stderr.read() if child.stderr else b""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in {0, 1, 3}:
        raise SystemExit(f"{task} of {form} ended with {child.returncode}:\n{told.decode()[-2000:]}")
    return {
        "task": task,
        "form": form,
        "parcels": parcels,
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "wall_s": round(time.perf_counter() - began, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
    }


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['task']:<10}{row['form']:<12}{row['parcels']:>8}{row['cpu_s']:>9.1f}{row['wall_s']:>9.1f}"
        f"{row['peak_mb']:>7}"
    )


def _town(parcels: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Any, list[list[Any]]]:
    """Parcels, centre lines, boundary, and the rows of the spreadsheet."""
    side = max(1, int(np.ceil(np.sqrt(parcels / 6))))
    random = np.random.default_rng(0)
    step_x, step_y = 3 * WIDE_M + ROAD_M, 2 * DEEP_M + ROAD_M
    shapes, names = [], []
    for number in range(parcels):
        block, place = divmod(number, 6)
        x = WEST + (block % side) * step_x + (place % 3) * WIDE_M
        y = SOUTH + (block // side) * step_y + (place // 3) * DEEP_M
        shapes.append(shapely.box(x, y, x + WIDE_M, y + DEEP_M))
        names.append(f"KF-{block + 1:04d}-{place + 1:02d}")
    uses = random.choice(USES, parcels)
    far = np.round(random.uniform(1.0, 3.0, parcels), 1)
    rows = [_row(name, use, float(ratio)) for name, use, ratio in zip(names, uses, far, strict=True)]
    down = int(np.ceil(np.ceil(parcels / 6) / side))
    box = (
        WEST - ROAD_M, SOUTH - ROAD_M, WEST + side * step_x, SOUTH + down * step_y,
    )  # fmt: skip
    across = [WEST - ROAD_M / 2 + at * step_x for at in range(side + 1)]
    along = [SOUTH - ROAD_M / 2 + at * step_y for at in range(down + 1)]
    lines = [
        shapely.LineString([(x, one), (x, other)])
        for x in across
        for one, other in pairwise([box[1], *along, box[3]])
    ] + [
        shapely.LineString([(one, y), (other, y)])
        for y in along
        for one, other in pairwise([box[0], *across, box[2]])
    ]
    streets = gpd.GeoDataFrame(
        {"道路名称": [f"路{at}" for at in range(len(lines))], "红线宽度": ROAD_M, "道路等级": "支路"},
        geometry=lines, crs="EPSG:4548",
    )  # fmt: skip
    land = gpd.GeoDataFrame({"地块编号": names, "用地代码": uses}, geometry=shapes, crs="EPSG:4548")
    return land, streets, shapely.box(*box), rows


def _row(name: str, use: str, far: float) -> list[Any]:
    """What a spreadsheet says of a parcel."""
    area, home, built = WIDE_M * DEEP_M, use == "R2", use not in {"G1", "U1"}
    people = int(area * far / 36) if home else ""
    dwellings = int(area * far / 100) if home else ""
    told = "幼儿园（9班）" if use == "R22" else "社区卫生服务站" if use == "A5" else ""
    height = 54 if home else 24
    return [
        name, use, round(area / 1e4, 4), f"≤{far}" if built else "-", 28 if home else 40 if built else 5,
        35 if built else 70, height, people, dwellings, int(area * far / 100) if built else 0, told,
    ]  # fmt: skip


def _spreadsheet(rows: list[list[Any]], folder: Path) -> None:
    book = xlsxwriter.Workbook(str(folder / "地块控制指标一览表.xlsx"))
    sheet = book.add_worksheet("指标")
    for at, row in enumerate([list(HEADINGS), *rows]):
        sheet.write_row(at, 0, row)
    book.close()


def _shapefiles(
    land: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, outline: Any, rows: list[list[Any]], folder: Path
) -> None:
    scope = gpd.GeoDataFrame({"名称": ["示例"]}, geometry=[outline], crs=land.crs)
    for name, frame in (("规划地块", land), ("道路中心线", streets), ("规划范围", scope)):
        pyogrio.write_dataframe(frame, folder / f"{name}.shp", driver="ESRI Shapefile", encoding="GB18030")
    _spreadsheet(rows, folder)


def _drawing(
    land: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, outline: Any, rows: list[list[Any]], folder: Path
) -> None:
    document = ezdxf.new("R2010")
    space = document.modelspace()
    for shape, name, use in zip(land.geometry, land["地块编号"], land["用地代码"], strict=True):
        ring = list(shape.exterior.coords)[:-1]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "规划地块"})
        x, y = shape.centroid.coords[0]
        for text, layer, lower in ((name, "地块编号", 0), (use, "用地代码", 8)):
            space.add_text(text, height=4, dxfattribs={"layer": layer}).set_placement((x, y - lower))
    for line in streets.geometry:
        space.add_line(*line.coords, dxfattribs={"layer": "道路中心线"})
    space.add_lwpolyline(list(outline.exterior.coords)[:-1], close=True, dxfattribs={"layer": "规划范围"})
    document.saveas(folder / "用地规划图.dxf")
    _spreadsheet(rows, folder)


if __name__ == "__main__":
    main()
