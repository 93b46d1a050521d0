"""The public package: built of what goes out, and of nothing else that an office has on its disk."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.package import FrozenPlan, PackageChoice, package_hash, parts_of, tables_of
from blockplan.plan import Plan, write
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"SECRETPIPE"


def a_plan(**more: Any) -> Plan:
    """Two parcels with a column of owners, a street, and heights in the geometry."""
    squares = [
        shapely.force_3d(shapely.box(x, 4_400_000, x + 100, 4_400_100), 77.25) for x in (500_000, 500_100)
    ]
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["P-1", "P-2"], "land_use": ["0701", "1401"], "height_m": [36.0, 0.0],
         "owner": ["somebody", None]},
        geometry=squares, crs="EPSG:4548",
    )  # fmt: skip
    line = shapely.LineString([(500_000, 4_400_000), (500_200, 4_400_000)])
    streets = gpd.GeoDataFrame({"street_id": ["S-1"], "walk": [True]}, geometry=[line], crs="EPSG:4548")
    land = gpd.GeoDataFrame({"name": ["all"]}, geometry=[parcels.union_all()], crs="EPSG:4548")
    said = {"id": "small", "drawn_on": "2026-02-20", "crs": "EPSG:4548"} | more
    return Plan(manifest_from(said, "plan.toml"), {"boundary": land, "parcels": parcels, "streets": streets})


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """As an office has it: deleted rows in free pages, a foreign table and file, a scenario, notes."""
    folder = tmp_path / "plan"
    write(a_plan(scenarios={"high": "higher"}, remark="SECRETPIPE in a note"), folder)
    with closing(sqlite3.connect(folder / "plan.gpkg")) as base:
        base.execute("PRAGMA secure_delete = OFF")
        base.execute("CREATE TABLE pipelines (fid INTEGER PRIMARY KEY, name TEXT)")
        base.executemany("INSERT INTO pipelines (name) VALUES (?)", [("SECRETPIPE " * 20,)] * 200)
        base.commit()
        base.execute("DROP TABLE pipelines")
        base.execute("CREATE TABLE layer_styles (fid INTEGER PRIMARY KEY, style TEXT)")
        base.execute("INSERT INTO layer_styles (style) VALUES ('SECRETPIPE style')")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        base.commit()
    shutil.copy(folder / "plan.gpkg", folder / "internal-draft.gpkg")
    (folder / "scenarios").mkdir(exist_ok=True)
    taller = (
        a_plan().layer("parcels").assign(height_m=99.0)[["parcel_id", "land_use", "height_m", "geometry"]]
    )
    taller.to_file(folder / "scenarios" / "high.gpkg", layer="parcels", engine="pyogrio")
    assert SECRET in (folder / "plan.gpkg").read_bytes()
    return folder


def test_nothing_of_an_offices_disk_goes_out_but_the_layers_and_columns_of_one_scenario(
    package: Path,
) -> None:
    frozen = FrozenPlan.read(package)
    assert [file.name for file in frozen.files] == ["plan.gpkg", "plan.toml"]
    assert not [file.name for file in frozen.files if SECRET in file.content]
    assert {one["table"]: one["columns"][2:] for one in tables_of(frozen.files)} == {
        "boundary": ["name"], "parcels": ["parcel_id", "land_use", "height_m"],
        "streets": ["street_id", "walk"],
    }  # fmt: skip
    assert frozen.plan.manifest.scenarios == {}
    assert not frozen.plan.manifest.model_extra
    assert "shows" not in frozen.said
    higher = FrozenPlan.read(package, "high")
    assert higher.said["shows"] == "high"
    assert set(higher.plan.layer("parcels")["height_m"]) == {99.0}
    assert higher.plan.scenario == "base", "who reads the package need not know of scenarios"


@pytest.mark.long
def test_a_geopackage_that_goes_out_has_no_free_pages_and_no_heights_in_its_geometry(
    package: Path, tmp_path: Path
) -> None:
    content = FrozenPlan.read(package).files[0].content
    (tmp_path / "out.gpkg").write_bytes(content)
    with closing(sqlite3.connect(tmp_path / "out.gpkg")) as base:
        assert base.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert not gpd.read_file(tmp_path / "out.gpkg", layer="parcels").has_z.any()
    assert a_plan().layer("parcels").has_z.all()


@pytest.mark.long
def test_what_is_withheld_is_in_no_byte_and_what_no_contract_knows_goes_only_where_it_is_added(
    package: Path,
) -> None:
    frozen = FrozenPlan.read(package, choice=PackageChoice(withheld=("streets", "parcels.height_m")))
    assert not any(b"streets" in file.content or b"height_m" in file.content for file in frozen.files)
    assert not frozen.plan.has_layer("streets")
    bare = FrozenPlan.read(package, choice=PackageChoice(added=("parcels.owner", "layer_styles")))
    tables = {one["table"]: one["columns"] for one in tables_of(bare.files)}
    assert "owner" in tables["parcels"]
    assert "layer_styles" not in tables, "its columns are chosen one by one"
    added = FrozenPlan.read(package, choice=PackageChoice(added=("layer_styles", "layer_styles.style")))
    assert {"table": "layer_styles", "rows": 1, "columns": ["fid", "style"]} in tables_of(added.files)


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        (
            PackageChoice(withheld=("streets", "NONSENSE")),
            "The plan has no NONSENSE. Its layers: boundary, parcels",
        ),
        (PackageChoice(added=("parcels.nothing",)), "has no parcels.nothing"),
        (PackageChoice(withheld=("boundary",)), "boundary cannot be withheld"),
        (PackageChoice(withheld=("parcels.parcel_id",)), "parcels.parcel_id cannot be withheld"),
        (PackageChoice(withheld=("parcels.geometry",)), "parcels.geometry cannot be withheld"),
    ],
)
def test_a_choice_that_would_do_nothing_or_leave_no_plan_is_refused_by_name(
    choice: PackageChoice, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        FrozenPlan.of(a_plan(), choice)


def test_the_same_plan_gives_the_same_bytes_and_the_hash_names_every_file(package: Path) -> None:
    one, two = FrozenPlan.read(package), FrozenPlan.read(package)
    assert one.files == two.files
    files = one.said["files"]
    assert package_hash(files) == package_hash(files[::-1])
    for key, value in (("sha256", "00" * 32), ("bytes", 1), ("path", "other.gpkg")):
        assert package_hash([files[0] | {key: value}, files[1]]) != package_hash(files)
    assert package_hash(files[:1]) != package_hash(files)


@pytest.mark.long
def test_a_kept_package_is_taken_only_as_it_was_looked_at(package: Path, tmp_path: Path) -> None:
    frozen, kept = FrozenPlan.read(package), tmp_path / "kept.zip"
    kept.write_bytes(frozen.keep())
    assert FrozenPlan.kept(kept, frozen.said) == frozen
    other = FrozenPlan.read(package, choice=PackageChoice(withheld=("streets",)))
    for content in (other.keep(), b"no zip"):
        kept.write_bytes(content)
        with pytest.raises(NoticeStateError, match="not the one that was looked at"):
            FrozenPlan.kept(kept, frozen.said)


def test_every_part_of_a_plan_is_named_once_and_empty_columns_are_no_parts() -> None:
    parts = parts_of(a_plan())
    names = [part.name for part in parts]
    assert len(names) == len(set(names))
    assert {part.name for part in parts if not part.known} == {"parcels.owner"}
    assert {part.name: part.rows for part in parts}["parcels.owner"] == 1
    assert "parcels.far" not in names
    assert [part.name for part in parts if part.fixed] == [
        "boundary", "boundary.geometry", "parcels.parcel_id", "parcels.geometry", "streets.street_id",
        "streets.geometry",
    ]  # fmt: skip
