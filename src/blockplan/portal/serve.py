"""
Starting the web service: the data folder, the tables, then granian with its workers.

Settings reach the workers through the environment, so that each of them reads the same ones.

The data folder is for the account alone that serves: names, keys and the password of the mail lie in it. An
office makes it and writes ``blockplan.toml`` with whatever rights its system gives. What is open to others is
closed at the start, and told; what cannot be closed stops the start.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.portal.config import FILE, PREFIX, config_of_environment, read_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blockplan.portal.config import Config

OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: Rights of new files and folders that are taken away while the service runs.
UMASK = 0o077


def close_to_others(folder: Path, *, begun: bool) -> list[Path]:
    """
    Take the rights of group and others from the data folder and all in it; gives back what was open.

    A file that another account owns (a system's manager may keep the settings so) may stay open to a group.

    Parameters
    ----------
    begun
        Whether a service was set up in the folder before. If not, and it holds other things, it may be
        somebody's home: nothing is changed in it.

    Raises
    ------
    UsageError
        If something is open to everybody and cannot be closed, or the folder is not the service's own.
    """
    if not folder.exists():
        return []
    foreign = sorted(path.name for path in folder.iterdir() if path.name != FILE)
    if not begun and foreign and _mode(folder) & OTHERS:
        raise UsageError(
            f"{folder} is open to other accounts and holds other things ({foreign[0]}). Names and keys would "
            f"lie open in it: name a `data=` folder of its own, or close this one (chmod 700 {folder})."
        )
    return [path for path in _all(folder) if _close(path)]


def told(folder: Path, closed: list[Path]) -> str:
    """What was closed, in a line for whoever starts the service."""
    others = f" and {len(closed) - 1} more" if len(closed) > 1 else ""
    return f"{closed[0]}{others} in {folder} could be read by other accounts; closed to them now."


def _close(path: Path) -> bool:
    mode = _mode(path)
    if not mode & OTHERS:
        return False
    if not path.is_symlink() and os.geteuid() in {0, path.stat().st_uid}:
        path.chmod(mode & ~OTHERS)
        return True
    if mode & stat.S_IRWXO:
        raise UsageError(
            f"{path.resolve()} can be read by every account of this machine, and is not this account's to "
            f"close. Let its owner take those rights away (chmod o-rwx), and start again."
        )
    return False


def _mode(path: Path) -> int:
    """Rights of a file, of a link those of what it leads to."""
    return stat.S_IMODE(path.stat().st_mode)


def _all(folder: Path) -> Iterator[Path]:
    """The folder, and what lies in it at any depth; links are not followed further."""
    yield folder
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and not path.exists():
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _all(path)
        else:
            yield path


#: What granian tells goes to stderr: with ``--json`` stdout holds one document and nothing else.
_TOLD = {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
#: A process that lasted so long did not fail at its beginning.
LASTED_S = 60.0
#: So long a worker may finish what it is at. One that was told to end while it began has not heard it.
PATIENCE_S = 15
#: Held while a process is begun, so that no worker is forked meanwhile. Such a worker would inherit the pipe
#: by which Python hears how the beginning went, and Python would listen to it as long as the worker lives.
_BEGINNING = threading.Lock()
os.register_at_fork(
    before=_BEGINNING.acquire, after_in_parent=_BEGINNING.release, after_in_child=_BEGINNING.release
)


def preload() -> None:
    """Import what pages and API need, once Django is set up: workers that are forked share it."""
    from django.urls import get_resolver  # noqa: PLC0415 (after Django is set up)

    from blockplan.portal import wsgi  # noqa: F401, PLC0415 (imported to be shared)
    from blockplan.report.public import plain  # noqa: F401, PLC0415 (imported to be shared)

    # Addresses, and with them all views, are otherwise imported at the first request, by each worker.
    _ = get_resolver().url_patterns


def set_up(
    *, data: str | Path | None = None, database: str | None = None, address: str | None = None
) -> Config:
    """
    Make data folder and tables ready for this process and those it starts; older tables are renewed.

    Raises
    ------
    UsageError
        If the settings are off, the folder or the database cannot be reached, or the folder lies open to
        other accounts and cannot be closed.
    """
    config = read_config(
        os.environ, data=None if data is None else str(data), database=database, address=address
    )
    for name in ("data", "database", "address"):
        value = getattr(config, name)
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)
    config_of_environment.cache_clear()
    if closed := close_to_others(config.data, begun=config.begun):
        sys.stderr.write(told(config.data, closed) + "\n")
    try:
        for folder in (config.data, config.keys, config.files, config.data / "static"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(
            f"{config.data} cannot be written: {error.strerror}. Name another `data=`."
        ) from None
    _make_tables()
    from blockplan.portal.record import place  # noqa: PLC0415 (after Django is set up)

    place.settle_all(config, anew=False)
    return config


def setup_link(config: Config, *, again: bool = False) -> str | None:
    """
    The link by which the first administrator makes an account; None where there is one already.

    Parameters
    ----------
    again
        True makes a link for a further administrator: for an office whose only one has gone.
    """
    from django.db import connection  # noqa: PLC0415 (after `set_up`)

    from blockplan.portal.office.links import join_address, make_link, needs_setup  # noqa: PLC0415

    try:
        if not again and not needs_setup():
            return None
        return join_address(make_link("setup", ["admin"]), config.language)
    finally:
        connection.close()


def run(config: Config, port: int) -> None:
    """Serve on this machine alone until interrupted; a server with a certificate stands before it."""
    from granian import Granian  # noqa: PLC0415 (only the service needs it)
    from granian.constants import Interfaces  # noqa: PLC0415

    preload()  # workers are forked of this process
    server = Granian(
        "blockplan.portal.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=config.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE_S,
        log_access=False,
        log_dictconfig={"handlers": {"console": _TOLD, "access": _TOLD}},
    )
    with _beside():
        server.serve()


@contextmanager
def _beside() -> Iterator[None]:
    """Meanwhile `blockplan.portal.background` runs in a process of its own, begun anew where it ends."""
    over = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def watch() -> None:
        wait_s = 1.0
        while not over.is_set():
            begun = time.monotonic()
            with _BEGINNING:
                running[:] = [subprocess.Popen([sys.executable, "-m", "blockplan.portal.background"])]
            while running[0].poll() is None and not over.wait(0.5):
                pass
            wait_s = 1.0 if time.monotonic() - begun > LASTED_S else min(wait_s * 2, LASTED_S)
            over.wait(wait_s)

    thread = threading.Thread(target=watch, name="background", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        for process in running:
            process.terminate()
        thread.join(timeout=10)


def _make_tables() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "blockplan.portal.settings"
    import django  # noqa: PLC0415
    from django.db import Error, connection  # noqa: PLC0415

    django.setup()
    from blockplan.portal.postgresql import refuse_unsafe  # noqa: PLC0415 (after Django is set up)
    from blockplan.portal.tables import make_or_renew  # noqa: PLC0415

    try:
        refuse_unsafe()
        make_or_renew()
    except Error as error:
        raise UsageError(
            f"The database cannot be used: {str(error).strip()}. "
            "Look at `database=` (or the disk), and start again."
        ) from None
    finally:
        connection.close()
