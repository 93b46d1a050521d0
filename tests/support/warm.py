"""
``blockplan edit`` and ``blockplan serve`` in processes that begin with what they import.

Nearly all of the 2.3 CPU s of a start go into imports, and the tests of the workbench start it some eighty
times. Here one process imports it all, and forks another for each start, which calls the command as it
stands. `tests.support.workbench.workbench` starts it as its users do where it is told `warm=False`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REPO = Path(__file__).parents[2]
#: What a start imports; none of it looks at settings of Django, which hang on how the workbench is called.
IMPORTED = (
    "blockplan.cli.edit",
    "blockplan.portal.workspace.desk",
    "blockplan.portal.workspace.serve",
    "blockplan.measure.functions",
    "blockplan.network.reach",
    "blockplan.check.differences",
    "django.core.servers.basehttp",
    "django.core.wsgi",
    "django.test",
    "blockplan.portal.config",
    "jinja2",
    "pyarrow.parquet",
    "pyogrio",
    "scipy.sparse.csgraph",
    "scipy.spatial",
)


class Forked:
    """A process of the nursery, asked as a `subprocess.Popen`."""

    def __init__(self, pid: int, stdout: IO[str] | None = None) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | None = None
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._left(0)

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has."""
        if self._left(timeout) is None:
            raise subprocess.TimeoutExpired("blockplan edit", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _left(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = os.waitstatus_to_exitcode(_asked({"ended": self.pid}))
            os.close(self._ended)
        return self.returncode


def forked(*words: str) -> Forked:
    """``blockplan WORDS`` in a warm process with the surroundings of this one; what it says can be read."""
    reading, writing = os.pipe()
    with Path(os.devnull).open("wb") as nowhere, os.fdopen(writing, "wb") as said:
        pid = _started(words, os.environ, [said.fileno(), nowhere.fileno()])
    return Forked(pid, os.fdopen(reading))


def forked_alone(*words: str, environ: Mapping[str, str], log: IO[bytes]) -> Forked:
    """``blockplan WORDS`` in a warm process and a session of its own; what it says goes to a log."""
    return Forked(_started(words, environ, [log.fileno(), log.fileno()], alone=True))


def _started(words: Sequence[str], environ: Mapping[str, str], says: list[int], alone: bool = False) -> int:
    told = {"words": words, "cwd": str(Path.cwd()), "environ": dict(environ), "alone": alone}
    return _asked(told, says)


@cache
def _nursery() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process that forks, and what asks it; it ends where nobody can ask it any more."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # Threads of numerical libraries know that a process may fork; Python warns of any thread.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.support.warm"]
    with its:
        started = subprocess.Popen(
            [*command, str(its.fileno())], cwd=REPO, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL
        )
    atexit.register(lambda: (mine.close(), started.wait()))
    return mine, started


def _asked(told: dict[str, Any], files: list[int] | None = None) -> int:
    nursery, _ = _nursery()
    socket.send_fds(nursery, [json.dumps(told).encode()], files or [])
    return int(nursery.recv(64))


def _serve(asked: socket.socket) -> None:
    for name in IMPORTED:
        import_module(name)
    gc.freeze()
    while True:
        said, files, _, _ = socket.recv_fds(asked, 1 << 20, 2)
        if not said:
            return
        told = json.loads(said)
        if "ended" in told:
            asked.send(str(os.waitpid(told["ended"], 0)[1]).encode())
            continue
        pid = os.fork()
        if not pid:
            asked.close()
            _become(told, files)
            return
        for file in files:
            os.close(file)
        asked.send(str(pid).encode())


def _become(told: dict[str, Any], says: list[int]) -> None:
    from blockplan.cli import main

    if told["alone"]:
        os.setsid()
    for at, file in enumerate(says, 1):
        os.dup2(file, at)
        os.close(file)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["environ"])
    main(told["words"])


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as mine:
        _serve(mine)
