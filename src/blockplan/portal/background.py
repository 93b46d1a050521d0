"""
What runs beside the service, once on a machine: mail is sent, what nobody needs any more is erased, and maps
of large plans are drawn.

``python -m blockplan.portal.background``; `blockplan.portal.serve` starts it, and again where it ends. It
ends with the process that started it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSE_S = 1.0
SWEEP_S = 3600.0
#: What an erasure left is tried again so often.
AGAIN_S = 5.0
log = logging.getLogger(__name__)


def main() -> None:
    """Until the process that started this one is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blockplan.portal.settings")
    import django  # noqa: PLC0415

    parent = os.getppid()
    os.nice(5)  # readers come first
    django.setup()
    with _alone(parent):
        Thread(target=_draw, args=(parent,), daemon=True).start()  # mail does not wait for it
        swept = tried = 0.0
        while os.getppid() == parent:
            if time.monotonic() - swept > SWEEP_S or not swept:
                swept = time.monotonic()
                _done(sweep)
                _done(ask_others)
            _done(send)
            if time.monotonic() - tried > AGAIN_S:
                tried = time.monotonic()
                _done(enter_promised)
                _done(finish_erasing)
            time.sleep(PAUSE_S)


def ask_others() -> None:
    """Have witnesses and the time-stamping authority sign what is new."""
    from blockplan.portal.record import countersigning  # noqa: PLC0415

    countersigning.ask_witnesses()
    countersigning.ask_stamps()


def send() -> None:
    """Send what waits, batch after batch."""
    from blockplan.portal.mail.sender import send_due  # noqa: PLC0415

    while send_due():
        pass


def enter_promised() -> None:
    """Enter what was promised while the database stood still."""
    from blockplan.portal.submissions.services import enter_waiting  # noqa: PLC0415

    enter_waiting()


def finish_erasing() -> None:
    """Take away what is left of what was erased, where somebody still read it then."""
    from blockplan.portal.record import erasure  # noqa: PLC0415
    from blockplan.portal.record.store import open_store  # noqa: PLC0415

    for notice in erasure.unfinished():
        open_store(notice).finish_erasing(patience_s=0.0)


def sweep() -> None:
    """Erase what has served its time: drafts, files and plans that nobody speaks of, buckets, keys."""
    from blockplan.portal.config import config_of_environment  # noqa: PLC0415
    from blockplan.portal.mail import outbox  # noqa: PLC0415
    from blockplan.portal.office import workbench  # noqa: PLC0415
    from blockplan.portal.record.files import Files  # noqa: PLC0415
    from blockplan.portal.submissions import drafts, rate_limits, services  # noqa: PLC0415

    drafts.sweep()
    rate_limits.sweep()
    services.sweep()
    outbox.sweep()
    workbench.sweep()
    Files(config_of_environment().files).sweep()


def _draw(parent: int) -> None:
    """Draw the maps of large plans before somebody asks for them."""
    from blockplan.portal.pages import tiles  # noqa: PLC0415

    known: set[int] = set()
    while os.getppid() == parent:
        try:
            _done(partial(tiles.draw_ahead, known))
        except Exception:
            log.exception("tiles could not be drawn ahead: whoever asks for them first waits")
        time.sleep(AGAIN_S)


def _done(work: Callable[[], None]) -> None:
    """Do it; a database that is away now is there again later, and nothing here is lost meanwhile."""
    from django.db import Error, connection  # noqa: PLC0415

    try:
        work()
    except (Error, OSError) as error:
        log.warning("left for later: %s", type(error).__name__)
    finally:
        connection.close()


@contextmanager
def _alone(parent: int) -> Iterator[None]:
    """Only one such process on a machine: others wait here."""
    from blockplan.portal.config import config_of_environment  # noqa: PLC0415

    with (config_of_environment().data / "background.lock").open("w") as file:
        while os.getppid() == parent:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(PAUSE_S)
        yield


if __name__ == "__main__":
    main()
