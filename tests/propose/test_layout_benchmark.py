"""The benchmark of layouts runs on the invented community and tells what it found."""

from __future__ import annotations

import json
import subprocess
import sys


def test_the_benchmark_draws_judges_and_compares_two_runs_of_a_seed(repo, tmp_path):
    call = [sys.executable, str(repo / "benchmarks" / "layout.py"), "--synthetic", "--seeds", "1", "--json"]
    call += ["--seconds", "30", "--out", str(tmp_path)]
    done = subprocess.run(call, cwd=repo, capture_output=True, text=True, check=False)
    first, mean = (json.loads(row) for row in done.stdout.splitlines())
    assert first["legal"], done.stderr
    assert first["bound"] >= first["total"]
    assert first["twice_equal"] or first["ended"] == "limit"
    # What differs or is not legal is an exit code, so that a script sees it too.
    assert done.returncode == int(not first["twice_equal"])
    assert (first["fronted"], first["slivers"]) == (1.0, 0)
    assert mean["legal"]
    assert (tmp_path / "synthetic_seed_1.svg").read_text(encoding="utf-8").startswith("<svg")
