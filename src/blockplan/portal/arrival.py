"""
When a request reached the service: noted at the door, before any lock, queue of ours or look at the database.

Whether an opinion is late is told by this moment, so that nobody is late because others were slow. Behind a
proxy of ours that says when a request came (``X-Request-Start: t=1774951199.123``) it is the proxy's moment,
so that waiting for a free thread of the server counts against nobody either.

Who sends a body slowly keeps one thread waiting; not all of them may wait so at once.

A proxy in front that takes a request in whole before it passes it on (nginx does so) leaves nothing to do
here. Behind one that passes on what comes as it comes, some dozens of slow senders would stop the service: so
only some threads of a worker may wait for bodies at a time, fewer still for one address, and whoever comes on
top is told to come back at once.

What the application leaves of a body is read and thrown away before its answer goes out, up to a bound: a
server that answers and closes while a browser still sends makes the browser show "connection reset", not the
answer, and leaves a kept connection about to close.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from blockplan.notice.events import LONGEST_WAY
from blockplan.portal import clock
from blockplan.portal.security_headers import address_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.http import HttpRequest

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
    from collections.abc import Callable, Iterable

    from blockplan.portal.config import Config

_KEY = "blockplan.arrived"
_STARTED = re.compile(r"t=(\d{1,12})\.(\d{3})")


def at_the_door(application: Application, *, by_proxy: bool) -> Application:
    """
    The application of the server, with the moment noted before anything else is done.

    Parameters
    ----------
    by_proxy
        Whether a proxy of ours sets ``X-Request-Start`` over what a client sent; else nobody is believed.
    """

    def noting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[_KEY] = moment_of(environ, by_proxy=by_proxy)
        return application(environ, start_response)

    return noting


def moment_of(environ: Mapping[str, Any], *, by_proxy: bool) -> dt.datetime:
    """When a request came, by our proxy where it says so, and else now; UTC."""
    now = clock.now()
    said = _STARTED.fullmatch(str(environ.get("HTTP_X_REQUEST_START", ""))) if by_proxy else None
    if said is None:
        return now
    came = dt.datetime.fromtimestamp(int(said[1]), dt.UTC) + dt.timedelta(milliseconds=int(said[2]))
    # What no queue explains is a clock that is wrong.
    return came if dt.timedelta(0) <= now - came <= LONGEST_WAY else now


def note(request: HttpRequest) -> None:
    """That it came now, where no server noted it at the door."""
    request.META.setdefault(_KEY, clock.now())


def arrived(request: HttpRequest) -> dt.datetime:
    """When it came."""
    found: dt.datetime = request.META[_KEY]
    return found


#: Of a worker's threads, this share may wait for bodies; of these, one address has that share.
SHARE = 0.75
SHARE_OF_ADDRESS = 0.5
#: A body that is refused unread is taken in to its end if it is no longer than this: a film from a phone.
MOST_THROWN_AWAY_BYTES = 256_000_000
_CHUNK_BYTES = 1 << 20


class FullError(OSError):
    """So many wait for bodies already that this one is not read."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error comes of a `FullError`, however often Django wrapped it."""
    while error is not None and not isinstance(error, FullError):
        error = error.__cause__
    return error is not None


class WaitingPlaces:
    """
    Places to wait for bodies, of one process.

    Parameters
    ----------
    most, most_each
        How many at a time, and how many of one address.
    """

    def __init__(self, most: int, most_each: int) -> None:
        self.most, self.most_each = most, most_each
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """A place; FullError where there is none."""
        with self._lock:
            if self._held.total() >= self.most or self._held[address] >= self.most_each:
                raise FullError(f"{self._held.total()} wait already")
            self._held[address] += 1

    def give_back(self, address: str) -> None:
        """Done waiting."""
        with self._lock:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]


class _Body:
    """A body of so many bytes that is read while a place is held."""

    def __init__(self, inner: Any, length: int, places: WaitingPlaces, address: str) -> None:
        self._inner, self._left, self._places, self._address = inner, length, places, address

    def read(self, *size: int) -> bytes:
        return self._within(self._inner.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._within(self._inner.readline, *size)

    def _within(self, work: Callable[..., bytes], *size: int) -> bytes:
        self._places.take(self._address)
        try:
            got = work(*size)
        finally:
            self._places.give_back(self._address)
        self._left -= len(got)
        return got

    def throw_away_the_rest(self) -> None:
        """Read what nobody asked for, unless too much of it is left or too many wait already."""
        if self._left > MOST_THROWN_AWAY_BYTES:
            return
        with suppress(OSError):  # it broke off, or no place is free
            while self._left > 0 and self.read(min(self._left, _CHUNK_BYTES)):
                pass


def patient(application: Application, config: Config) -> Application:
    """The application, with bounds on how many of its threads wait for bodies."""
    most = max(1, int(config.threads * SHARE))
    places = WaitingPlaces(most, max(1, int(most * SHARE_OF_ADDRESS)))

    def bounded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or length == "0":
            return application(environ, start_response)
        address = address_in(environ, config.proxies)
        body = environ["wsgi.input"] = _Body(environ["wsgi.input"], int(length), places, address)
        answer = application(environ, start_response)
        if "HTTP_EXPECT" not in environ:  # who waits for a word before sending sends nothing once refused
            body.throw_away_the_rest()
        return answer

    return bounded
