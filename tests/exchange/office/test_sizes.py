"""The limits of size that the documentation states: each is held before anything large is read."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.exchange.office.conftest import parcels, rules, shapefile, workbook
from tests.support.hostile.corpus import files
from tests.support.hostile.documents import lying

from blockplan.errors import BlockplanError, PlanDataError
from blockplan.exchange import workbooks
from blockplan.exchange.office.importing import import_office
from blockplan.exchange.office.readers import READERS, GivenFiles
from blockplan.exchange.office.sizes import MB, MOST_BYTES, MOST_BYTES_OF_LAYERS, WORKBOOK
from blockplan.exchange.office.source import Findings


def sparse(file, size):
    """A file of a size that takes no place on the disk."""
    with file.open("wb") as made:
        made.truncate(size)
    return file


def packed(**parts):
    """Bytes of a zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "."), data)
    return held.getvalue()


@pytest.mark.parametrize("ending", [*MOST_BYTES, ".gpkg", ".fgb", ".shp", ".tab"])
def test_a_file_beyond_its_limit_is_refused_unread(folder, brought, ending):
    most = MOST_BYTES.get(ending, MOST_BYTES_OF_LAYERS)
    large = sparse(folder / f"a{ending}", most + MB)
    with pytest.raises(PlanDataError, match=rf"a\{ending} has .* MB; of \{ending} at most {most // MB:,} MB"):
        brought(large)


def test_a_folder_comes_in_without_the_file_that_is_too_large(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    sparse(folder / "a.geojson", MOST_BYTES[".geojson"] + MB)
    plan, result = brought()
    assert len(plan.layer("parcels")) >= 4
    assert [one.file for one in rules(result, "office-file") if "at most" in one.message] == ["a.geojson"]


def test_a_geodatabase_counts_with_all_its_files(folder, brought):
    (folder / "a.gdb").mkdir()
    for at in range(2):
        sparse(folder / "a.gdb" / f"a{at}.gdbtable", MOST_BYTES_OF_LAYERS // 2 + MB)
    with pytest.raises(PlanDataError, match=r"a\.gdb has 2,002 MB"):
        brought(folder / "a.gdb")


def test_the_table_of_a_shapefile_counts_with_it(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    sparse(folder / "地块.dbf", MOST_BYTES_OF_LAYERS)
    with pytest.raises(PlanDataError, match="2,000 MB are read"):
        brought(folder / "地块.shp")


def test_a_workbook_that_would_unpack_to_too_much_is_refused_whatever_its_head_says(folder, brought):
    workbook(folder / "a.xlsx", 表=[["地块编号"], ["A-01"]])
    whole = (folder / "a.xlsx").read_bytes()
    (folder / "a.xlsx").write_bytes(lying(whole, 3 * 1024**3))
    with pytest.raises(PlanDataError):
        brought(folder / "a.xlsx")
    (folder / "a.xlsx").write_bytes(whole)
    # 20 MB of spaces in 20 kB: less than the whole may be, and no sheet.
    with zipfile.ZipFile(folder / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 20_000_000)
    with pytest.raises(PlanDataError, match="no geodata shrink as much"):
        brought(folder / "a.xlsx")
    assert WORKBOOK.total_bytes == 1000 * MB


def test_a_sheet_of_too_many_cells_is_refused(folder, brought, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 50)
    workbook(folder / "a.xlsx", 表=[["地块编号", "容积率"]] * 30)
    with pytest.raises(PlanDataError, match="has more than 50 cells"):
        brought(folder / "a.xlsx")


def test_a_zip_of_zips_is_followed_three_deep_and_no_further(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    data = packed(界址点__txt="[地块坐标]\n")
    for depth in range(5):
        data = packed(**{f"inner{depth}__zip": data})
    (folder / "深.zip").write_bytes(data)
    plan, result = brought()
    assert len(plan.layer("parcels")) >= 4
    assert "was not unpacked: it lies in 3 other zips" in rules(result, "office-file")[0].message


def test_zips_together_unpack_to_no_more_than_one_may(folder):
    for at in range(3):
        (folder / f"{at}.zip").write_bytes(packed(**{f"表{at}__csv": "说明 " * 10_000}))
    findings = Findings()
    with ExitStack() as stack:
        found = list(GivenFiles(stack, findings, left_bytes=160_000).of(folder))
    assert [label for _, label in found] == ["表0.csv", "表1.csv"]
    assert [one.file for one in findings] == ["2.zip"]


LONG = {"file/csv-signs", "file/csv-wide", "file/geojson-million", "file/geojson-brackets"}
HOSTILE = {one.name: one for one in files() if one.file_name.lower().endswith(tuple(READERS))}


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.long if one in LONG else ()) for one in HOSTILE]
)
def test_a_hostile_file_is_read_as_nothing_of_a_plan_or_refused(folder, tmp_path, name):
    entry = HOSTILE[name]
    content = entry.content
    file = folder / f"a{Path(entry.file_name).suffix.lower()}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with contextlib.suppress(BlockplanError):
        import_office([file], tmp_path / "plan")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_a_town_of_2000_parcels_takes_what_20000_may_of_memory_and_less(repo, tmp_path):
    rows = measured(repo, "--parcels", "2000", "--form", "shapefiles")
    assert [row["peak_mb"] < 450 for row in rows] == [True] * 3


@pytest.mark.soak
def test_a_town_of_20000_parcels_is_read_and_judged_in_less_than_1_gb(repo):
    rows = measured(repo)
    assert {row["form"] for row in rows} == {"shapefiles", "dxf"}
    assert [row["peak_mb"] < 1000 for row in rows] == [True] * 6


def measured(repo, *arguments):
    """Rows of the benchmark that the documentation's figures are from."""
    call = [sys.executable, str(repo / "benchmarks" / "import_office.py"), "--json", *arguments]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_documentation_states_the_limits_that_are_held(repo):
    said = (repo / "docs" / "import-office.md").read_text("utf-8")
    table = dict(re.findall(r"^\| ([\w ,]+?) \| ([\d,]+) MB", said, re.MULTILINE))
    held = {
        "CSV": MOST_BYTES[".csv"], "XLSX, ODS and other workbooks": MOST_BYTES[".ods"],
        "TXT of boundary points": MOST_BYTES[".txt"],
        "GeoJSON, KML, GML": MOST_BYTES[".kml"], "DXF": MOST_BYTES[".dxf"], "DWG": MOST_BYTES[".dwg"],
        "Shapefile, GeoPackage, File Geodatabase, other layers": MOST_BYTES_OF_LAYERS,
    }  # fmt: skip
    assert table == {name: f"{most // MB:,}" for name, most in held.items()}
