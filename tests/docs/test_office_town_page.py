"""The page "From your folder to a verdict in ten minutes" does what it says."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from blockplan.cli import app


@pytest.mark.long
def test_the_commands_of_the_page_run_and_find_what_it_tells(repo, tmp_path, monkeypatch):
    text = (repo / "docs" / "office-town.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ blockplan (.+)$", text, re.MULTILINE)
    assert len(commands) == 5
    (tmp_path / "examples").symlink_to(repo / "examples")
    monkeypatch.chdir(tmp_path)
    outcomes = [CliRunner().invoke(app, shlex.split(command)) for command in commands]
    first, again, sound, judged, drawn = outcomes
    assert (first.exit_code, again.exit_code, drawn.exit_code) == (0, 0, 0)
    for told in ("15.93 ha", "39 parcels of 39 rows joined", "O2-04-03", "绿地率（％）", "for whom it is"):
        assert told in first.output, told
    assert "1 error, 0 warnings" in sound.output
    assert "F0006" in sound.output
    assert "1,600 residents of 4 parcels within 500 m" in judged.output
    assert re.search(r"pass.*gb50180-height.*54 m", judged.output)
    assert "The outline is open by 0.200 m; it was closed." in drawn.output
    assert (tmp_path / "office-town" / "mapping.toml").is_file()
