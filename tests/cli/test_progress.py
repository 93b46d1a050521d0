"""Long work says on stderr where it stands; short work says nothing."""

from __future__ import annotations

import time

from blockplan.cli import common


def test_where_stderr_is_no_terminal_a_line_now_and_then_names_the_step(capsys, monkeypatch) -> None:
    monkeypatch.setattr(common, "LINE_EVERY_S", 0.02)
    with common.progress("Judging") as step:
        step("zone-beds")
        time.sleep(0.3)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Judging: zone-beds (0 s)\n")


def test_short_work_says_nothing(capsys) -> None:
    with common.progress("Judging") as step:
        step("zone-beds")
    assert capsys.readouterr() == ("", "")
