"""The pack that docs/write-a-pack.md works out is a pack, and judges as the page says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import blockplan as bp
from blockplan.check.listing import test_packs as run_packs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def warwick(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    page = (repo / "docs" / "write-a-pack.md").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL)
    assert {name for name, _ in shown} == {"warwick/pack.yaml", "warwick/parks.yaml", "warwick/natural.yaml"}
    for name, text in shown:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "warwick"


def test_every_case_of_the_pack_on_the_page_holds(warwick: Path) -> None:
    results = run_packs([warwick])
    assert len(results) == 14
    assert all(result.holds for result in results)


@pytest.mark.long
def test_the_reference_plan_comes_out_as_the_page_says(warwick: Path, reference: Path) -> None:
    result = bp.check(bp.read(reference), [warwick], on="2010-06-01")
    found = {verdict.rule: (verdict.outcome, verdict.measured) for verdict in result.verdicts}
    assert found["warwick-parks"] == ("pass", pytest.approx(21.3))
    assert found["warwick-natural"] == ("unknown", None)
    assert found["warwick-near-natural"] == ("unknown", None)
    assert result.exit_code == 0  # targets do not decide it


@pytest.mark.long
def test_a_verdict_long_after_the_source_was_read_says_so(warwick: Path, reference: Path) -> None:
    result = bp.check(bp.read(reference), [warwick])
    assert "2019-03-08" in result.verdict("warwick-parks").notes[-1]["en"]
