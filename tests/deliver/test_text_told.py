"""No figure that is bound to the plan is let go: whatever it is changed to, the ledger tells."""

import random
import re

import docx
import numpy as np
import pytest
from tests.deliver import planners_last, planners_zh
from tests.deliver.made import a_view, numbers

from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.document import RUN, blocks, stretch

#: How many times one figure of each paragraph is changed.
DRAWS = 3


@pytest.mark.parametrize(
    ("text", "state", "right"),
    [
        # The word for it says what it is.
        ("K-A-01地块容积率1.9。", "missed", "1.8"),
        # It may be that of another thing: the plan's figure is told, and no comment written.
        ("K-A-01地块院落容积率1.9。", "doubtful", "1.8"),
        ("北街全长1.9公里。", "doubtful", "0.3公里"),
        # Parcels and blocks that are counted where the land is divided are all of them.
        ("——块：共划定15个地块。", "missed", "9个"),
        # Of another edition it is no figure of the plan, whatever it says.
        ("原控规K-A-01地块容积率1.9。", "not_evidenced", ""),
        ("原控规K-A-01地块容积率1.8。", "not_evidenced", ""),
    ],
)
def test_a_figure_that_does_not_agree_is_told_by_how_sure_its_meaning_is(small, text, state, right):
    document = _text(text)
    found = check_text(small, document)
    assert [(one.state, one.right) for one in found.statements if one.kind == "number"] == [(state, right)]
    assert found.counts["doubtful"] == (state == "doubtful")
    assert write_comments(document, found) == (state == "missed")


@pytest.mark.parametrize(
    ("text", "states"),
    [
        # A list of classes for short, and what there is now of a class.
        ("各类用地：城镇住宅2.50公顷。", ["missed"]),
        # Rules are counted by their verdict; those of other residents and jobs are none.
        ("逐条核对，符合990条。", ["doubtful"]),
        ("轨道站800米范围人口岗位覆盖率58%。", ["not_evidenced"]),
        # What would be is no figure of the plan.
        ("若规划居住人口达到330人。", ["not_evidenced"]),
        # As planned, at most, all that are planned: it is.
        ("若按规划实施，居住人口为300人。", ["kept"]),
        ("规划居住人口规模300人以内。", ["kept"]),
    ],
)
def test_figures_told_by_several_words_are_held_by_these(small, text, states):
    found = [state for said, state, _ in numbers(small, text) if not said.startswith("800")]
    assert found == states


@pytest.mark.parametrize(("said", "state"), [("300人", "kept"), ("330人", "doubtful")])
def test_a_table_of_indicators_is_held_against_the_plan(small, said, state):
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("指标", "数值", "规划居住人口", said), strict=True):
        cell.text = text
    assert [one.state for one in check_text(small, document).statements if one.kind == "number"] == [state]


@pytest.mark.parametrize(
    ("said", "right"), [("怡和养老院", ""), ("怡合养老院", "怡和养老院"), ("启明养老院", "")]
)
def test_a_name_that_is_nearly_one_of_the_plans_is_told(small, said, right):
    found = check_text(small, _text(f"{said}位于镇区。")).statements
    assert [one.right for one in found if one.state == "doubtful"] == ([right] if right else [])


def test_what_the_plan_states_of_some_parcels_is_the_least_that_it_has(small):
    parcels = small.plan.layer("parcels").copy()
    parcels["dwellings"] = np.where(parcels["land_use"].str.startswith("07"), 10.0, np.nan)
    parcels.loc[parcels.index[parcels["dwellings"].notna()][0], "dwellings"] = np.nan
    view = a_view(small.plan.replace(parcels=parcels))
    whole = int(parcels["dwellings"].sum())
    states = [numbers(view, f"规划住宅共{homes}套。")[0][1] for homes in (whole - 1, whole, whole + 1)]
    assert states == ["missed", "kept", "not_evidenced"]


def _text(text):
    document = docx.Document()
    document.add_paragraph(text)
    return document


@pytest.mark.long
@pytest.mark.parametrize(
    ("write", "plan"),
    [(planners_zh.town_volume, "office-town"), (planners_last.zone_inspector, "demonstration-zone")],
)
def test_each_figure_that_agrees_is_told_when_it_is_changed(views, write, plan):
    draw, told, let_go = random.Random(3), 0, []
    for _ in range(DRAWS):
        document = write(views[plan].plan, 1).document
        kept: dict[int, list] = {}
        for one in check_text(views[plan], document).statements:
            if one.state == "kept" and one.kind == "number" and re.search("[0-9]", one.said):
                kept.setdefault(one.block, []).append(one)
        changed = {at: draw.choice(found) for at, found in kept.items()}
        for at, block in enumerate(list(blocks(document))):
            if at in changed:
                _change(block, changed[at], draw)
        now = {(one.block, one.start): one.state for one in check_text(views[plan], document).statements}
        states = {at: now.get((at, one.start)) for at, one in changed.items()}
        told += sum(state in {"missed", "doubtful"} for state in states.values())
        let_go += [
            (changed[at].sentence, changed[at].said)
            for at, state in states.items()
            if state == "not_evidenced"
        ]
    assert told > 100
    assert len(let_go) <= told / 100, let_go


def _change(block, one, draw):
    """Write another digit for one of a figure."""
    at = draw.choice([found.start() for found in re.finditer("[0-9]", one.said)]) + one.start
    (run, *_) = (run for run in stretch(block.paragraph, at, at + 1) if run.tag == RUN)
    (text,) = run.xpath("w:t")
    text.text = str(1 + (int(text.text) + draw.randint(0, 7)) % 9)


def test_what_a_figure_was_is_told_from_what_it_becomes(small):
    found = check_text(small, _text("K-A-01地块容积率由原来的1.5调到1.9。")).statements
    said = [(one.said, one.state) for one in found if one.kind == "number"]
    assert said == [("1.5", "not_evidenced"), ("1.9", "missed")]


def test_a_column_headed_by_the_unit_of_land_holds_areas(small):
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, texts in zip(table.rows, (["地块", "公顷"], ["K-A-01", "1.90"]), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    (found,) = (one for one in check_text(small, document).statements if one.kind == "number")
    assert (found.state, found.bound_to) == ("missed", "object:K-A-01/area")


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LS-01街区划分为6个街坊。", [("6个", "kept", "")]),
        ("LS-01街区划分为8个街坊。", [("8个", "missed", "6个")]),
        ("LS-01街区划分为8个街坊、130个地块。", [("8个", "missed", "6个"), ("130个", "missed", "137个")]),
        ("LS-01街区内共划分26个地块。", [("26个", "missed", "87个")]),
        ("There are 8 subblocks in LS-01.", [("8", "missed", "6")]),
        # Of no block, of all of the plan.
        ("全区划分为30个街坊。", [("30个", "missed", "31个")]),
        ("全区分为4个街区、31个街坊、416个地块。", [
            ("4个", "kept", ""), ("31个", "kept", ""), ("416个", "kept", "")]),
        # A block without a cap may have one above what its parcels come to, and none below it.
        ("LS-01街区建筑规模不超过130.5万平方米。", [("130.5万平方米", "doubtful", "129.7万平方米")]),
        ("LS-01街区建筑规模不超过120.5万平方米。", [("120.5万平方米", "missed", "129.7万平方米")]),
        # Of a class of land the plan's figure is all that there is.
        ("城镇住宅用地建筑面积不超过300万平方米。", [("300万平方米", "missed", "180万平方米")]),
        ("LS-01街区建筑规模130.5万平方米。", [("130.5万平方米", "missed", "129.7万平方米")]),
        # The plan's figure is written as the text writes its own.
        ("The floor area of LS-01 is 1.305 million m².", [
            ("1.305 million m²", "missed", "1.297 million m²")]),
    ],
)  # fmt: skip
def test_a_block_that_is_named_has_its_own_number_of_parcels_and_subblocks(views, text, found):
    held = check_text(views["demonstration-zone"], _text(text))
    said = [one for one in held.statements if one.kind == "number"]
    assert [(one.said, one.state, one.right) for one in said] == found


def test_the_block_of_a_subblock_that_states_none_is_that_of_its_parcels(views):
    view = views["office-town"]
    assert view.plan.layer("subblocks")["block_id"].isna().all()
    found = check_text(view, _text("01街区划分为3个街坊。")).statements
    assert [(one.state, one.right) for one in found if one.kind == "number"] == [("missed", "4个")]


def test_the_cap_of_a_block_is_its_own_where_its_parcels_say_less(views):
    text = "中部街区（02）建筑规模上限28.5万平方米。"
    found = check_text(views["office-town"], _text(text)).statements
    assert ("28.5万平方米", "kept") in [(one.said, one.state) for one in found]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["街区", "居住人口（人）"], ["01", "{b01}"], ["02", "{b02}"]], ["kept", "kept"]),
        ([["街区编号", "居住人口（人）"], ["01", "1"], ["02", "{b02}"]], ["missed", "kept"]),
    ],
)
def test_a_row_of_blocks_by_their_numbers_is_of_the_block(views, rows, found):
    view = views["office-town"]
    parcels = view.plan.layer("parcels")
    sums = parcels["residents"].groupby(parcels["block_id"]).sum()
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=2)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text.format(**{f"b{name}": f"{sums[name]:.0f}" for name in ("01", "02")})
    said = [one for one in check_text(view, document).statements if one.kind == "number" and one.bound_to]
    assert [one.state for one in said if one.bound_to.endswith("/residents")] == found
