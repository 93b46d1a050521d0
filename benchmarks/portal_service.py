"""
The web service as a process of its own, with a notice of the example plan: started, killed, looked at.

Its data are a folder and, by URL, a database in PostgreSQL. A second process (`Desk`) does in the service's
tables what the benchmark needs besides HTTP: opens the notice, fills it, verifies the record.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
NOTICE = "town"
_PORTS = (10_000 + (os.getpid() * 89 + step) % 22_000 for step in itertools.count())
#: The service says in this time that it is there, or something is wrong.
START_S = 90.0


def environment(data: Path, database: str | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of the processes of one service."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("BLOCKPLAN_")}
    own |= {"BLOCKPLAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "blockplan.portal.settings"}
    own |= {"PYTHONPATH": str(ROOT), "BLOCKPLAN_PROXIES": "1"}
    return own | ({} if database is None else {"BLOCKPLAN_DATABASE": database}) | dict(more or {})


class Service:
    """A served process with its workers, on a free port of this machine."""

    def __init__(
        self,
        data: Path,
        database: str | None = None,
        *,
        workers: int = 2,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.environment = environment(data, database, {"BLOCKPLAN_WORKERS": str(workers), **(more or {})})
        self.port = free_port()
        self.environment["BLOCKPLAN_ADDRESS"] = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._cpu_before_s = 0.0

    def start(self, before: Sequence[str] = ()) -> None:
        """Start, and wait until it answers; `before` stands before the command (prlimit ...)."""
        self._cpu_before_s = 0.0
        command = [sys.executable, "-m", "benchmarks.portal_serve", str(self.port)]
        with (self.data / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*before, *command], env=self.environment, cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while not answers(self.port):
            if time.monotonic() > until or self._process.poll() is not None:
                self.kill()
                raise RuntimeError("the service did not start: " + self.log()[-2000:])
            time.sleep(0.05)

    @property
    def started(self) -> bool:
        """Whether it was started, and not killed or stopped since."""
        return self._process is not None

    def log(self) -> str:
        """What it wrote."""
        return (self.data / "log.txt").read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """Kill -9 all of it at once: what the kernel has, it has."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def kill_workers(self) -> int:
        """Kill -9 the workers alone; the process that watches them starts new ones."""
        workers = self.workers()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        return len(workers)

    def stop(self) -> None:
        """In order, as an operator would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(20)
                self._process = None
            except subprocess.TimeoutExpired:
                self.kill()

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [int(pid) for pid in children if _serves(int(pid))]

    def cpu_s(self) -> float:
        """CPU seconds of all of it so far, user and system."""
        ticks = os.sysconf("SC_CLK_TCK")
        pids = [self._process.pid, *self.workers()] if self._process else []
        return sum(sum(int(field) for field in _stat(pid)[11:13]) / ticks for pid in pids)

    def peak_mb(self) -> float:
        """The largest memory that one of its processes ever had resident, in MB."""
        peaks = [0.0]
        for pid in [self._process.pid, *self.workers()] if self._process else []:
            status = Path(f"/proc/{pid}/status").read_text().splitlines()
            peaks += [int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")]
        return max(peaks)


class Desk:
    """The second process: asked in JSON lines, it answers in JSON lines."""

    def __init__(self, data: Path, database: str | None = None) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.portal_desk"], env=environment(data, database), cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, what: str, **more: Any) -> Any:
        """One thing done; what came of it."""
        asked, said = self._process.stdin, self._process.stdout
        if asked is None or said is None:
            raise RuntimeError("the desk has no pipes")
        asked.write(json.dumps({"what": what, **more}) + "\n")
        asked.flush()
        line = said.readline()
        if not line:
            raise RuntimeError(f"the desk ended at {what!r}")
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=60)


def free_port() -> int:
    """
    A port that nobody listens on.

    Each process begins elsewhere, below the ports that the system gives to callers: of two that look at the
    same time none takes what the other has found.
    """
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the ports are gone through again and again")


def answers(port: int) -> bool:
    """Whether a worker answers on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as one:
            one.sendall(b"GET /api/v1/notices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return one.recv(12).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def new_key() -> str:
    """A key for one submission."""
    return secrets.token_urlsafe(24)


def new_address() -> str:
    """An address that nobody has sent from, as a proxy would say it."""
    return ".".join(str(part) for part in (10, *secrets.token_bytes(3)))


def _serves(pid: int) -> bool:
    """Whether a child is a worker, and not what keeps track of shared things for Python."""
    try:
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return ["0"] * 20
