"""Whatever the modules of `import office` say exists in Chinese and Japanese too."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

import blockplan.exchange.office
from blockplan.cli import app
from blockplan.exchange.office.said import translate

ROOM = Path(blockplan.exchange.office.__file__).parent
TOWN = Path(__file__).parents[3] / "examples" / "office-town"
FILLED = re.compile(r"\{\w*\}")
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
    # Whatever a sentence is filled with, what stands around it is recognised.
    unknown = {
        text
        for text in said_in(module)
        if translate(filled := FILLED.sub("7", text), "zh") == filled or translate(filled, "ja") == filled
    }
    assert unknown == set()


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


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_an_office_reads_in_its_language_what_was_read_of_its_folder(tmp_path: Path, lang: str) -> None:
    run = CliRunner().invoke(
        app, ["import", "office", str(TOWN / "shapefiles"), "--out", str(tmp_path / "town"), "--lang", lang]
    )
    assert run.exit_code == 0
    # Two English words in a row are a sentence; names of columns and rules are single words.
    assert [line for line in run.output.splitlines() if re.search(r"\b[a-z]{2,} [a-z]{2,}\b", line)] == []


def test_an_office_reads_in_its_language_why_nothing_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "note.docx").write_text("no layer")
    run = CliRunner().invoke(
        app, ["import", "office", str(tmp_path), "--out", str(tmp_path / "plan"), "--lang", "zh"]
    )
    assert "没有可读取的文件" in str(run.exception)
    assert "请将其中的地块内容做成表" in str(run.exception)
