"""What becomes of files that are dropped on the workbench: where they are laid, under which name."""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.town import town
from tests.support.zips import unmarked_zip

import blockplan as bp
from blockplan.errors import PlanDataError
from blockplan.portal.workspace.dropped_files import _name_of, take_in

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPEFILES = Path(__file__).parents[2] / "examples" / "office-town" / "shapefiles"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    bp.write(town(packs=["zone"]), tmp_path / "drawn" / "town")
    return tmp_path / "drawn" / "town"


def dropped(package: Path, folder: str) -> list[tuple[str, list[bytes]]]:
    """The files of a package as a window sends them, in a folder or loose."""
    return [
        (f"{folder}{file.relative_to(package).as_posix()}", [file.read_bytes()])
        for file in sorted(package.rglob("*"))
        if file.is_file()
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("folder", "name"),
    [("", None), ("plan v1.2/", "plan v1.2"), ("town/", "town")],
    ids=["loose files", "a folder with a dot", "a folder"],
)
def test_a_package_is_laid_under_its_own_name(
    package: Path, tmp_path: Path, folder: str, name: str | None
) -> None:
    beside = tmp_path / "desk" / "open"
    beside.mkdir(parents=True)
    taken = take_in(dropped(package, folder), beside)
    assert taken.package == tmp_path / "desk" / (name or bp.read(package).manifest.id)
    assert bp.read(taken.package).content_hash == bp.read(package).content_hash


def test_a_damaged_zip_among_the_files_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    beside = tmp_path / "desk" / "open"
    beside.mkdir(parents=True)
    with pytest.raises(PlanDataError):
        take_in([("town v1.2/areas.zip", [b"PK no zip"]), ("town v1.2/note.txt", [b"text"])], beside)
    assert [one.name for one in beside.parent.iterdir()] == ["open"]


def test_a_damaged_zip_beside_a_package_does_not_keep_it_from_opening(package: Path, tmp_path: Path) -> None:
    beside = tmp_path / "desk" / "open"
    beside.mkdir(parents=True)
    files = [("more/aaa.zip", [b"PK no zip"]), *dropped(package, "more/town/")]
    assert take_in(files, beside).package.name == "town"


def test_a_refusal_does_not_tell_where_the_files_lay_meanwhile(tmp_path: Path) -> None:
    with pytest.raises(PlanDataError) as told:
        take_in([("areas.zip", [b"PK no zip"])], tmp_path / "open")
    assert str(told.value).startswith("The files: no file in it can be read")
    assert tempfile.gettempdir() not in str(told.value)
    for lang, said in (told.value.text or {}).items():
        assert tempfile.gettempdir() not in said
        assert (re.search("[\u3040-\u9fff]", said) is None) == (lang == "en"), said
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("plan.toml", "")
        archive.writestr("../elsewhere", "")
    with pytest.raises(PlanDataError, match=r"^plan\.zip is not unpacked"):
        take_in([("plan.zip", [packed.getvalue()])], tmp_path / "open")


@pytest.mark.parametrize(("files", "zh"), [([], "没有收到文件"), ([("../a.shp", [b""])], "不是文件名")])
def test_what_is_dropped_is_refused_in_the_readers_language(
    files: list[tuple[str, list[bytes]]], zh: str, tmp_path: Path
) -> None:
    with pytest.raises(PlanDataError) as told:
        take_in(files, tmp_path / "open")
    assert told.value.text is not None
    assert zh in told.value.text["zh"]
    assert set(told.value.text) == {"zh", "en", "ja"}


def test_a_zip_whose_names_bear_no_mark_is_read_as_the_files_would_be(tmp_path: Path) -> None:
    # As macOS and Info-ZIP pack them: names in UTF-8, without the flag that says so.
    packed = unmarked_zip({one.name: one.read_bytes() for one in sorted(SHAPEFILES.iterdir())}, "utf-8")
    zipped, loose = (
        bp.read(take_in(files, tmp_path / "open").package)
        for files in ([("town.zip", [packed])], of_an_office())
    )
    assert {one: len(zipped.layer(one)) for one in zipped.layers} == {
        one: len(loose.layer(one)) for one in loose.layers
    }


def of_an_office(*ending: str) -> list[tuple[str, Sequence[bytes]]]:
    """The files of the office's folder, or those of some endings."""
    files = sorted(one for one in SHAPEFILES.iterdir() if not ending or one.suffix in ending)
    return [(f"town/{one.name}", [one.read_bytes()]) for one in files]


@pytest.mark.parametrize(
    ("name", "title"),
    [("walls.geojson", "walls"), ("a.geojson", "a"), ("north/a.geojson", "north")],
    ids=["file", "letter", "folder"],
)
def test_a_plan_that_nothing_names_is_called_as_what_was_dropped(
    name: str, title: str, tmp_path: Path
) -> None:
    ring = b"[[[116.3, 39.9], [116.301, 39.9], [116.301, 39.901], [116.3, 39.901], [116.3, 39.9]]]"
    land = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"parcel_id": "A", '
    land += b'"land_use": "0701"}, "geometry": {"type": "Polygon", "coordinates": ' + ring + b"}}]}"
    taken = take_in([(name, [land])], tmp_path / "open")
    assert list(bp.read(taken.package).manifest.title.values()) == [title]


@pytest.mark.long
def test_what_an_import_found_is_said_in_the_language_of_the_window(tmp_path: Path) -> None:
    taken = take_in(of_an_office(), tmp_path / "open")
    found = {lang: [one["message"] for one in taken.findings_in(lang)] for lang in ("en", "zh", "ja")}
    assert len(found["en"]) == len(found["zh"]) == len(found["ja"]) > 0
    for lang, messages in found.items():
        for said in messages:
            plain = re.sub("“[^”]*”|「[^」]*」|'[^']*'", "", said)
            assert lang == "en" or re.search("[\u3040-\u9fff]", plain), said
            assert not re.search(r"`\w+=|--\w", said), said
    assert found["zh"] != found["en"] != found["ja"] != found["zh"]


def test_a_refusal_names_what_can_be_dropped_and_no_parameter(tmp_path: Path) -> None:
    line = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "A"}, '
    line += b'"geometry": {"type": "LineString", "coordinates": [[0, 0], [90, 0]]}}]}'
    with pytest.raises(PlanDataError) as told:
        take_in([("walls.geojson", [line])], tmp_path / "open")
    for lang, how in (("en", "dropped with the files"), ("zh", "一同拖入的"), ("ja", "一緒にドロップする")):
        said = (told.value.text or {})[lang]
        assert f"{how} mapping.toml" in said or f"mapping.toml, {how}" in said
        assert f"{how} profile.yaml" in said or f"profile.yaml, {how}" in said
        assert "`" not in said


@pytest.mark.long
def test_a_mapping_dropped_with_the_files_counts(tmp_path: Path) -> None:
    first = take_in(of_an_office(), tmp_path / "open").package
    mapping = (first / "mapping.toml").read_text(encoding="utf-8")
    edited = re.sub(r"(?m)^drawn_on = .*$", "drawn_on = 2023-01-02", mapping)
    assert edited != mapping
    files = [*of_an_office(), ("town/mapping.toml", [edited.encode()])]
    assert bp.read(take_in(files, tmp_path / "open").package).manifest.drawn_on == dt.date(2023, 1, 2)


@pytest.mark.parametrize("name", ["mapping.toml", "profile.yaml"])
def test_a_mapping_or_profile_that_is_off_is_refused_by_its_name_alone(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanDataError) as told:
        take_in([*of_an_office(".cpg"), (name, [b"[: no"])], tmp_path / "open")
    assert name in str(told.value)
    assert tempfile.gettempdir() not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["地块.shp", "地块.dbf", "道路.shp", "mapping.toml"], "地块+1"),
        (["town_parcels.shp", "town_roads.shp"], "town"),
        (["town.gpkg", "profile.yaml"], "town"),
        (["town/a.shp", "town/b.shp"], "town"),
        (["town/a.shp", "village/b.shp"], "a+1"),
    ],
)
def test_files_that_lie_in_no_folder_name_their_plan_all_the_same(names: list[str], name: str) -> None:
    assert _name_of(names) == name
