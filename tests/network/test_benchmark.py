"""The benchmark of reach runs anywhere, in the form that is promised, and its engines agree."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"engine", "task", "setup_cpu_s", "cpu_s", "wall_s", "peak_mb", "max_difference_m"}


def bench(repo: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, str(repo / "benchmarks" / "access.py"), *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=False)


@pytest.mark.long(12)
def test_a_generated_grid_gives_one_object_a_line_and_scipy_agrees(repo: Path) -> None:
    done = bench(repo, "--synthetic", "--side", "30", "--peers", "scipy", "--tasks", "T1,T3", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["engine"], row["task"]) for row in rows] == [
        ("blockplan", "T1"), ("blockplan", "T3"), ("scipy", "T1"), ("scipy", "T3"),
    ]  # fmt: skip
    for row in rows:
        assert set(row) == KEYS
        assert row["max_difference_m"] <= 0.01
        assert row["cpu_s"] > 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a folder, or say --synthetic"),
        (("--synthetic", "--peers", "nobody"), "there is no nobody; there are scipy, pandana"),
        (("nowhere",), "nodes.parquet is not there"),
    ],
)
def test_a_call_that_cannot_be_answered_says_why(repo: Path, arguments, message: str) -> None:
    done = bench(repo, *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
