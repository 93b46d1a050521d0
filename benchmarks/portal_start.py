"""
How long `blockplan serve` takes on an empty folder until a reader gets the page.

With ``--demo`` the service is up when the page of the demonstration notice is there with its content, without
it when the list of notices is. *Uncompiled* is a start where Python has compiled nothing but its own library,
as after an installation that does not compile; *compiled* are those that follow (`make setup` compiles).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.portal_service import START_S, environment, free_port

#: What is asked for, and words that stand in the answer.
DEMO = ("/en/notices/demo/", "Demonstration Zone")
PLAIN = ("/en/", "<main")


def start(folder: Path, database: str | None, *, times: int) -> dict[str, Any]:
    """Seconds of so many starts on empty folders, with the demonstration and without it."""
    if database is not None:
        raise SystemExit("start makes its own empty folders with SQLite; leave --database out.")
    folder.mkdir(parents=True)
    compiled = folder / "compiled"
    _compile_library(compiled)
    first = _one(folder / "first", compiled, DEMO)
    demo = [_one(folder / f"demo-{number}", compiled, DEMO) for number in range(times)]
    plain = [_one(folder / f"plain-{number}", compiled, PLAIN) for number in range(times)]
    return {
        "times": times,
        "demo_uncompiled": {"wall_s": first[0], "cpu_s": first[1]},
        "demo_compiled": _figures(demo),
        "plain_compiled": _figures(plain),
    }


def _figures(found: list[tuple[float, float]]) -> dict[str, float]:
    walls, cpus = zip(*found, strict=True)
    return {
        "wall_s_median": statistics.median(walls),
        "wall_s_longest": max(walls),
        "cpu_s_median": statistics.median(cpus),
        "cpu_s_longest": max(cpus),
    }


def _compile_library(target: Path) -> None:
    """Compile Python's own library alone, into a folder of ours."""
    own = environment(target, None, {"PYTHONPYCACHEPREFIX": str(target)})
    library = sysconfig.get_path("stdlib")
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "-j", "0", "-x", "site-packages|/tests?/", library],
        env=own, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _one(data: Path, compiled: Path, page: tuple[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds (of all its processes) until the page is there; then all of it is killed."""
    port = free_port()
    own = environment(data, None, {"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""})
    command = [str(Path(sys.executable).with_name("blockplan")), "serve", "--data", str(data)]
    command += ["--port", str(port)] + (["--demo"] if page is DEMO else [])
    log = data.with_suffix(".log")
    with log.open("wb") as said:
        began = time.monotonic()
        process = subprocess.Popen(command, env=own, stdout=said, stderr=said, process_group=0)
    try:
        while not _there(port, page):
            if process.poll() is not None or time.monotonic() - began > START_S:
                raise RuntimeError("the service did not start: " + log.read_text()[-2000:])
            time.sleep(0.02)
        return round(time.monotonic() - began, 2), round(_cpu_s(process.pid), 2)
    finally:
        _end(process)
        shutil.rmtree(data, ignore_errors=True)


def _there(port: int, page: tuple[str, str]) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{page[0]}", timeout=START_S) as answer:
            return page[1] in answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise
        return False
    except OSError:
        return False


def _cpu_s(group: int) -> float:
    """CPU seconds of all processes of a group, with those of their children that have ended."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _end(process: subprocess.Popen[bytes]) -> None:
    # As an operator does, so that the process beside it and those ahead of it end too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
