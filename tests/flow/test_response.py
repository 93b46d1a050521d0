"""From a list of letters to the consultation report by command: cut, grouped, sorted in a sheet, answered."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.builders import a_plan
from tests.support.notice_records import HandClock, a_clock

from blockplan.cli import main
from blockplan.notice import ledger
from blockplan.plan import write
from blockplan.respond.worksheet import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LETTERS = """编号,意见内容,收到日期,提交方式
1,"1. 北侧公园绿地太少，希望增加公园
2. 停车位不够，请增加停车位",2026-03-02,信函
2,离公园太远，老人走不动,2026-03-02,窗口
3,停车位太贵，停车位也不够,2026-03-02,电话
4,停车位太贵，停车位也不够！,2026-03-02,电话
5,,2026-03-02,电话
6,请问公积金怎么提取,2026-03-02,电子邮件
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    clock = a_clock()
    monkeypatch.setattr(ledger, "system_clock", clock)
    return clock


@pytest.fixture
def call(
    tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Call a command on the record of a small town, in which six letters were imported."""

    def called(command: str, *arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["notice", command, str(tmp_path / "town.notice"), *map(str, arguments)])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    write(a_plan(manifest={"id": "town"}), tmp_path / "plan")
    (tmp_path / "letters.csv").write_bytes(LETTERS.encode("gb18030"))
    opening = (
        "--country",
        "CN",
        "--first",
        "2026-03-02",
        "--publication",
        "after_close_full",
        "--by",
        "clerk",
    )
    assert called("open", tmp_path / "plan", *opening)[0] == 0
    code, out, err = called("import-opinions", tmp_path / "letters.csv", "--json")
    assert code == 0, err
    assert json.loads(out)["empty_rows"] == [6]
    return called


def done(answer: tuple[int, str, str]) -> Any:
    code, out, err = answer
    assert code == 0, err
    return json.loads(out)


@pytest.mark.long
def test_letters_are_cut_grouped_sorted_and_answered_until_the_report_is_written(call, tmp_path) -> None:
    assert len(done(call("cut", "--by", "planner", "--json"))["segments"]) == 6
    groups = done(call("group", "--groups", 3, "--by-words", "--by", "planner", "--json"))
    assert sorted(name for group in groups["groups"] for name in group["segments"]) == [
        "O-1.1", "O-1.2", "O-2.1", "O-3.1", "O-4.1", "O-5.1",
    ]  # fmt: skip
    assert groups["themes"] == []
    folded = done(call("campaigns", "--fold", "--by-words", "--by", "planner", "--json"))
    assert folded["campaigns"] == [{"opinions": ["O-3", "O-4"], "copies": 2, "typical": "O-3"}]

    call("sheet", "--out", tmp_path / "desk.csv", "--lang", "zh")
    fill_in(tmp_path / "desk.csv")
    entered = done(call("sort", tmp_path / "desk.csv", "--by", "planner", "--lang", "zh", "--json"))
    assert entered == {"themes": 2, "sorted": 5, "theme_answers": 2, "own_answers": 1}
    again = done(call("sort", tmp_path / "desk.csv", "--by", "planner", "--lang", "zh", "--json"))
    assert again == {"themes": 0, "sorted": 0, "theme_answers": 0, "own_answers": 0}

    assert call("coverage", "--json")[0] == 0
    files = done(call("respond", "--out", tmp_path / "out", "--lang", "zh", "--json"))["files"]
    told = json.loads((tmp_path / "out" / "response.json").read_text(encoding="utf-8"))
    assert len(files) == 5
    assert told["reconciliation"]["received"] == told["reconciliation"]["published_whole"] == 5
    assert [(theme["opinions"], theme["folded"]) for theme in told["themes"]] == [(3, 2), (2, 0)]
    assert [row["campaign"] for row in told["register"]] == [None, None, "C-1", "C-1", None]


def fill_in(path: Path) -> None:
    """What a planner writes into the sheet."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    for row in rows:
        row["theme"] = "绿地" if "公园" in row["text"] else "停车" if "停车" in row["text"] else ""
        if "公积金" in row["text"]:
            row |= {"kind": "no_planning_content", "reason": "不涉及规划"}
    rows.insert(0, {"segment": "", "theme": "绿地", "kind": "adopted", "reason": "增加一处公园"})
    rows.insert(0, {"segment": "", "theme": "停车", "kind": "not_adopted", "reason": "已达标准"})
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def test_a_report_with_a_hole_is_refused_with_code_2_and_nothing_is_written(call, tmp_path) -> None:
    call("cut", "--by", "planner")
    code, out, err = call("respond", "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert "6 points have no answer" in err
    assert "No. 1 (O-1.1): in no theme" in err
    assert not (tmp_path / "out").exists()
    code, out, _ = call("coverage")
    assert code == 1
    assert "No. 5 (O-5.1): in no theme, and without an answer of its own" in out


@pytest.mark.long
def test_groups_are_taken_as_themes_and_spread_to_what_came_later(call) -> None:
    call("cut", "--by", "planner")
    call("theme", "停车", "O-3.1", "--by", "planner")
    call("theme", "绿地", "O-2.1", "--by", "planner")
    spread = done(call("spread", "--by-words", "--take", "--by", "planner", "--json"))
    assert [row["segment"] for row in spread["proposed"]] == ["O-1.1", "O-1.2", "O-4.1", "O-5.1"]
    assert next(row for row in spread["proposed"] if row["segment"] == "O-4.1")["theme"] == "T-1"
    asked = ("group", "--groups", 2, "--by-words", "--by", "planner", "--json")
    first = done(call(*asked))["groups"][0]["group"]
    for wrong in ("", "trees", f"{first}=", "99=Trees"):
        code, _, err = call(*asked, "--take", wrong)
        assert (code, "names no group and title" in err) == (2, True)
    taken = done(call(*asked, "--take", f"{first}=一处公园"))
    assert len(taken["themes"]) <= 1
    themes = {row["segment"]: row["theme"] for row in done(call("segments", "--json"))["segments"]}
    assert themes["O-3.1"] == "T-1"
    assert all(name.startswith("T-") for name in taken["themes"])


def test_segments_are_split_and_merged_by_command(call) -> None:
    call("cut", "--by", "planner")
    parts = done(call("split", "O-2.1", 6, "--by", "planner", "--json"))["segments"]
    assert [part["text"] for part in parts] == ["离公园太远，", "老人走不动"]
    whole = done(call("merge", *(part["segment"] for part in parts), "--by", "planner", "--json"))["segments"]
    assert whole == [{"segment": "O-2.4", "start": 0, "end": 11, "text": "离公园太远，老人走不动"}]


@pytest.mark.long
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("segment,theme,kind\n", "the columns reason are missing"),
        ("segment,theme,kind,reason\nO-1.1,a,refused,x\n", "row 2: 'refused' is no kind of answer"),
        ("segment,theme,kind,reason\nO-1.1,a,noted,\n", "row 2: an answer needs kind and reason"),
        ("segment,theme,kind,reason\nO-1.1,a,,\nO-99.1,a,,\n", "no point 'O-99.1'"),
        ("segment,theme,kind,reason\n,,noted,x\n", "Row 2 answers neither"),
    ],
)
def test_a_sheet_that_is_off_is_refused_by_its_row_and_nothing_of_it_is_entered(
    call, tmp_path, rows, said
) -> None:
    call("cut", "--by", "planner")
    (tmp_path / "desk.csv").write_text(rows, encoding="utf-8")
    code, _, err = call("sort", tmp_path / "desk.csv", "--by", "planner")
    assert code == 2
    assert said in err
    assert all(row["theme"] is None for row in done(call("segments", "--json"))["segments"])


def test_a_changed_plan_without_the_one_on_notice_is_bad_usage(call, tmp_path) -> None:
    code, _, err = call("respond", "--out", tmp_path / "out", "--changed", tmp_path / "plan")
    assert code == 2
    assert "--changed needs --plan" in err
