"""Packs of rules named in a ``plan.toml`` that names none: all else of the file stays as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.town import town

import blockplan as bp
from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files.scenarios import put_packs

if TYPE_CHECKING:
    from pathlib import Path

TOP = '# ours\nid = "town"  # as the town calls it\ndrawn_on = 2024-06-28\ncrs = "EPSG:4548"\n'
OFFICE = "\n# whose plan it is\n[parameters]\npacks = []  # not these\n"


def named(place: Path, text: str) -> str:
    """What plan.toml says once a pack is named in it."""
    bp.write(town(packs=[]), place)
    (place / "plan.toml").write_bytes(text.encode())
    put_packs(place, ["zone", "basic"])
    return (place / "plan.toml").read_bytes().decode()


@pytest.mark.long
@pytest.mark.parametrize(
    ("empty", "filled"),
    [
        ("packs = []\n", 'packs = ["zone", "basic"]\n'),
        ("packs = []  # none yet\n", 'packs = ["zone", "basic"]  # none yet\n'),
        ('"packs" = []\n', '"packs" = ["zone", "basic"]\n'),
        ("'packs'=[ ] # none yet\r\n", '\'packs\'=["zone", "basic" ] # none yet\r\n'),
        ("packs = [\n]\n", 'packs = ["zone", "basic"\n]\n'),
        (
            'packs = [  # none yet\n  # ["gone"]\n]  # later\n',
            'packs = ["zone", "basic"  # none yet\n  # ["gone"]\n]  # later\n',
        ),
    ],
)
def test_an_empty_list_is_filled_where_it_stands(tmp_path: Path, empty: str, filled: str) -> None:
    after = "authority = 'Town'\n"
    assert named(tmp_path / "town", TOP + empty + after + OFFICE) == TOP + filled + after + OFFICE


def test_a_list_of_another_table_is_not_taken_for_it(tmp_path: Path) -> None:
    told = named(tmp_path / "town", TOP + OFFICE)
    assert bp.read(tmp_path / "town").manifest.packs == ("zone", "basic")
    assert told.replace('packs = ["zone", "basic"]\n', "") == TOP + OFFICE


@pytest.mark.parametrize("odd", ['"p\\u0061cks" = []\n', 'authority = """\n[town]\n"""\n'])
def test_what_cannot_be_added_to_is_left_to_its_author(tmp_path: Path, odd: str) -> None:
    text = TOP + odd + OFFICE
    with pytest.raises(PlanDataError, match=r'by hand.*packs = \["zone", "basic"\]') as refused:
        named(tmp_path / "town", text)
    assert set(refused.value.text or {}) == {"zh", "en", "ja"}
    assert (tmp_path / "town" / "plan.toml").read_bytes().decode() == text


def test_packs_that_are_named_are_not_named_anew(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names packs already: zone"):
        named(tmp_path / "town", TOP + 'packs = ["zone"]\n')
