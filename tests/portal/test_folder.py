"""The data folder is closed to other accounts when the service starts, or the service does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blockplan.errors import UsageError
from blockplan.portal.serve import close_to_others

pytestmark = pytest.mark.no_database


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As an office makes it: open, with the password of its mail."""
    made = tmp_path / "office"
    made.mkdir(mode=0o755)
    made.chmod(0o755)
    settings = made / "blockplan.toml"
    settings.write_text('[mail]\nhost = "127.0.0.1"\npassword = "hush"\n')
    settings.chmod(0o644)
    return made


@pytest.mark.long
def test_serve_closes_what_an_office_left_open_and_writes_nothing_that_others_read(folder: Path) -> None:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("BLOCKPLAN_")}
    program = str(Path(sys.executable).with_name("blockplan"))
    done = subprocess.run(
        [program, "serve", "--data", str(folder), "--setup-link"],
        env=inherited, capture_output=True, text=True, timeout=120, check=True, umask=0o022,
    )  # fmt: skip
    open_to_others = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []
    assert (folder / "portal.sqlite3").exists()
    assert "could be read by other accounts; closed to them now" in done.stderr
    assert "hush" not in done.stderr


def test_a_folder_that_lies_open_from_before_is_closed_to_its_depth(folder: Path) -> None:
    deep = folder / "files" / "ab"
    deep.mkdir(parents=True)
    for path in (folder / "files", deep):
        path.chmod(0o750)
    (deep / "letter").write_text("a name")
    (deep / "letter").chmod(0o664)
    assert len(close_to_others(folder, begun=True)) == 5
    assert [rights(path) for path in (folder, deep, deep / "letter")] == ["0o700", "0o700", "0o600"]
    assert close_to_others(folder, begun=True) == []


def test_a_folder_of_other_things_is_refused_as_it_is(folder: Path) -> None:
    (folder / "letters.odt").write_text("")
    with pytest.raises(UsageError, match=r"holds other things \(letters.odt\).*chmod 700"):
        close_to_others(folder, begun=False)
    assert rights(folder) == "0o755"
    folder.chmod(0o700)
    assert (folder / "blockplan.toml") in close_to_others(folder, begun=False)


def test_settings_that_are_not_ours_to_close_stop_the_start_while_everybody_reads_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 12345)
    with pytest.raises(UsageError, match=r"can be read by every account.*chmod o-rwx"):
        close_to_others(folder, begun=True)
    (folder / "blockplan.toml").chmod(0o640)
    assert close_to_others(folder, begun=True) == [], "a group may read what another account owns"


def test_settings_behind_a_link_are_looked_at_where_they_lie(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    (folder / "blockplan.toml").rename(elsewhere)
    (folder / "blockplan.toml").symlink_to(elsewhere)
    with pytest.raises(UsageError, match=r"elsewhere.toml can be read by every account"):
        close_to_others(folder, begun=True)
    assert rights(elsewhere) == "0o644"
