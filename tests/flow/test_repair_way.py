"""The whole way by command: a plan fails, is repaired, taken over, passes, is compared and undone."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from blockplan.cli import app

EXAMPLE = "examples/demonstration-zone"


def run(*arguments, code=0):
    done = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.stderr
    return done


@pytest.fixture
def plan(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "plan", ignore=shutil.ignore_patterns("faulty"))
    return tmp_path / "plan"


@pytest.mark.long(10)
def test_from_a_failing_plan_to_one_that_passes_and_back(plan, tmp_path):
    before = {file: file.read_bytes() for file in plan.rglob("*") if file.is_file()}
    assert CliRunner().invoke(app, ["check", str(plan), "--scenario", "b"]).exit_code == 1
    out = tmp_path / "repair"
    shown = run("propose", "repair", plan, "--scenario", "b", "--seconds", 600, "--out", out).stdout
    assert "Repair: 6 changes" in shown
    assert "Proved: of 884 permitted moves, with how they act together, no fewer keep" in shown
    assert sorted(file.name for file in out.iterdir()) == ["changes.csv", "proposal.html", "proposal.json"]

    document = json.loads((out / "proposal.json").read_text(encoding="utf-8"))
    assert document["proved"] is True
    assert document["unmet"] == []
    assert {one["outcome"] for one in document["verdicts_after"] if one["force"] == "must"} == {"pass"}

    assert "Saved as scenario repaired" in run("propose", "apply", plan, out, "--as", "repaired").stdout
    run("check", plan, "--scenario", "repaired")
    found = json.loads(run("compare", plan, "b", "repaired", out, "--json").stdout)
    assert [column["exit_code"] for column in found["columns"]] == [1, 0, 0]
    assert {one["column"] for one in found["gains"]} == {"repaired", str(out)}
    part = document["changes"][0]["id"]
    run("propose", "apply", plan, out, "--only", part, "--as", "part")
    assert CliRunner().invoke(app, ["check", str(plan), "--scenario", "part"]).exit_code == 1

    for name in ("part", "repaired"):
        run("propose", "undo", plan, name)
    assert {file: file.read_bytes() for file in plan.rglob("*") if file.is_file()} == before
