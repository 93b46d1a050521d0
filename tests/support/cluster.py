"""A PostgreSQL cluster of the tests' own: on a socket in a temporary folder, gone when they end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

#: Where Debian's package postgresql-17 puts its programs.
PROGRAMS = Path("/usr/lib/postgresql/17/bin")
WHY_NOT = "PostgreSQL 17 is not installed (Debian: postgresql-17)"


def installed() -> bool:
    return (PROGRAMS / "initdb").is_file()


class Cluster:
    """Started when made; `stop` and `start` let tests take it away and give it back."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="blockplan-pg-", dir=_roomy()))
        self._as = _unprivileged()
        if self._as:
            shutil.chown(self.folder, self._as)
        self._run(
            "initdb", "-D", str(self._data), "-U", "blockplan", "--auth=trust", "-E", "UTF8", "--locale=C"
        )
        self.start()
        self._run("createdb", "-h", str(self.folder), "-U", "blockplan", "portal")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://blockplan@{str(self.folder).replace('/', '%2F')}/portal"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "-t", "60", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(PROGRAMS / program), *arguments]
        if self._as:  # PostgreSQL refuses to run as root
            command = ["setpriv", f"--reuid={self._as}", f"--regid={self._as}", "--clear-groups", *command]
        done = subprocess.run(command, cwd="/tmp", capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr


def _roomy() -> str:
    """Memory where there is enough of it: the service asks its server to wait for the disk at each entry."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2e9 else "/tmp"


def _unprivileged() -> str | None:
    return "postgres" if os.geteuid() == 0 else None
