"""
Bad input through the real command line: a clear message and exit code 2, nothing half-written.

Faults of the data are no bad input: they are reported, and the plan is still judged.
"""

import stat
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.support.builders import parcels_of

INTERNAL_FAULT = 70


COMMANDS = [("validate",), ("check",), ("measure",), ("compare",)]


# The package


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one[0])
def test_a_missing_plan(refused, tmp_path, command):
    scenario = ["base"] if command == ("compare",) else []
    assert "There is no plan at" in refused(*command, tmp_path / "nowhere", *scenario)


def test_a_folder_that_is_no_plan(refused, tmp_path):
    assert "has no plan.toml" in refused("check", tmp_path)


def test_a_file_that_is_no_zip(refused, tmp_path):
    (tmp_path / "plan.zip").write_bytes(b"text")
    assert "neither a folder nor a zip" in refused("check", tmp_path / "plan.zip")


def test_a_plan_without_layers(refused, plan):
    (plan / "plan.gpkg").unlink()
    assert "holds no layer" in refused("check", plan)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "plan.gpkg is an empty file"),
        (b"\x00" * 5000, "plan.gpkg does not begin like a GeoPackage"),
        (np.random.default_rng(3).bytes(5000), "plan.gpkg does not begin like a GeoPackage"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "plan.gpkg cannot be read"),
    ],
)
def test_a_geopackage_that_is_none(refused, plan, content, said):
    (plan / "plan.gpkg").write_bytes(content)
    assert said in refused("check", plan)


@pytest.mark.parametrize("kept", [100, 4096, 40_000, 70_000])
def test_a_truncated_geopackage(refused, plan, kept):
    raw = (plan / "plan.gpkg").read_bytes()
    (plan / "plan.gpkg").write_bytes(raw[:kept])
    assert "plan.gpkg" in refused("check", plan)


def test_a_folder_in_place_of_the_geopackage(refused, plan):
    (plan / "plan.gpkg").unlink()
    (plan / "plan.gpkg").mkdir()
    assert "is a folder" in refused("validate", plan)


def test_a_shapefile_of_mixed_encodings(refused, plan):
    (plan / "plan.gpkg").unlink()
    frame = parcels_of("1401", "0701")
    frame["remark"] = ["绿地公园", "XXXXXXX"]
    frame.to_file(plan / "parcels.shp", encoding="GBK")
    raw = (plan / "parcels.dbf").read_bytes()
    (plan / "parcels.dbf").write_bytes(raw.replace(b"XXXXXXX", b"caf\xe9   "))
    said = refused("validate", plan)
    assert "mixes encodings" in said
    assert "record 2" in said


# plan.toml


def rewrite(plan: Path, old: str, new: str) -> None:
    text = (plan / "plan.toml").read_text()
    assert old in text
    (plan / "plan.toml").write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ("EPSG:4326", "is in degrees"),
        ("EPSG:4490", "is in degrees"),
        ("EPSG:3857", "areas grow with the latitude"),
        ("EPSG:2263", "not in metres"),
        ("klingon", "names no known coordinate reference system"),
    ],
)
def test_a_crs_in_which_nothing_can_be_measured(refused, plan, crs, said):
    rewrite(plan, "EPSG:4548", crs)
    assert said in refused("check", plan)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "plan.toml"),
        (b"id = ", "not valid TOML"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "plan.toml"),
        (b"a = " + b"{a=" * 50_000, "plan.toml"),
        (b"a" + b".a" * 100_000 + b" = 1", "plan.toml"),
        (b'a = """' + b"x" * 2_000_000 + b'"""', "plan.toml"),
        (b"drawn_on = 2021-13-45", "not valid TOML"),
        (b'id = "../../etc"\ncrs = "local"\ndrawn_on = 2021-01-01', "id"),
        (b'id = "x"\ncrs = "local"\ndrawn_on = "soon"', "drawn_on"),
    ],
    ids=["empty", "half", "utf16", "lists", "tables", "dots", "huge", "no day", "path as id", "day as text"],
)
def test_a_plan_toml_that_is_none(refused, plan, content, said):
    (plan / "plan.toml").write_bytes(content)
    started = time.process_time()
    assert said in refused("check", plan)
    assert time.process_time() - started < 5


# Zips


def a_zip_of(plan: Path, extra: zipfile.ZipInfo | str | None = None, content: bytes = b"x") -> Path:
    path = plan.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for file in plan.rglob("*"):
            target.write(file, file.relative_to(plan))
        if extra is not None:
            target.writestr(extra, content)
    return path


def test_a_zip_with_a_name_that_leads_out(refused, plan, tmp_path):
    assert "leads out of the folder" in refused("check", a_zip_of(plan, "../../evil.txt"))
    assert not list(tmp_path.parent.glob("evil.txt"))


def test_a_zip_with_a_link(refused, plan):
    link = zipfile.ZipInfo("scenarios")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a link" in refused("check", a_zip_of(plan, link, b"/etc"))


def test_a_zip_of_zeros(refused, plan):
    path = plan.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("plan.gpkg", bytes(40_000_000))
    started = time.process_time()
    assert "no geodata shrink as much" in refused("check", path)
    assert time.process_time() - started < 2


# Calls


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "PLAN", "--pack", "nowhere"), "nowhere"),
        (("check", "PLAN", "--scenario", "z"), "no scenario 'z'"),
        (("check", "PLAN", "--on", "2021-02-30"), "is no day of the calendar"),
        (("check", "PLAN", "--on", "yesterday"), "is no day of the calendar"),
        (("check", "PLAN", "--lang", "fr"), "fr"),
        (("measure", "PLAN", "happiness"), "happiness"),
        (("compare", "PLAN", "z"), "z"),
        (("validate", "PLAN", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
        (("check",), "Missing argument"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else None,
)
def test_a_call_that_names_what_is_not_there(refused, plan, arguments, said):
    assert said in refused(*(plan if one == "PLAN" else one for one in arguments))


# Packs


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- 1",
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        "a: &a [1, *a]\n",
        "a: " + "[" * 50_000,
        "a: " + "{a: " * 50_000,
        "x: " + "y" * 5_000_000,
        "a: !!python/object/apply:os.system ['false']",
        "a: 1\na: 2\n",
        "\x00",
        "a: b: c",
    ],
    ids=["empty", "list", "aliases", "loop", "lists", "maps", "huge", "object", "twice", "null", "colons"],
)
def test_a_rule_file_that_is_none(refused, plan, tmp_path, content):
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text("id: pack\ntitle: {zh: 包, en: Pack, ja: 包}\n", encoding="utf-8")
    (pack / "rule.yaml").write_text(content)
    started = time.process_time()
    said = refused("check", plan, "--pack", pack)
    assert "pack" in said
    assert time.process_time() - started < 5
