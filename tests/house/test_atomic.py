"""A file is there whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from blockplan.atomic import put

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_cannot_be_brought_to_the_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tip"
    put(path, b"old", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put(path, b"new", to_disk=True)
    assert [one.name for one in tmp_path.iterdir()] == ["tip"]
    assert path.read_bytes() == b"old"
