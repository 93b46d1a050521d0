"""A time that does not hold reading and judging is not refused: the command ends after them, and says so."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.support.call import code_of, program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("kind", "more"), [("repair", ()), ("landuse", ()), ("site", ("--service", "kindergarten"))]
)
def test_a_time_too_short_for_any_search_is_told_with_what_the_command_took(
    reference: Path, kind: str, more: tuple[str, ...]
) -> None:
    done = program("propose", kind, reference, "--scenario", "b", *more, "--seconds", "0.5", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == code_of(said), done.stderr
    told = re.search(r"--seconds 0\.5 were not enough: the command took ([\d.]+) s", done.stderr)
    assert told is not None
    assert float(told[1]) > 0.5
    if kind == "repair":
        assert not said["proved"]
        assert "moves_not_all_tried" in said["proof"]["against"]
