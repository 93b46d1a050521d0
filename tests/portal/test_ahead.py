"""The reference plan is judged in a process beside; what goes wrong there is told here."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.portal.conftest import PLAN

pytestmark = pytest.mark.no_database
BESIDE = """
import sys
from concurrent.futures import wait
from pathlib import Path
from blockplan.portal.preloading import judged, judged_ahead

if __name__ == "__main__":
    with judged_ahead(Path({path!r})) as waiting:
        (future,) = (cell.cell_contents for cell in waiting.__closure__)
        wait([future])
        # No thread of the pool imports what this one may be importing.
        assert not {{"pandas", "blockplan.check"}} & set(sys.modules)
        frozen, result = waiting()
    here = judged(Path({path!r}))
    assert frozen == here[0]
    assert frozen.plan.content_hash == here[0].plan.content_hash
    assert result.to_dict() == here[1].to_dict()
"""


@pytest.mark.long
def test_a_plan_judged_beside_is_the_plan_judged_here() -> None:
    done = beside(str(PLAN))
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_a_plan_that_cannot_be_read_beside_is_told_by_the_error_of_reading_it() -> None:
    done = beside("nowhere")
    assert done.returncode == 1
    assert "PlanDataError: There is no plan at" in done.stderr


def beside(path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BESIDE.format(path=path)], capture_output=True, text=True, check=False
    )
