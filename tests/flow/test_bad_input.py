"""
Bad input through the real command line: a clear message and exit code 2, nothing half-written.

Faults of the data are no bad input: they are reported, and the plan is still judged.
"""

import json
import math
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import X, Y, a_plan, parcels_of, square

from blockplan.cli import main
from blockplan.plan import write
from blockplan.plan.files import formats

INTERNAL_FAULT = 70


@pytest.fixture
def run(capfd):
    """Call the command line in this process; gives exit code, stdout and stderr (GDAL's own included)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        said = capfd.readouterr()
        return left.value.code, said.out, said.err

    return call


@pytest.fixture
def refused(run):
    """Call the command line with bad input; gives what it says on stderr."""

    def call(*arguments):
        code, out, err = run(*arguments)
        assert code == 2, f"exit {code}\n{out}\n{err}"
        assert out == ""
        assert "Traceback" not in err
        assert len(err) < 3_000
        return err

    return call


@pytest.fixture
def plan(tmp_path):
    """A sound small plan that a test may spoil."""
    folder = tmp_path / "plan"
    write(a_plan(manifest={"packs": ["zone"]}), folder)
    return folder


def left_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


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


# Targets


@pytest.mark.long
@pytest.mark.parametrize("target", ["FILE/report.html", "/proc/blockplan/report.html", "PIPE", "FOLDER"])
def test_a_report_where_none_can_be_written(run, plan, tmp_path, target):
    (tmp_path / "file").write_text("old")
    os.mkfifo(tmp_path / "pipe")  # for devices: root could replace /dev/null by a file
    places = {
        "FILE/report.html": tmp_path / "file" / "report.html",
        "FOLDER": plan,
        "PIPE": tmp_path / "pipe",
    }
    place = places.get(target, target)
    before = left_in(tmp_path)
    code, _, err = run("check", plan, "--out", place)
    assert code == 2, err
    assert "Traceback" not in err
    assert str(place) in err
    assert left_in(tmp_path) == before
    assert (tmp_path / "file").read_text() == "old"


MAPPING = """
plan = { id = "ours", crs = "EPSG:4548", drawn_on = 2024-01-01 }
[layers.boundary]
derived = { derive = "bbox", of = ["parcels"] }
[layers.parcels]
source_layer = "parcels"
columns = { parcel_id = "parcel_id", land_use = "land_use" }
"""


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return path


@pytest.mark.parametrize("target", ["FILE/out", "FILE", "/proc/blockplan"])
def test_an_import_where_nothing_can_be_written(refused, plan, mapping, tmp_path, target):
    (tmp_path / "file").write_text("old")
    place = {"FILE/out": tmp_path / "file" / "out", "FILE": tmp_path / "file"}.get(target, target)
    before = left_in(tmp_path)
    said = refused("import", "layers", mapping, "--source", plan / "plan.gpkg", "--out", place)
    assert "Name" in said or "name" in said
    assert left_in(tmp_path) == before
    assert (tmp_path / "file").read_text() == "old"


def test_an_import_does_not_overwrite_a_folder_that_is_no_plan(refused, plan, mapping, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("dear")
    refused("import", "layers", mapping, "--source", plan / "plan.gpkg", "--out", tmp_path / "photos")
    assert left_in(tmp_path / "photos") == ["a.jpg"]


@pytest.mark.parametrize("source", ["nowhere.gpkg", "empty.gpkg", "random.gpkg", "table.xlsx", "."])
def test_an_import_from_what_is_no_source(refused, mapping, tmp_path, source):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "empty.gpkg").write_bytes(b"")
    (folder / "random.gpkg").write_bytes(os.urandom(3000))
    (folder / "table.xlsx").write_bytes(b"PK\x03\x04")
    refused("import", "layers", mapping, "--source", folder / source, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def interrupted(
    tmp_path: Path, plan: Path, mapping: Path, out: Path, layer: int
) -> subprocess.CompletedProcess[str]:
    """The import, with Ctrl-C while it writes the layer of this number."""
    script = textwrap.dedent(f"""
        import os, signal
        from blockplan.plan.files import formats as files
        written = []
        write = files._write_ogr
        def and_interrupt(*arguments):
            write(*arguments)
            written.append(arguments)
            if len(written) == {layer}:
                os.kill(os.getpid(), signal.SIGINT)
        files._write_ogr = and_interrupt
        from blockplan.cli import main
        source, out = {str(plan / "plan.gpkg")!r}, {str(out)!r}
        main(["import", "layers", {str(mapping)!r}, "--source", source, "--out", out])
    """)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


@pytest.mark.long
@pytest.mark.parametrize("out", ["out", "out.zip"])
def test_ctrl_c_in_a_first_write_leaves_nothing(plan, mapping, tmp_path, out):
    before = left_in(tmp_path)
    done = interrupted(tmp_path, plan, mapping, tmp_path / out, 2)
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr.strip() == "blockplan: interrupted; nothing was left half-written"
    assert left_in(tmp_path) == before


@pytest.mark.long
def test_ctrl_c_in_a_later_write_leaves_the_old_plan(run, plan, mapping, tmp_path):
    code, _, _ = run("import", "layers", mapping, "--source", plan / "plan.gpkg", "--out", tmp_path / "out")
    assert code == 0
    before = {name: (tmp_path / "out" / name).read_bytes() for name in left_in(tmp_path / "out")}
    mapping.write_text(MAPPING.replace("ours", "others"))
    assert interrupted(tmp_path, plan, mapping, tmp_path / "out", 1).returncode == 130
    assert {name: (tmp_path / "out" / name).read_bytes() for name in left_in(tmp_path / "out")} == before


# Faults of the data: reported, and judged all the same


def judged(run, plan: Path) -> tuple[dict, dict]:
    """What validate and check say of a plan with faults; neither may stumble."""
    code, out, err = run("validate", plan, "--json")
    assert code in {0, 1}, err
    faults = json.loads(out)
    code, out, err = run("check", plan, "--json")
    assert code in {0, 1, 3}, err
    return faults, json.loads(out)


def with_parcels(plan: Path, shapes: list, **columns) -> None:
    frame = gpd.GeoDataFrame(
        {"parcel_id": [f"P{n}" for n in range(len(shapes))], "land_use": ["1401"] * len(shapes), **columns},
        geometry=shapes,
        crs="EPSG:4548",
    )
    boundary = gpd.GeoDataFrame(
        {"name": ["all"]}, geometry=[shapely.box(X, Y, X + 200, Y + 100)], crs="EPSG:4548"
    )
    formats.write_layers({"boundary": boundary, "parcels": frame}, plan / "plan.gpkg")


@pytest.mark.long
@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.Point(X + 50, Y + 50), shapely.Point(X + 150, Y + 50)],
        [shapely.LineString([(X, Y), (X + 100, Y + 100)]), square(1)],
        [None, square(1)],
        [None, None],
        [shapely.Polygon(), square(1)],
        [shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]), square(1)],
        [shapely.Point(math.nan, math.nan), square(1)],
        [shapely.LineString([(X, math.inf), (X, Y)]), square(1)],
        [shapely.GeometryCollection([square(0), shapely.Point(X, Y)]), square(1)],
        [shapely.Polygon([(X, Y), (X, Y), (X, Y), (X, Y)]), square(1)],
        [shapely.box(1e300, 1e300, 2e300, 2e300), square(1)],
    ],
    ids=[
        "points",
        "line",
        "null",
        "all null",
        "empty",
        "bow tie",
        "nan",
        "inf",
        "collection",
        "no area",
        "huge",
    ],
)
@pytest.mark.filterwarnings("ignore:Geometry column does not contain geometry")
def test_shapes_that_are_no_parcels(run, plan, shapes):
    with_parcels(plan, shapes)
    faults, _ = judged(run, plan)
    assert any(fault["grade"] == "error" for fault in faults["faults"])


def test_columns_of_the_wrong_kind(run, plan):
    with_parcels(
        plan, [square(0), square(1)], residents=["many", "12"], far=["2.0", "-"], committed=["perhaps", "yes"]
    )
    faults, _ = judged(run, plan)
    assert {(fault["rule"], fault["id"]) for fault in faults["faults"]} >= {
        ("pq-value", "P0"),
        ("pq-value", "P1"),
    }


def test_numbers_that_no_plan_has(run, plan):
    with_parcels(plan, [square(0), square(1)], residents=[-5.0, 1e308], floor_area_m2=[math.inf, -math.inf])
    judged(run, plan)


def test_a_layer_without_a_crs_is_taken_to_be_in_the_plans(run, plan):
    frames = {name: formats.read_layer(plan / "plan.gpkg", name) for name in ("boundary", "parcels")}
    bare = {name: frame.set_crs(None, allow_override=True) for name, frame in frames.items()}
    (plan / "plan.gpkg").unlink()
    for name, frame in bare.items():
        formats.write_layer(frame, plan / f"{name}.parquet")
    faults, _ = judged(run, plan)
    assert not [
        fault for fault in faults["faults"] if fault["grade"] == "error" and fault["rule"] != "pq-crs"
    ]


def test_a_layer_in_degrees_comes_into_the_plans_crs(run, plan):
    frames = {name: formats.read_layer(plan / "plan.gpkg", name) for name in ("boundary", "parcels")}
    formats.write_layers(
        {name: frame.to_crs("EPSG:4490") for name, frame in frames.items()}, plan / "plan.gpkg"
    )
    faults, _ = judged(run, plan)
    assert not [fault for fault in faults["faults"] if fault["rule"] in {"pq-inside", "pq-swapped"}]


@pytest.mark.long
def test_a_parcel_of_a_million_corners(run, plan):
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([X + 100 + 90 * np.cos(angle), Y + 100 + 90 * np.sin(angle)])
    with_parcels(plan, [shapely.Polygon(ring)])
    started = time.process_time()
    judged(run, plan)
    assert time.process_time() - started < 60


# Laws


SOUND = a_plan(manifest={"packs": ["zone"]})


def code_of(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    return int(left.value.code or 0)


@given(data=st.data())
def test_random_bytes_in_a_package_never_bring_the_command_line_down(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes") / "plan"
    write(SOUND, folder)
    name = data.draw(st.sampled_from(["plan.toml", "plan.gpkg"]))
    raw = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(raw[: data.draw(st.one_of(st.none(), st.integers(0, len(raw))))])
    command = data.draw(st.sampled_from(["validate", "check"]))
    assert code_of(command, folder) in {0, 1, 2, 3}
    shutil.rmtree(folder)


SHAPES = st.sampled_from(
    [
        None,
        square(0),
        square(1),
        square(5),
        shapely.Point(X, Y),
        shapely.LineString([(X, Y), (X + 100, Y + 100)]),
        shapely.Polygon(),
        shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]),
        shapely.box(Y, X, Y + 100, X + 100),
        shapely.MultiPolygon([square(0), square(3)]),
    ]
)
TEXTS = st.sampled_from([None, "", "A", "1401", "0701", "99", "教育", "A,B", "x" * 300])
NUMBERS = st.sampled_from([None, 0.0, -1.0, 0.5, 250.0, 1e12, math.nan])


@pytest.mark.long
@given(
    rows=st.lists(st.tuples(SHAPES, TEXTS, TEXTS, NUMBERS, NUMBERS), min_size=0, max_size=5),
    layer=st.sampled_from(
        ["parcels", "facilities", "buildings", "greens", "streets", "stops", "structure", "areas"]
    ),
)
def test_random_faults_of_the_data_never_bring_the_command_line_down(tmp_path_factory, rows, layer):
    columns = {
        "parcels": ("parcel_id", "land_use", "residents", "far"),
        "facilities": ("facility_id", "service", "beds", "floor_area_m2"),
        "buildings": ("building_id", "parcel_id", "residents", "height_m"),
        "greens": ("green_id", "access", "a", "b"),
        "streets": ("street_id", "class", "level", "red_line_width_m"),
        "stops": ("stop_id", "modes", "a", "b"),
        "structure": ("element_id", "role", "a", "b"),
        "areas": ("area_id", "townships", "a", "b"),
    }[layer]
    table = pd.DataFrame([row[1:] for row in rows], columns=list(columns))
    frame = gpd.GeoDataFrame(table, geometry=[row[0] for row in rows], crs="EPSG:4548")
    folder = tmp_path_factory.mktemp("data") / "plan"
    write(SOUND.replace(**{layer: frame}), folder)
    assert code_of("validate", folder) in {0, 1}
    assert code_of("check", folder) in {0, 1, 3}
    shutil.rmtree(folder)
