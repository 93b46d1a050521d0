"""Whatever the modules of `import office` say exists in Chinese and Japanese too."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from importlib import resources
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.exchange.office.spoken import english_in

import blockplan.exchange.office
from blockplan.cli import app
from blockplan.errors import BlockplanError
from blockplan.exchange.office.said import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM = Path(blockplan.exchange.office.__file__).parent
TOWN = Path(__file__).parents[3] / "examples" / "office-town"
FILLED = re.compile(r"\{\w*\}")
#: What a sentence may be filled with: a figure, a quoted name, lines, and what the room itself says in it.
FILLS = (
    "7",
    "'7'",
    "  7",
    "7\n",
    "",
    "draws the parcels of 7: 7 again",
    "7 of 7 values",
    "cannot be read as such",
)
#: Calls whose sentence goes to a reader.
SAYING = {"add", "_said", "SourceFinding", "MappingError", "PlanDataError", "finding"}
MESSAGES = tomllib.loads((resources.files("blockplan.exchange.office") / "said.toml").read_text("utf-8"))


def said_in(module: Path) -> set[str]:
    """The sentences of a module, with {} for what is filled in."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        values: list[ast.expr] = []
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"message", "why"}:
            values = [node.value]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SAYING:
            values = list(node.args)
        for value in values:
            text = _plain(value)
            if text.count(" ") > 2:
                found.add(text)
    return found


def _plain(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return ""


@pytest.mark.parametrize("module", sorted(ROOM.glob("*.py")), ids=lambda one: one.stem)
def test_every_sentence_of_the_room_is_known_in_the_other_languages(module: Path) -> None:
    # With figures or names where the sentence has them, what stands around is recognised.
    assert {text for text in said_in(module) if not any(map(_is_known, _filled(text)))} == set()


def _filled(text: str) -> Iterator[str]:
    parts = FILLED.split(text)
    for fills in product(FILLS[: 2 if len(parts) > 4 else None], repeat=len(parts) - 1):
        yield parts[0] + "".join(fill + part for fill, part in zip(fills, parts[1:], strict=True))


def _is_known(said: str) -> bool:
    return all(translate(said, lang) != said for lang in ("zh", "ja"))


def test_what_is_filled_in_stands_in_every_language() -> None:
    for key, text in MESSAGES["message"].items():
        for lang in ("zh", "ja"):
            assert set(FILLED.findall(text[lang])) <= set(FILLED.findall(text["en"])), key


def test_a_name_or_figure_of_the_office_stays_as_it_is() -> None:
    assert translate("规划地块 v2", "zh") == "规划地块 v2"
    said = "DKBH of 01-02 is '12 and 13, or so', a range where one number belongs; its upper end (13) counts."
    assert translate(said, "en") == said
    assert translate("3 rows were left out as subtotals, not parcels (row 4, 9, 12).", "zh") == (
        "3 行为小计，不是地块，未采用（第 4, 9, 12 行）。"
    )


@pytest.mark.parametrize(
    ("said", "zh", "ja"),
    [
        # A name of the office is never looked up, though it be a word of the catalogue.
        (
            "A parcel (streets) has no number; it is called rows.",
            "地块（streets）没有编号，命名为 rows。",
            "区画（streets）に番号がなく rows とした。",
        ),
        # What stands in quotation marks is one name, blanks and all.
        (
            "'2.5 左右' holds words beside the number, so 容积率 of record 3 is unknown.",
            "“2.5 左右”数字旁有文字，第 3 条记录 的 容积率 作未知。",
            "「2.5 左右」は数値のほかに語があるため、レコード 3 の 容积率 は不明。",
        ),
        # A full stop in a name ends no sentence.
        (
            "What service 'Otto. automaatti' gives is not known; it comes in by its name alone.",
            "无法判断“Otto. automaatti”的设施类型，只按名称导入。",
            "「Otto. automaatti」の種類が分からないため名称だけで取り込んだ。",
        ),
        (
            "1. 地块.json is JSON, but no layer of features (GeoJSON).",
            "1. 地块.json 是 JSON，但不是要素图层（GeoJSON）。",
            "1. 地块.json は JSON だが地物のレイヤー（GeoJSON）でない。",
        ),
        # What is counted is a word of this room, not a name.
        (
            "12 subblocks are drawn without a number: "
            "each is named by what the numbers of its parcels begin with.",
            "12 个街坊没有编号，按其中地块编号的前缀命名。",
            "12 個の街坊に番号がないため、区画番号の頭で名づけた。",
        ),
        (
            "The field '建蔽率・容積率' says two figures (50/100); they were read as 建蔽率 and 容積率.",
            "字段“建蔽率・容積率”含两个数（50/100），读作 建蔽率、容積率。",
            "欄「建蔽率・容積率」に二つの数（50/100）があり、建蔽率、容積率 と読んだ。",
        ),
        # A sentence that is known in part stays as it is.
        ("The field 'a' is green. Correct it, or say what it gives in mapping.toml.",) * 3,
        ("Nothing tells what its 7 trees are; they were left out.",) * 3,
    ],
)
def test_a_sentence_is_said_in_one_language(said: str, zh: str, ja: str) -> None:
    assert (translate(said, "zh"), translate(said, "ja")) == (zh, ja)


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.parametrize("files", ["shapefiles", "geopackage", "drawing"])
def test_an_office_reads_in_its_language_what_was_read_of_its_folder(
    tmp_path: Path, files: str, lang: str
) -> None:
    run = CliRunner().invoke(
        app, ["import", "office", str(TOWN / files), "--out", str(tmp_path / "town"), "--lang", lang]
    )
    assert run.exit_code == 0
    assert [line for line in run.output.splitlines() if english_in(line)] == []
    # Beside its tables the report names no layer of the plan in English.
    assert re.findall(r"：(?:parcels|streets|subblocks|boundary)：", run.output) == []


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.parametrize(
    "name", ["note.docx", "plan.mdb", "a.dwg", "a.json", "a.csv", "a.xlsx", "a.shp", "a.zip"]
)
def test_an_office_reads_in_its_language_why_nothing_could_be_read(
    tmp_path: Path, name: str, lang: str
) -> None:
    (tmp_path / name).write_text("{}" if name == "a.json" else "no layer")
    run = CliRunner().invoke(
        app, ["import", "office", str(tmp_path), "--out", str(tmp_path / "plan"), "--lang", lang]
    )
    assert isinstance(run.exception, BlockplanError)
    assert english_in(str(run.exception)) == []
    assert re.search("[\u3040-\u9fff]", str(run.exception))


@pytest.mark.parametrize(("lang", "said"), [("zh", "已存有规划“cjicdz”"), ("ja", "計画「cjicdz」")])
def test_an_office_reads_in_its_language_that_a_folder_holds_a_drawn_plan(
    tmp_path: Path, lang: str, said: str
) -> None:
    out = tmp_path / "town"
    out.mkdir()
    shutil.copy(TOWN.parent / "demonstration-zone" / "plan.toml", out)
    call = ["import", "office", str(TOWN / "geopackage"), "--out", str(out), "--lang", lang]
    refused = str(CliRunner().invoke(app, call).exception)
    assert said in refused
    assert english_in(refused) == []


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_an_office_reads_in_its_language_why_no_file_of_many_could_be_read(tmp_path: Path, lang: str) -> None:
    names = (
        "note.docx",
        "plan.mdb",
        "a.dwg",
        "a.json",
        "b.geojson",
        "a.csv",
        "a.xlsx",
        "a.shp",
        "a.zip",
        "a.kml",
    )
    for name in names:
        (tmp_path / name).write_text("{}" if name == "a.json" else "no layer")
    (tmp_path / "inner.zip").write_bytes(b"7z\xbc\xaf\x27\x1c")
    run = CliRunner().invoke(
        app, ["import", "office", str(tmp_path), "--out", str(tmp_path / "plan"), "--lang", lang]
    )
    assert english_in(str(run.exception)) == []
    assert str(run.exception).count("\n") > 3
