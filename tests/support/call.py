"""
Calling the command line in tests.

`run` calls it in this process, because starting another one and loading tables there takes two seconds;
`program` calls the installed program as a shell does. Every command is called once by `program`: what a
command forgets to load shows only there.
"""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from blockplan.cli import main

BLOCKPLAN = Path(sys.executable).with_name("blockplan")
Done = subprocess.CompletedProcess[str]


def run(*arguments: Any) -> Done:
    """Exit code, stdout and stderr of a call in this process."""
    call = [str(one) for one in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code: Any = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(call)
        except SystemExit as left:
            code = left.code
    said = (one.buffer.getvalue().decode("utf-8") for one in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(call, code, *said)


def program(*arguments: Any) -> Done:
    """The same of a call in a process of its own."""
    call = [str(BLOCKPLAN), *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True, encoding="utf-8")


def code_of(document: dict[str, Any]) -> int:
    """What a proposal leaves with: 1 while a ``must`` rule fails after it, or is unknown only since."""
    was = {(one["rule"], one["scope"]["id"]): one["outcome"] for one in document["verdicts_before"]}
    must = [one for one in document["verdicts_after"] if one["force"] == "must"]
    lost = [one for one in must if one["outcome"] == "unknown"]
    lost = [one for one in lost if was.get((one["rule"], one["scope"]["id"])) in {"pass", "fail"}]
    return int(bool(lost) or any(one["outcome"] == "fail" for one in must))
