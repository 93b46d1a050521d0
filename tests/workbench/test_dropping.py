"""What becomes of files that are dropped on the workbench: where they are laid, under which name."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.town import town

import blockplan as bp
from blockplan.errors import PlanDataError
from blockplan.portal.workspace.dropped_files import take_in

if TYPE_CHECKING:
    from pathlib import Path


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
