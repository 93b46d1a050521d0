"""No figure that is bound to the plan is let go: whatever it is changed to, the ledger tells."""

import random
import re

import docx
import pytest
from tests.deliver import planners_last, planners_zh

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
        # Of another edition it is no figure of the plan, whatever it says.
        ("原控规K-A-01地块容积率1.9。", "not_evidenced", ""),
        ("原控规K-A-01地块容积率1.8。", "not_evidenced", ""),
    ],
)
def test_a_figure_that_does_not_agree_is_told_by_how_sure_its_meaning_is(small, text, state, right):
    document = docx.Document()
    document.add_paragraph(text)
    found = check_text(small, document)
    assert [(one.state, one.right) for one in found.statements if one.kind == "number"] == [(state, right)]
    assert found.counts["doubtful"] == (state == "doubtful")
    assert write_comments(document, found) == (state == "missed")


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
