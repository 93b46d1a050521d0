"""What tests of the notice share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.forging import copied, finished
from tests.support.repaired_records import repaired
from tests.support.verifiers import ask, built

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.forging import Finished

__all__ = ["ask", "built", "repaired"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return finished(tmp_path_factory.mktemp("record"))


@pytest.fixture
def tampered(made: Finished, tmp_path: Path) -> Path:
    return copied(made, tmp_path)
