"""A whole public notice from the command line: opened, opinions in, closed, answered, published, verified."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.builders import a_plan, parcels_of
from tests.support.notice_records import HandClock, a_clock
from tests.support.openings import OPEN

from blockplan.cli import main
from blockplan.notice import ledger
from blockplan.notice.proof.notary import new_key
from blockplan.plan import write

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The server's clock, set by hand: thirty days are too long for a test."""
    clock = a_clock()
    monkeypatch.setattr(ledger, "system_clock", clock)
    return clock


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A folder with a small plan."""
    write(a_plan(manifest={"id": "town"}), tmp_path / "plan")
    return tmp_path


@pytest.fixture
def call(
    town: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Call ``blockplan notice`` in this process; gives exit code, stdout and stderr."""

    def called(command: str, *arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["notice", command, *map(str, arguments)])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return called


@pytest.fixture
def do(town: Path, call: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    """Call a command on the record of the town, with --json; gives the document."""

    def done(command: str, *arguments: Any, record: bool = True) -> Any:
        subject = (town / "town.notice",) if record else ()
        code, out, err = call(command, *subject, *arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return done


def take_opinions_in(town: Path, clock: HandClock, do: Any, call: Any) -> None:
    """Amended, withdrawn, redacted, late, and a letter that came in time and was entered later."""
    (town / "letter.txt").write_text("A made-up letter.", encoding="utf-8")
    first = do("submit", "--text", "1. More trees. 2. A wider pavement.", "--name", "Nobody",
               "--object", "parcels:A", "--file", town / "letter.txt",
               "--receipt", town / "one.json")  # fmt: skip
    assert (first["opinion"], first["payload"]["late"]) == ("O-2", False)
    second = do("submit", "--text", "No tower.", "--channel", "web")
    third = do("submit", "--text", "A text with a telephone number.", "--channel", "web")
    fourth = do("submit", "--text", "To be withdrawn.", "--channel", "web")
    do("amend", second["opinion"], "--text", "No tower, and a bench.", "--secret", second["secret"])
    do("withdraw-opinion", fourth["opinion"], "--secret", fourth["secret"])
    do("redact", third["opinion"], "--text", "A text with [...].", "--ground", "privacy", "--by", "a",
       "--second", "b")  # fmt: skip
    code, _, err = call("close", town / "town.notice", "--by", "clerk")
    assert (code, "withdraw the notice, or restart it" in err.lower()) == (2, True)
    code, _, err = call(
        "extend", town / "town.notice", "--last", "2026-03-20", "--reason", "less", "--by", "c"
    )
    assert (code, "never shortened" in err) == (2, True)
    do("extend", "--last", "2026-04-10", "--reason", "a holiday", "--by", "clerk")
    clock.set(2026, 4, 11, 0, 0, 0)
    late = do("submit", "--text", "Too late.", "--channel", "web")
    assert late["payload"]["late"] is True
    letter = do("submit", "--text", "By post.", "--channel", "post", "--received-at", "2026-04-09")
    assert letter["payload"]["late"] is False
    do("close", "--by", "clerk")
    do("erase", letter["opinion"], "--ground", "asked for", "--by", "clerk")


def answer_all(town: Path, do: Any, call: Any) -> None:
    cut = do("cut", "--by", "planner")["segments"]
    assert [row["text"].strip() for row in cut] == [
        "1. More trees.", "2. A wider pavement.", "No tower, and a bench.", "A text with a telephone number.",
        "Too late.",
    ]  # fmt: skip
    code, _, err = call("complete", town / "town.notice", "--by", "planner")
    assert (code, "no answer" in err) == (2, True)
    theme = do("theme", "Green", *[row["segment"] for row in cut], "--by", "planner")["theme"]
    do("answer", theme, "--kind", "noted", "--reason", "Thank you.", "--by", "planner")
    do("answer", cut[0]["segment"], "--kind", "adopted", "--reason", "Trees.", "--by", "planner",
       "--change", "parcels:A:green_ratio:0.2:0.3:v2")  # fmt: skip
    do("complete", "--by", "planner")


@pytest.mark.long
def test_a_notice_runs_from_opening_to_force(town: Path, clock: HandClock, do: Any, call: Any) -> None:
    opened = do("open", town / "plan", *OPEN, "--step", "expert_review=2026-02-10")
    span = opened["payload"]["period"]["submission"]
    assert span == {"first": "2026-03-02", "last": "2026-03-31", "days": 30}
    clock.on(hours=1)
    take_opinions_in(town, clock, do, call)
    answer_all(town, do, call)
    do("step", "submission", "--on", "2026-04-12", "--by", "planner")
    do("approve", "--by", "planner", "--second", "head")
    assert "to be published by 2026-05-12" in call("status", town / "town.notice")[1]
    (town / "report.html").write_text("<p>A made-up report.</p>", encoding="utf-8")
    published = do("publish", "--report", town / "report.html", "--by", "planner", "--second", "head")
    counts = published["payload"]["reconciliation"]
    assert counts == {
        "received": 6, "published_whole": 3, "published_redacted": 1, "withheld": 0, "withdrawn": 1,
        "erased": 1, "late": 1, "late_unknown": 0,
    }  # fmt: skip
    do("in-force", "--on", "2026-05-01", "--by", "head")

    status = do("status", "--log")
    assert (status["state"], status["opinions"]["received"], status["opinions"]["late"]) == ("in_force", 6, 1)
    # Twenty working days from Saturday 11 April: 14 to the end of April, none on 1 to 5 May, and
    # Saturday 9 May is worked.
    assert status["publish_by"] == "2026-05-12"
    assert status["log"][-1]["kind"] == "in_force"
    assert "to be published by" not in call("status", town / "town.notice")[1]  # it is
    do("export", "--out", town / "record")
    _, note, _ = call("checkpoint", town / "town.notice")
    (town / "newspaper.txt").write_text(note, encoding="utf-8")
    found = do("verify", town / "record", "--key", opened["key"], "--receipt", town / "one.json",
               "--checkpoint", town / "newspaper.txt", record=False)  # fmt: skip
    assert (found["holds"], found["witnesses"], found["state"]) == (True, 2, "in_force")
    assert do("verify", town / "one.json", record=False)["holds"] is True
    assert "Nobody" not in (town / "record" / "log.jsonl").read_text(encoding="utf-8")


def test_verify_leaves_with_1_and_names_what_was_bent_in_three_languages(
    town: Path, do: Any, call: Any
) -> None:
    do("open", town / "plan", *OPEN)
    do("submit", "--text", "More trees.", "--channel", "web", "--receipt", town / "one.json")
    do("export", "--out", town / "record", "--archive")
    log = town / "record" / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"More trees.", b"More roads."))
    for lang, said in (("en", "it was changed"), ("zh", "已被改动"), ("ja", "改変されている")):
        code, out, _ = call("verify", town / "record", "--lang", lang)
        assert code == 1
        assert said in out
    code, out, _ = call("verify", town / "record", "--json")
    assert {one["kind"] for one in json.loads(out)["findings"]} == {"file_changed", "body_changed"}
    receipt = json.loads((town / "one.json").read_text(encoding="utf-8"))
    receipt["body"]["text"] = "More roads."
    (town / "one.json").write_text(json.dumps(receipt), encoding="utf-8")
    assert call("verify", town / "one.json")[0] == 1


def test_what_cannot_be_opened_leaves_nothing_behind(town: Path, call: Any) -> None:
    code, _, err = call(
        "open", town / "town.notice", town / "plan", "--country", "CN", "--first", "2026-03-01", "--by", "c"
    )
    assert (code, "a record is not made backwards" in err) == (2, True)
    assert not (town / "town.notice").exists()
    code, _, err = call("open", town / "town.notice", town / "plan", *OPEN, "--last", "2026-03-15")
    assert (code, "the earliest lawful" in err or "earliest last day is 2026-03-31" in err) == (2, True)
    code, _, _ = call("open", town / "town.notice", town / "nothing", *OPEN)
    assert code == 2
    assert not (town / "town.notice").exists()
    code, _, err = call("status", town / "town.notice")
    assert (code, "There is no record" in err) == (2, True)


@pytest.mark.parametrize(("rule", "said"), [("jp-art17", True), ("jp-art17-from-notice", False)])
def test_a_period_says_where_its_first_day_is_not_counted(
    town: Path, clock: HandClock, call: Any, rule: str, said: bool
) -> None:
    law = ("--country", "JP", "--rule", rule, "--first", "2026-03-03", "--by", "clerk")
    _, out, _ = call("open", town / "town.notice", town / "plan", *law)
    assert "14 days" in out
    assert ("the first day is not counted" in out) is said


def test_a_material_change_restarts_the_notice_and_keeps_what_was_said(
    town: Path, clock: HandClock, do: Any
) -> None:
    do("open", town / "plan", *OPEN)
    do("submit", "--text", "More trees.", "--channel", "web")
    write(a_plan(parcels_of("0701", "1401", "1401"), manifest={"id": "town"}), town / "changed")
    clock.on(days=3)
    again = do(
        "restart",
        town / "changed",
        "--country",
        "CN",
        "--first",
        "2026-03-05",
        "--reason",
        "a park",
        "--by",
        "clerk",
    )
    assert again["payload"]["period"]["submission"]["last"] == "2026-04-03"
    assert do("submit", "--text", "Thank you.", "--channel", "web")["payload"]["round"] == 2
    do("export", "--out", town / "record")
    assert (town / "record" / "plan-2" / "plan.gpkg").exists()
    assert do("verify", town / "record", record=False)["holds"]


def test_a_notice_that_is_withdrawn_takes_nothing_in_any_more(town: Path, do: Any, call: Any) -> None:
    do("open", town / "plan", *OPEN)
    do("withdraw", "--reason", "given up", "--by", "clerk")
    code, _, err = call("submit", town / "town.notice", "--text", "More trees.")
    assert (code, "'withdrawn'" in err) == (2, True)


def test_a_list_of_letters_is_taken_in_whole_or_not_at_all(
    town: Path, clock: HandClock, do: Any, call: Any
) -> None:
    do("open", town / "plan", *OPEN)
    clock.set(2026, 4, 2, 9)
    (town / "letters.csv").write_text(
        "opinion,received_at,channel\nMore trees.,2026-03-30,post\nToo late.,2026-04-01,post\n,,\n",
        encoding="utf-8",
    )
    done = do("import-opinions", town / "letters.csv")
    assert [row["late"] for row in done["opinions"]] == [False, True]
    code, _, err = call("import-opinions", town / "town.notice", town / "letters.csv")
    assert (code, "was imported before" in err) == (2, True)
    (town / "ahead.csv").write_text(
        "opinion,received_at,channel\nGood.,2026-04-01,post\nAhead.,2026-04-09,post\n", encoding="utf-8"
    )
    code, _, err = call("import-opinions", town / "town.notice", town / "ahead.csv")
    assert (code, "opinion 2 of 2; none was entered" in err) == (2, True)
    assert do("status")["opinions"]["received"] == 2


def test_japan_names_what_an_ordinance_asks_for_and_refuses_nothing(town: Path, do: Any) -> None:
    opened = do(
        "open", town / "plan", "--country", "JP", "--rule", "jp-art16", "--first", "2026-03-02", "--by", "c"
    )
    period = opened["payload"]["period"]
    assert (period["inspection"]["last"], period["submission"]["last"]) == ("2026-03-16", "2026-03-23")
    done = do("submit", "--text", "桜並木を残してほしい。", "--name", "N", "--standing", "resident")
    assert done["payload"]["defects"] == ["address", "title", "reason"]


def test_the_lost_key_and_the_wrong_key_are_told(town: Path, do: Any, call: Any) -> None:
    do("open", town / "plan", *OPEN)
    shutil.copy(town / "town.notice.key", town / "aside")
    (town / "town.notice.key").unlink()
    code, _, err = call("submit", town / "town.notice", "--text", "x")
    assert (code, "There is no key" in err) == (2, True)
    new_key(town / "town.notice.key", "blockplan/town")
    code, _, err = call("submit", town / "town.notice", "--text", "x")
    assert (code, "cannot be read" in err) == (2, True)
    (town / "town.notice.key").unlink()
    shutil.move(town / "aside", town / "town.notice.key")
    assert do("submit", "--text", "x")["opinion"] == "O-1"


def test_commands_tell_numbers_by_arrival_with_the_id_that_they_take(town: Path, do: Any, call: Any) -> None:
    do("open", town / "plan", *OPEN)
    first = do("submit", "--text", "More trees.")
    do("amend", "O-1", "--text", "Many trees.", "--secret", first["secret"])
    code, out, _ = call("submit", town / "town.notice", "--text", "Fewer cars.")
    assert (code, "opinion No. 2 (O-3): in time" in out) == (0, True)
    log = do("status", "--log")["log"]
    assert [(one["opinion"], one["number"]) for one in log] == [
        (None, None), ("O-1", 1), ("O-1", 1), ("O-3", 2),
    ]  # fmt: skip
    assert "第 2 号（O-3）" in call("status", town / "town.notice", "--log", "--lang", "zh")[1]


@pytest.mark.long
def test_the_installed_command_opens_and_verifies_by_the_clock_of_the_machine(town: Path) -> None:
    blockplan = Path(sys.executable).with_name("blockplan")

    def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [blockplan, "notice", *map(str, arguments)], capture_output=True, text=True, encoding="utf-8"
        )

    today = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(
        days=1
    )
    done = run(
        "open",
        town / "real.notice",
        town / "plan",
        "--country",
        "CN",
        "--first",
        today,
        "--by",
        "clerk",
        "--lang",
        "zh",
    )
    assert done.returncode == 0, done.stderr
    assert "30 天" in done.stdout
    assert run("submit", town / "real.notice", "--text", "More trees.").returncode == 0
    assert run("export", town / "real.notice", "--out", town / "real").returncode == 0
    done = run("verify", town / "real")
    assert (done.returncode, "the record holds" in done.stdout) == (0, True)
