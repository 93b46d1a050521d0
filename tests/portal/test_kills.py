"""Killed at any moment under load, the service has lost nothing it acknowledged, and every proof holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.portal_kills import kills
from tests.conftest import SOAK_TIMES
from tests.portal.databases import another

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database() -> str | None:
    """Of the test's own, because the served processes fill it."""
    return another()


def check(folder: Path, database: str | None, rounds: int) -> None:
    found = kills(folder, database, rounds)
    assert (found["lost"], found["bad"], found["twice"]) == (0, 0, 0), found
    assert found["acknowledged"] >= 2 * rounds


@pytest.mark.long(30)
def test_killed_ten_times_nothing_acknowledged_is_lost_and_nothing_stands_twice(
    tmp_path: Path, database: str | None
) -> None:
    check(tmp_path / "data", database, 10)


@pytest.mark.soak
def test_killed_again_and_again_nothing_acknowledged_is_lost_and_nothing_stands_twice(
    tmp_path: Path, database: str | None
) -> None:
    check(tmp_path / "data", database, 100 * SOAK_TIMES)
