"""Workbenches that tests of its screens share."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "town"
    bp.write(town(packs=["zone"]), place)
    with workbench(place) as one:
        yield one


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """The town, to be left as an edit made it."""
    bp.write(town(packs=["zone"]), tmp_path / "town")
    with workbench(tmp_path / "town") as one:
        yield one


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "zone"
    shutil.copytree(EXAMPLES / "demonstration-zone", place)
    with workbench(place, "--scenario", "b") as one:
        yield one
