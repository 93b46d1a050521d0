"""What `propose` and `batch check` say at the end, and the code they leave with, tell the truth."""

from __future__ import annotations

import json

import pytest
from tests.support.builders import a_plan, parcels_of
from tests.support.call import run

from blockplan.plan import write


def written(tmp_path, permitted=(None, None), committed=(False, False), people=500.0):
    """A plan with too little school land; B may become a school where `permitted` says so."""
    parcels = parcels_of(
        "0701", "16", permitted=list(permitted), residents=[people, None], committed=list(committed)
    )
    write(a_plan(parcels, {"packs": ["zone"]}), tmp_path / "plan")
    return tmp_path / "plan"


@pytest.mark.parametrize(
    ("permitted", "committed", "reason"),
    [
        ((None, None), (False, False), "2 state no other permitted use"),
        ((None, "080403"), (False, True), "1 is locked or committed"),
    ],
)
def test_where_nothing_may_change_repair_says_why_and_leaves_with_1(tmp_path, permitted, committed, reason):
    done = run("propose", "repair", written(tmp_path, permitted, committed))
    assert done.returncode == 1
    assert "Repair: 0 changes" in done.stdout
    assert "No change is needed" not in done.stdout
    assert "No permitted change puts right what still fails." in done.stdout
    assert reason in done.stdout
    assert "must verdicts that cannot be judged: 7 before, 7 after" in done.stdout


def test_repair_leaves_with_1_while_a_rule_fails_and_names_it(tmp_path):
    done = run("propose", "repair", written(tmp_path, (None, "080403")), "--json")
    told = json.loads(done.stdout)
    failing = {one["rule"] for one in told["verdicts_after"] if one["outcome"] == "fail"}
    assert done.returncode == 1
    assert "zone-edu" not in failing
    assert failing
    assert failing <= {one["demand"] for one in told["unmet"]}
    assert told["proved"] is True
    assert told["proof"]["against"] == []
    assert told["proof"]["moves"] == {"convert": 1}
    assert told["reasons"] == {"nothing_permitted": 1, "free": 1}


@pytest.mark.long
def test_a_plan_that_keeps_its_rules_leaves_with_0():
    done = run("propose", "repair", "examples/demonstration-zone")
    assert done.returncode == 0
    assert "No must rule fails, so there is nothing to repair." in done.stdout


@pytest.mark.long
def test_batch_check_counts_verdicts_and_claims_no_kept_rule_where_none_was_judged(tmp_path):
    plan = written(tmp_path)
    done = run("batch", "check", plan, plan, "--pack", "iso37120", "--workers", 1)
    assert done.returncode == 0
    assert "2 plans: 2 had no must rule that judged anything" in done.stderr
    assert "keep every must rule" not in done.stderr
    assert "of must rules 0 passed, 0 failed, 0 stayed unknown" in done.stderr


@pytest.mark.long
def test_batch_check_leaves_with_the_worst_code_and_counts_over_all_plans(tmp_path):
    done = run("batch", "check", written(tmp_path), "examples/demonstration-zone", "--workers", 1)
    assert done.returncode == 1
    assert "2 plans: 1 keep every must rule, 1 fail one" in done.stderr
    passed = int(done.stderr.split("Verdicts: ")[1].split(" passed")[0])
    assert passed > 10


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--lang", "zh"), "没有地块可设公园"),
        (("--lang=ja",), "公園を置ける区画がありません"),
        ((), "No parcel may take a park"),
    ],
)
def test_a_refusal_is_said_in_the_language_that_was_asked_for(tmp_path, capsys, asked, said):
    from blockplan.cli import main

    plan = written(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["propose", "site", str(plan), "--service", "park", "--out", str(tmp_path / "x"), *asked])
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_check_says_in_the_readers_language_where_the_report_lies(tmp_path):
    plan = written(tmp_path)
    done = run("check", str(plan), "--lang", "zh", "--out", str(tmp_path / "r.html"))
    assert f"已写出报告：{tmp_path / 'r.html'}" in done.stderr
