"""What `make setup` compiles."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_the_first_demo_after_setup_finds_all_compiled(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled"
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told["PYTHONPYCACHEPREFIX"] = str(compiled)
    subprocess.run([sys.executable, "-m", "blockplan.cli.first_start"], env=told, check=True)
    before = set(compiled.rglob("*.pyc"))
    program = "from blockplan.cli import main; main()"
    call = [sys.executable, "-c", program, "demo", "--out", str(tmp_path / "demo")]
    subprocess.run(call, env=told, check=True, capture_output=True)
    after = set(compiled.rglob("*.pyc"))
    assert len(before) > 1000
    # Character sets and lines of progress, 6 small files, are left; the libraries of a report were 290.
    assert len(after - before) < 20, sorted(str(one.relative_to(compiled)) for one in after - before)
