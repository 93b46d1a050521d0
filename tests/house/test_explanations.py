"""The pages that explain are true: their pictures and numbers come out again."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING, Any

import pytest

import blockplan as bp

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def drawing(repo: Path) -> Any:
    spec = importlib.util.spec_from_file_location("draw_within", repo / "docs" / "draw_within.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def metres(drawing: Any) -> dict[str, int]:
    return drawing.metres()


def test_the_distances_of_the_scene_are_those_of_the_page(repo: Path, metres: dict[str, int]) -> None:
    page = (repo / "docs" / "within-500m.md").read_text(encoding="utf-8")
    for reading, least in metres.items():
        answer = "within" if least <= 500 else "beyond"
        assert f"| `{reading}` | {least:,} m | {answer} |" in page


def test_the_distances_of_the_scene_are_those_that_a_ruler_gives(metres: dict[str, int]) -> None:
    assert metres["line_edge"] == 300 - 260
    assert metres["net_edge_entrance"] == 20 + 180 + 380 + 150 + 20
    assert metres["net_node_middle_free"] == 320 + 380 + 150 + 20 + 150
    assert metres["net_edge_middle"] == 20 + 180 + 380 + 150 + 20 + 150


def test_the_picture_is_drawn_from_the_measured_scene(drawing: Any, metres: dict[str, int]) -> None:
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.picture(metres)


@pytest.mark.long
def test_the_verdict_that_the_page_follows_comes_out_again(repo: Path, reference: Path) -> None:
    page = (repo / "docs" / "how-a-verdict-is-made.md").read_text(encoding="utf-8")
    result = bp.check(bp.read(reference, "b"), ["zone"])
    beds = result.verdict("zone-beds")
    assert (beds.outcome, beds.remedy and beds.remedy.amount, beds.affected_residents) == ("fail", 70, 7_369)
    assert f"{beds.measured:.2f} is less than 9.5: `fail`, margin −{-(beds.margin or 0):.2f} beds" in page
    assert result.capacity.by_rule["zone-beds"] == 52_631
    assert (result.capacity.residents, result.capacity.binding_rule) == (52_208, "zone-edu")
    for said in ("70 more", "52,631 are served, 7,369 are not", "52,208 residents, bound by `zone-edu`"):
        assert said in page


def test_the_shares_that_the_page_names_are_those_of_the_reference_plan(repo: Path, reference: Path) -> None:
    page = (repo / "docs" / "within-500m.md").read_text(encoding="utf-8")
    (found,) = bp.measure(bp.read(reference), "green_within_500m")
    shares = {reading.id: reading.share for reading in found.readings}
    assert shares["line_edge"] == 1
    text = re.sub(r"\s+", " ", page)
    assert f"{shares['net_edge_entrance']:.1%}".replace("%", " % on foot to an entrance") in text
    assert f"{shares['net_edge_crossing']:.1%}".replace("%", " % on foot to where a street crosses") in text
