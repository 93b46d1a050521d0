"""A command's seconds count from the start of its process, and what comes after the search has its share."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.town import town

from blockplan.cli import command_began, main
from blockplan.cli.propose.common import (
    DRAWING_S,
    MOST_CROWDED,
    SHOWING_S,
    ProposalOptions,
    tell_if_late,
)
from blockplan.plan import write
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from pathlib import Path


def an_asking(**said: Any) -> ProposalOptions:
    given: dict[str, Any] = {"path": "", "plan": None, "locks": None, "packs": None, "on": None}
    given |= {"seconds": 60.0, "seed": 0, "gap": 0.0, "lang": "en", "out": None, "as_json": False}
    return ProposalOptions(**given | said)


def test_the_clock_of_a_program_has_run_since_its_process_began() -> None:
    code = (
        "import time; time.sleep(0.4)\n"
        "from blockplan.cli import app, main\n"
        "from blockplan.cli import command_began\n"
        "import click\n"
        "told = click.Command('told', callback=lambda: print(time.perf_counter() - command_began()))\n"
        "app.get_command = lambda *_: told\n"
        "import sys; sys.argv = ['blockplan', 'told']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 0.4


def test_a_command_that_another_program_calls_begins_with_the_call() -> None:
    before = time.perf_counter()
    assert command_began() >= before


def test_a_search_is_left_what_start_judging_and_drawing_do_not_take() -> None:
    now = time.perf_counter()
    asked = an_asking(began=now - 10)
    assert 50 - 5 - SHOWING_S * MOST_CROWDED - 0.1 < asked.left(5) <= 50 - 5 - SHOWING_S
    drawn = replace(asked, out="build")
    assert asked.left(5) - drawn.left(5) >= DRAWING_S - 0.1
    assert an_asking(began=now - 100).left(5) == pytest.approx(3.0)


def test_a_command_that_took_longer_than_it_was_given_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    tell_if_late(8.0, time.perf_counter() - 8.5, 4.0)
    assert capsys.readouterr().err == ""
    tell_if_late(8.0, time.perf_counter() - 11.2, 0.4)
    said = capsys.readouterr().err
    assert "--seconds 8 were not enough: the command took 11.2 s, of which its search had 0.4 s" in said


@pytest.mark.long
def test_a_command_that_refuses_too_late_says_so_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write(town(), tmp_path / "plan")
    with pytest.raises(SystemExit, match="2"):
        main(["propose", "repair", str(tmp_path / "plan"), "--pack", "nobodys", "--seconds", "0.001"])
    said = capsys.readouterr().err
    assert "--seconds 0.001 were not enough" in said
    assert "starting, reading and judging took them." in said


def test_a_part_of_a_solve_has_no_more_time_than_the_whole() -> None:
    clock = Clock(Stop(seconds=5, began=time.perf_counter() - 3))
    assert clock.within(10).left == pytest.approx(2, abs=0.1)
    assert clock.within(1).left == pytest.approx(1, abs=0.1)
    assert Clock(Stop(seconds=5, began=time.perf_counter() - 6)).within(1).left == 0


def test_solves_that_share_a_beginning_share_their_seconds() -> None:
    stop = Stop(seconds=8, began=time.perf_counter() - 7.5)
    assert Clock(stop).left <= 0.5
    assert Clock(Stop(seconds=8)).left > 7
