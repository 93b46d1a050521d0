"""The command line as other programs call it: exit codes, one JSON document, messages on stderr."""

import json
import re
import subprocess

import pytest
from tests.support.builders import a_plan, parcels_of
from tests.support.call import BLOCKPLAN, program, run

from blockplan.plan import write


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "plan"
    write(a_plan(manifest={"packs": ["zone"], "scenarios": {}}), folder)
    return folder


@pytest.mark.long
@pytest.mark.parametrize(
    ("scenario", "code", "failing"),
    [
        ("base", 0, set()),
        ("a", 0, set()),
        ("b", 1, {"zone-edu", "zone-beds", "zone-culture", "zone-green"}),
        ("c", 1, {"zone-green-access"}),
    ],
)
def test_check_of_the_reference_plan_leaves_with_the_code_of_its_verdicts(reference, scenario, code, failing):
    done = run("check", reference, "--scenario", scenario, "--json")
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    assert {v["rule"] for v in document["verdicts"] if v["outcome"] == "fail"} == failing
    assert done.stderr == ""


@pytest.mark.long
def test_check_writes_the_report_beside_its_verdicts(reference, tmp_path):
    done = program("check", reference, "--scenario", "b", "--lang", "zh", "--out", tmp_path / "r.html")
    assert done.returncode == 1, done.stderr
    assert "养老" in done.stdout
    assert "</html>" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_plan_without_what_the_rules_need_is_unknown_and_leaves_with_3_or_1(small):
    done = run("check", small, "--json")
    document = json.loads(done.stdout)
    beds = next(v for v in document["verdicts"] if v["rule"] == "zone-beds")
    assert (beds["outcome"], beds["measured"]) == ("unknown", None)
    assert beds["missing"]
    must = {v["outcome"] for v in document["verdicts"] if v["force"] == "must"}
    assert done.returncode == (1 if "fail" in must else 3)


@pytest.mark.long
def test_validate_leaves_with_1_for_an_error_and_0_without(reference):
    assert run("validate", reference).returncode == 0
    done = program("validate", reference / "faulty" / "gap", "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["rule"], fault["grade"], fault["layer"]) == ("pq-cover", "error", "parcels")


@pytest.mark.long
def test_measure_gives_a_list_even_for_one(reference):
    done = program("measure", reference, "green_per_resident", "--json")
    (measure,) = json.loads(done.stdout)["measures"]
    assert measure["value"] == pytest.approx(21.3, abs=0.005)
    assert measure["unit"] == "m2"


@pytest.mark.long
def test_measure_lists_what_there_is():
    done = program("measure", "--list", "--json")
    names = [row["id"] for row in json.loads(done.stdout)["measures"]]
    assert {"residents", "green_within_500m", "belt_length"} <= set(names)


@pytest.mark.long
def test_compare_has_a_column_a_name(reference):
    document = json.loads(program("compare", reference, "a", "b", "c", "--json").stdout)
    assert [column["id"] for column in document["columns"]] == ["a", "b", "c"]
    beds = next(row for row in document["verdicts"] if row["rule"] == "zone-beds")
    assert [cell["outcome"] for cell in beds["by"]] == ["pass", "fail", "pass"]
    assert {row["column"] for row in document["transition_ha"] if row["from"] != row["to"]} == {"c"}


@pytest.mark.parametrize(
    ("lang", "heads", "of_each", "must"),
    [
        ("en", "Rule pack", "its own limit for each", "must"),
        ("zh", "规则包", "各按其自身的限值", "必须"),
        ("ja", "基準パック", "それぞれの限度", "必須"),
    ],
)
def test_the_rules_of_every_pack_are_listed_in_words(lang, heads, of_each, must):
    done = run("rules", "list", "--lang", lang)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.startswith(heads)
    asked = next(row for row in rows if " gb50180-402-far " in row)
    assert of_each in asked
    assert any(f" {must} " in row for row in rows)
    packs = {row.split()[0] for row in rows}
    assert {"zone", "gb50180", "jp", "plan"} <= packs
    required = [re.split(r" {2,}", row)[4] for row in rows]
    assert not any(sign in one for one in required for sign in (">", "<", "m2", "nan"))


@pytest.mark.long
def test_rules_can_be_listed_shown_and_tested():
    rules = json.loads(program("rules", "list", "--pack", "zone", "--json").stdout)["rules"]
    assert len(rules) == 13
    assert "9.5" in program("rules", "show", "zone-beds").stdout
    done = program("rules", "test", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["failed"] == 0


@pytest.mark.long
def test_in_a_pipe_there_are_no_colours_and_no_rules_of_boxes(reference):
    done = program("check", reference)
    assert "\x1b" not in done.stdout
    assert "─" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "nowhere"), "There is no plan at nowhere"),
        (("check", "{plan}", "--scenario", "z"), "has no scenario 'z'. It has: base"),
        (("check", "{plan}", "--pack", "nothing"), "nothing"),
        (("check", "{plan}", "--on", "yesterday"), "is no day of the calendar; write it as 2021-09-30"),
        (("check", "{plan}", "--on", "2021-02-30"), "is no day of the calendar"),
        (("measure", "{plan}", "green_in_500m"), "green_within_500m"),
        (("measure",), "Name a plan to measure"),
        (("compare", "{plan}"), "Name at least one scenario"),
        (("rules", "show", "zone-bed"), "zone-beds"),
        (("sing",), "No such command"),
    ],
    ids=[
        "plan",
        "scenario",
        "pack",
        "date",
        "no-such-day",
        "measure",
        "nothing",
        "compare",
        "rule",
        "command",
    ],
)
def test_what_cannot_be_done_is_said_on_stderr_with_exit_2(small, arguments, said):
    done = run(*(small if word == "{plan}" else word for word in arguments), "--json")
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("arguments", [("check", "--json"), ("check",)])
def test_a_reader_who_has_gone_is_no_verdict(reference, arguments):
    command, *options = arguments
    call = [str(BLOCKPLAN), command, str(reference), *options]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 141
    assert "Traceback" not in said


@pytest.mark.long
def test_numbers_of_the_reference_plan_are_the_published_ones(reference):
    """The whole way by the command line, on the figures of the notice."""
    document = json.loads(run("check", reference, "--scenario", "b", "--json").stdout)
    measured = {verdict["rule"]: verdict["measured"] for verdict in document["verdicts"]}
    assert measured["zone-edu"] == pytest.approx(3466.7, abs=0.05)
    assert measured["zone-beds"] == pytest.approx(8.33, abs=0.005)
    assert measured["zone-culture"] == pytest.approx(0.403, abs=0.0005)
    assert measured["zone-green"] == pytest.approx(17.75, abs=0.005)
    assert document["capacity"]["residents"] == 52_208
    assert document["capacity"]["binding_rule"] == "zone-edu"


def test_a_plan_of_homes_without_a_park_fails_the_reach_of_green(tmp_path):
    write(a_plan(parcels_of("0701", "0802", residents=[40, None]), {"packs": ["zone"]}), tmp_path / "plan")
    document = json.loads(run("check", tmp_path / "plan", "--json").stdout)
    verdict = next(v for v in document["verdicts"] if v["rule"] == "zone-green-access")
    assert (verdict["outcome"], verdict["measured"], verdict["affected_residents"]) == ("fail", 0.0, 40.0)
    assert [place["id"] for place in verdict["where"]] == ["A"]


@pytest.mark.long
def test_check_writes_its_verdicts_as_docx_and_pdf_by_the_ending(reference, tmp_path):
    for name, begins in (("v.docx", b"PK"), ("v.pdf", b"%PDF")):
        run("check", reference, "--out", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.long
def test_sheets_name_the_characters_that_print_has_no_form_of(tmp_path):
    titles = {"zh": "㙦溪镇规划", "en": "Plan"}
    write(a_plan(manifest={"packs": ["gb50180"], "scenarios": {}, "title": titles}), tmp_path / "plan")
    done = run("sheets", tmp_path / "plan", "--kind", "landuse", "--lang", "zh", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "〓：㙦 (U+3666)。" in done.stderr
    again = run("sheets", tmp_path / "plan", "--kind", "landuse", "--lang", "en", "--out", tmp_path / "out")
    assert (again.returncode, again.stderr) == (0, "")
    judged = run("check", tmp_path / "plan", "--lang", "zh", "--out", tmp_path / "verdicts.pdf")
    assert "〓：㙦 (U+3666)。" in judged.stderr


@pytest.mark.long
def test_sheets_say_in_the_language_asked_for_what_is_labelled_and_what_is_left_out(tmp_path):
    write(a_plan(manifest={"packs": ["gb50180"], "scenarios": {}}), tmp_path / "plan")
    wanted = ("sheets", tmp_path / "plan", "--kind", "landuse", "--kind", "phases", "--out", tmp_path / "out")
    said = {lang: run(*wanted, "--lang", lang) for lang in ("zh", "ja", "en")}
    assert {lang: (done.returncode, done.stderr) for lang, done in said.items()} == {
        "zh": (0, "未出图：分期实施图（phases），规划数据未载分期\n"),
        "ja": (0, "省いた図：整備段階図（phases）、計画に整備段階の記載がない\n"),
        "en": (0, "left out: Phases (phases), the plan states no phases\n"),
    }
    assert "个地块" in said["zh"].stdout
    assert "labelled" not in said["zh"].stdout + said["ja"].stdout
    assert "parcels labelled" in said["en"].stdout
