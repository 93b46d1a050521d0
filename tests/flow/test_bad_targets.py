"""Where nothing can be written, or somebody ends it: nothing is lost or half-written."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


def left_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


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
        write = files._write_layer
        def and_interrupt(*arguments, **named):
            write(*arguments, **named)
            written.append(arguments)
            if len(written) == {layer}:
                os.kill(os.getpid(), signal.SIGINT)
        files._write_layer = and_interrupt
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
