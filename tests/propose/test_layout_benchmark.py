"""The benchmark of layouts runs on the invented community and tells what it found."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

RUN = ("--synthetic", "--seeds", "1", "--seconds", "25", "--json")


@pytest.mark.long(60)
def test_the_benchmark_draws_judges_and_compares_two_runs_of_a_seed(repo, tmp_path):
    call = [sys.executable, str(repo / "benchmarks" / "layout.py"), *RUN, "--out", str(tmp_path)]
    done = subprocess.run(call, cwd=repo, capture_output=True, text=True, check=False)
    first, mean = (json.loads(row) for row in done.stdout.splitlines())
    assert first["legal"], done.stderr
    assert first["bound"] >= first["total"]
    # A busy machine may hurry either search; only two whole ones have to give the same plan.
    whole = first["ended"] == first["ended_again"] == "finished"
    assert first["twice_equal"] is (True if whole else None)
    assert done.returncode == 0
    assert (first["fronted"], first["slivers"]) == (1.0, 0)
    assert mean["legal"]
    assert (tmp_path / "synthetic_seed_1.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("second", "ended", "said"),
    [
        (b"a", {"finished"}, True),
        (b"b", {"finished"}, False),
        (b"b", {"finished", "limit"}, None),
        (b"a", {"limit"}, None),
    ],
)
def test_plans_of_a_seed_are_compared_only_where_both_searches_were_whole(
    repo, tmp_path, monkeypatch, second, ended, said
):
    monkeypatch.syspath_prepend(str(repo / "benchmarks"))
    from layout import twice_equal

    paths = tmp_path / "one", tmp_path / "two"
    for path, text in zip(paths, (b"a", second), strict=True):
        path.write_bytes(text)
    assert twice_equal(*paths, ended) is said
