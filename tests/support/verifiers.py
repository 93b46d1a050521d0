"""A record before both verifiers: ours, and the one for browsers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parents[1] / "notice"


@pytest.fixture(scope="module")
def built(repo: Path) -> Path:
    """The built verifier, as it lies in the package."""
    if shutil.which("node") is None:
        pytest.skip("needs Node (Debian package nodejs)")
    return repo / "src" / "blockplan" / "notice" / "verifier"


@pytest.fixture(scope="module")
def ask(built: Path) -> Callable[..., list[Any]]:
    """Questions to the second verifier; gives what it answers, "refused" where it refuses."""

    def asked(*questions: dict[str, Any]) -> list[Any]:
        said = "".join(json.dumps(question) + "\n" for question in questions)
        done = subprocess.run(
            ["node", "--no-warnings", HERE / "second.mjs", built],
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line).get("is", "refused") for line in done.stdout.splitlines()]

    return asked


def both_find(folder: Path, ask: Any, kinds: set[str], **witnesses: Any) -> None:
    here = {finding.kind for finding in verify(folder, **witnesses).findings}
    (there,) = ask({"op": "record", "folder": str(folder), "witnesses": witnesses})
    assert kinds <= here
    assert kinds <= set(there)
