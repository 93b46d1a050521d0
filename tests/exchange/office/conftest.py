"""A small office's folder to be written, broken and brought in."""

from __future__ import annotations

import json

import geopandas as gpd
import pyogrio
import pytest
import shapely
import xlsxwriter
from click.testing import CliRunner
from tests.exchange.office.spoken import english_in

from blockplan.cli import app
from blockplan.exchange.office.importing import import_office
from blockplan.exchange.office.messages import in_language
from blockplan.exchange.office.source import SourceFinding
from blockplan.plan import read

CRS = "EPSG:4548"


@pytest.fixture(autouse=True)
def said_in_each_language(monkeypatch):
    """Whatever is found in the folder of a test is said whole in Chinese and in Japanese."""
    found = []
    made = SourceFinding.__init__
    monkeypatch.setattr(
        SourceFinding,
        "__init__",
        lambda self, *args, **more: (made(self, *args, **more), found.append(self))[0],
    )
    yield
    half = {
        (one.message, said)
        for one in found
        for lang in ("zh", "ja")
        if (said := in_language(one.message, lang)) == one.message or english_in(said)
    }
    assert half == set()


def squares(n=4, size=100, east=500_000, north=4_400_000):
    """`n` squares side by side, from west to east."""
    return [shapely.box(east + size * at, north, east + size * (at + 1), north + size) for at in range(n)]


def parcels(crs=CRS, shapes=None, **columns):
    """Four parcels of one hectare each, or what the columns say."""
    table = columns or {"DKBH": ["A-01", "A-02", "A-03", "A-04"], "YDDM": ["R2", "B1", "G1", "A33"]}
    shapes = squares(len(next(iter(table.values())))) if shapes is None else shapes
    return gpd.GeoDataFrame(table, geometry=shapes, crs=crs)


def shapefile(frame, file, encoding="GBK", cpg=None, prj=True):
    """A Shapefile with texts in an encoding, with or without the files that say so."""
    pyogrio.write_dataframe(frame, file, driver="ESRI Shapefile", encoding=encoding)
    file.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        file.with_suffix(".cpg").write_text(cpg)
    if not prj:
        file.with_suffix(".prj").unlink(missing_ok=True)
    with file.with_suffix(".dbf").open("r+b") as table:
        table.seek(29)
        table.write(b"\x00")


def workbook(file, merges=(), formats=(), **sheets):
    """
    A workbook: sheet name -> rows; `merges` are (sheet, first row, first column, last row, last column).
    """
    book = xlsxwriter.Workbook(str(file))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                style = next(
                    (
                        book.add_format({"num_format": form})
                        for key, form in formats
                        if key == (name, at, column)
                    ),
                    None,
                )
                if cell is not None:
                    sheet.write(at, column, cell, style)
        for where, top, left, bottom, right in merges:
            if where == name:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
    book.close()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "files"
    place.mkdir()
    return place


@pytest.fixture
def brought(folder, tmp_path):
    """Bring the folder in; gives the plan and what the door says."""

    def run(*files, **more):
        result = import_office(files or (folder,), tmp_path / "plan", **more)
        return read(tmp_path / "plan"), result

    return run


@pytest.fixture
def called(tmp_path):
    """Call the command with --json; gives exit code and document (or the message)."""

    def run(*arguments):
        result = CliRunner().invoke(
            app, ["import", "office", *map(str, arguments), "--out", str(tmp_path / "plan"), "--json"]
        )
        return result.exit_code, json.loads(result.stdout) if result.exit_code == 0 else result

    return run


def rules(result, rule):
    """The findings of a rule."""
    return [one for one in result.findings if one.rule == rule]
