"""Whatever the modules of `import office` say stands under a code in every language."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.exchange.office.spoken import english_in

import blockplan.exchange.office
from blockplan.cli import app
from blockplan.errors import BlockplanError
from blockplan.exchange.office.codes import LISTS, NATIONAL, old_list
from blockplan.exchange.office.mapping import FieldChoice, LayerChoice, OfficeMapping
from blockplan.exchange.office.messages import in_language, joined, worded
from blockplan.exchange.office.profile import load_profile

ROOM = Path(blockplan.exchange.office.__file__).parent
TOWN = Path(__file__).parents[3] / "examples" / "office-town"
#: Lists of classes that tables beside the room hold, with what is lost of each.
OLD = set(LISTS) - {NATIONAL}
FILLED = re.compile(r"\{(\w+)")
MESSAGES = tomllib.loads((ROOM / "messages.toml").read_text("utf-8"))["message"]
MODULES = sorted(ROOM.glob("*.py"))
CALLS = [
    node
    for module in MODULES
    for node in ast.walk(ast.parse(module.read_text("utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
]


def test_every_message_is_said_in_every_language_and_filled_alike() -> None:
    for code, text in MESSAGES.items():
        assert set(text) == {"zh", "en", "ja"}, code
        assert all(text.values()), code
        for lang in ("zh", "ja"):
            assert set(FILLED.findall(text[lang])) <= set(FILLED.findall(text["en"])), code


def test_every_message_is_said_somewhere() -> None:
    constants = {
        node.value
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    lost = {one.lost.code for name in OLD for one in old_list(name).values() if one.lost}
    assert set(MESSAGES) - constants - lost == set()


def test_what_is_said_has_a_message_and_all_that_fills_it() -> None:
    for call in CALLS:
        if call.func.id in {"worded", "refused"}:
            code = call.args[call.func.id == "refused"]
            given = {word.arg for word in call.keywords}
            if isinstance(code, ast.Constant) and None not in given:
                assert given == set(FILLED.findall(MESSAGES[code.value]["en"])), code.value


def test_no_error_of_the_room_holds_its_words() -> None:
    refusals = re.compile(r"\b(?:PlanDataError|MappingError|UsageError)\((?!\))")
    assert [one.name for one in ROOM.glob("*.py") if refusals.search(one.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("said", "en", "zh", "ja"),
    [
        # A name of the office is never looked up, though it be a word of the catalogue.
        (
            worded("parcel_without_number", name="streets", id="rows"),
            "A parcel (streets) has no number; it is called rows.",
            "地块（streets）没有编号，命名为 rows。",
            "区画（streets）に番号がなく rows とした。",
        ),
        # What stands in quotation marks is one name, blanks and all; a row has no name.
        (
            worded(
                "value_unknown_because",
                value="2.5 左右",
                why=worded("words_beside_number"),
                field="容积率",
                name=worded("record", n=3),
            ),
            "'2.5 左右' holds words beside the number, so 容积率 of record 3 is unknown.",
            "“2.5 左右”数字旁有文字，第 3 条记录 的 容积率 作未知。",
            "「2.5 左右」は数値のほかに語があるため、レコード 3 の 容积率 は不明。",
        ),
        # A name of several words is told from the sentence that it stands in.
        (
            worded("file_of_unknown_kind", file="a plan of ours.bin"),
            "a plan of ours.bin is of no kind that is read.",
            "“a plan of ours.bin”不是可读取的类型。",
            "「a plan of ours.bin」は読める種類でない。",
        ),
        # What is counted is a word of this room, not a name.
        (
            worded("drawn_without_a_number", n=12, kind=worded("subblocks")),
            "12 subblocks are drawn without a number: "
            "each is named by what the numbers of its parcels begin with.",
            "12 个街坊没有编号，按其中地块编号的前缀命名。",
            "12 個の街坊に番号がないため、区画番号の頭で名づけた。",
        ),
        # Columns of the plan are said by name, with what the files call them.
        (
            worded(
                "amounts_of_one_number",
                things=joined(["floor_area_m2_max", "residents"], ", "),
                n=2,
                what=worded("blocks"),
                number="01",
            ),
            "2 outlines of the blocks bear the number '01' and say the same; they were taken for parts of "
            "one, and floor_area_m2_max, residents counts once. Where they are several, "
            "give each its own number.",
            "街区中有 2 个轮廓编号同为“01”、属性相同，已作为同一个，"
            "其建筑规模上限（平方米，floor_area_m2_max）、居住人口（residents）只计一次。若为多个，请分别编号。",
            "街区のうち 2 個の輪郭は番号「01」で内容も同じため、一つの部分とし、"
            "延床面積の上限（m²，floor_area_m2_max）、居住人口（residents）は一度だけ数えた。別々であれば番号を分ける。",
        ),
        (
            worded("parcel_stands_twice_in_the_table", number="A-1", columns="far_max, 备注"),
            "Parcel A-1 stands twice in the table, with other values of far_max, 备注; the first row counts.",
            "地块 A-1 在表中出现两次，容积率上限（far_max）、备注不同，以第一行为准。",
            "区画 A-1 が表に二度あり容積率の上限（far_max）、备注が異なる。最初の行を採る。",
        ),
        (
            joined([worded("way_and_title", way=worded("name"), title="站名"), "", worded("no_value_in_it")]),
            "name '站名'; no value in it",
            "字段名“站名”；没有值",
            "欄名「站名」；値がない",
        ),
    ],
)
def test_a_message_is_said_in_one_language(said: str, en: str, zh: str, ja: str) -> None:
    assert (said, in_language(said, "zh"), in_language(said, "ja")) == (en, zh, ja)


def test_a_word_that_is_no_message_stays_as_it_is() -> None:
    assert in_language("规划地块 v2", "zh") == "规划地块 v2"


def test_a_message_stays_one_in_a_mapping_and_is_english_in_its_file(tmp_path: Path) -> None:
    choice = FieldChoice(field="DKBH", why=worded("chosen"))
    assert in_language(choice.why, "zh") == "人工选定"
    mapping = OfficeMapping(layer=[LayerChoice(file="a.shp", layer="a", role="parcels", field=[choice])])
    assert 'why = "chosen"' in mapping.to_toml(load_profile())


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "reason"), [("zh", "按给定的 mapping.toml"), ("ja", "渡された mapping.toml による")]
)
def test_an_office_reads_in_its_language_what_comes_of_the_mapping_that_it_gives_back(
    tmp_path: Path, lang: str, reason: str
) -> None:
    call = ["import", "office", str(TOWN / "shapefiles"), "--lang", lang, "--out"]
    first = CliRunner().invoke(app, [*call, str(tmp_path / "one")])
    mapping = tmp_path / "one" / "mapping.toml"
    run = CliRunner().invoke(app, [*call, str(tmp_path / "two"), "--mapping", str(mapping)])
    assert (first.exit_code, run.exit_code) == (0, 0)
    assert [line for line in run.output.splitlines() if english_in(line)] == []
    assert (reason in first.output, reason in run.output) == (False, True)
    # The file keeps why each was read as it was.
    assert (tmp_path / "two" / "mapping.toml").read_text("utf-8") == mapping.read_text("utf-8")


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
