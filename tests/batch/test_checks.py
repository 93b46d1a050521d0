"""Many plans judged: as each would be alone, one bad plan no matter."""

import gc
import json
import re

import pytest
from click.testing import CliRunner

from blockplan.batch import check_many, worst
from blockplan.batch.checks import judge_one
from blockplan.check import check
from blockplan.cli import app
from blockplan.errors import RulePackError, UsageError
from blockplan.plan import Plan, read


@pytest.fixture(scope="module")
def lines(plans):
    """What a batch over two processes says of each plan."""
    return {line.number: line for line in check_many(plans, workers=2)}


@pytest.mark.long
def test_each_plan_is_judged_as_it_would_be_alone(plans, lines):
    for number in (0, 2, 4):
        alone = CliRunner().invoke(app, ["check", str(plans[number]), "--json"])
        assert json.loads(json.dumps(lines[number].check)) == json.loads(alone.stdout)
        assert lines[number].exit_code == alone.exit_code
        assert lines[number].error is None


@pytest.mark.long
def test_a_bad_plan_has_its_error_in_its_line_and_stops_no_other(plans, lines):
    assert sorted(lines) == [0, 1, 2, 3, 4]
    for number, said in ((1, "of its keys cannot be used"), (3, "There is no plan at")):
        assert lines[number].exit_code == 2
        assert lines[number].check is None
        assert said in lines[number].error
        assert str(plans[number]) == lines[number].path


def test_a_line_says_what_judging_took(lines):
    assert lines[0].cpu_s > 0
    assert lines[0].wall_s > 0
    assert lines[0].peak_mb > 10
    assert lines[0].worker.rpartition(":")[2].isdigit()


@pytest.mark.long
def test_no_plan_is_kept_after_it_is_judged(plans):
    judge_one(str(plans[0]), packs=("zone",))
    gc.collect()
    # By type: isinstance asks dead weak references for what they stood for.
    before = sum(type(one) is Plan for one in gc.get_objects())
    for _ in range(3):
        judge_one(str(plans[2]), packs=("zone",))
    gc.collect()
    assert sum(type(one) is Plan for one in gc.get_objects()) == before


@pytest.mark.parametrize(
    ("codes", "code"), [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 2, 0], 2), ([2, 70, 1], 70)]
)
def test_the_exit_code_is_the_worst_of_all(codes, code):
    assert worst(codes) == code


def test_a_pack_that_is_not_there_and_a_day_that_is_none_are_refused_at_once(plans, tmp_path):
    with pytest.raises(UsageError, match="There is no rule pack 'nowhere'"):
        check_many(plans, packs=["nowhere"])
    (tmp_path / "pack.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(RulePackError, match=r"pack\.yaml"):
        check_many(plans, packs=[tmp_path])
    with pytest.raises(UsageError, match="'someday' is no day"):
        check_many(plans, on="someday")
    with pytest.raises(UsageError, match="0 workers can judge nothing"):
        check_many(plans, workers=0)


@pytest.mark.long
def test_packs_and_day_reach_the_workers(plans):
    (line,) = check_many(plans[:1], packs=["zone"], on="2020-01-01", workers=1)
    alone = check(read(plans[0]), packs=["zone"], on="2020-01-01")
    assert line.check == alone.to_dict("en")


@pytest.mark.long
def test_the_command_streams_one_object_a_line_and_leaves_with_the_worst_code(plans, tmp_path):
    listed = tmp_path / "plans.txt"
    listed.write_text("\n".join(map(str, plans[2:])) + "\n\n", encoding="utf-8")
    ran = CliRunner().invoke(
        app, ["batch", "check", *map(str, plans[:2]), "--list", str(listed), "--workers", "2", "--json"]
    )
    found = [json.loads(text) for text in ran.stdout.splitlines()]
    assert sorted(line["number"] for line in found) == [0, 1, 2, 3, 4]
    assert set(found[0]) == {
        "number", "path", "exit_code", "error", "cpu_s", "wall_s", "peak_mb", "worker", "tries", "check",
    }  # fmt: skip
    assert ran.exit_code == 2
    assert ran.stderr.startswith("5 plans: ")


@pytest.mark.long
def test_the_command_says_in_words_what_came_of_each(plans):
    ran = CliRunner().invoke(app, ["batch", "check", str(plans[0]), str(plans[3]), "--workers", "1"])
    assert f"! {plans[3]}: There is no plan at" in ran.stdout
    judged = next(text for text in ran.stdout.splitlines() if str(plans[0]) in text)
    assert re.match(r"[✓×?] .*: \d+ (pass|fail|unknown)", judged)


def test_the_command_without_plans_says_what_to_name():
    ran = CliRunner().invoke(app, ["batch", "check"])
    assert ran.exit_code == 2
    assert "Name the plans" in ran.stderr


def test_a_list_that_names_no_plan_or_cannot_be_read_is_refused(tmp_path):
    empty, binary = tmp_path / "none.txt", tmp_path / "binary.txt"
    empty.write_text("\n\n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    for listed, said in (
        (empty, "names no plan"), (binary, "cannot be read"), (tmp_path / "absent", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            CliRunner().invoke(
                app, ["batch", "check", "--list", str(listed)], catch_exceptions=False, standalone_mode=False
            )
