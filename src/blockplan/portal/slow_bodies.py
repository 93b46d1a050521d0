"""
Who sends a body slowly keeps one thread waiting; not all of them may wait so at once.

A proxy in front that takes a request in whole before it passes it on (nginx does so) leaves nothing to do
here. Behind one that passes on what comes as it comes, some dozens of slow senders would stop the service: so
only some threads of a worker may wait for bodies at a time, fewer still for one address, and whoever comes on
top is told to come back at once.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.portal.security_headers import address_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from blockplan.portal.config import Config

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Of a worker's threads, this share may wait for bodies; of these, one address has that share.
SHARE = 0.75
SHARE_OF_ADDRESS = 0.5


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
    """A body that is read while a place is held."""

    def __init__(self, inner: Any, places: WaitingPlaces, address: str) -> None:
        self._inner, self._places, self._address = inner, places, address

    def read(self, *size: int) -> bytes:
        return self._within(self._inner.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._within(self._inner.readline, *size)

    def _within(self, work: Callable[..., bytes], *size: int) -> bytes:
        self._places.take(self._address)
        try:
            return work(*size)
        finally:
            self._places.give_back(self._address)


def patient(application: Application, config: Config) -> Application:
    """The application, with bounds on how many of its threads wait for bodies."""
    most = max(1, int(config.threads * SHARE))
    places = WaitingPlaces(most, max(1, int(most * SHARE_OF_ADDRESS)))

    def bounded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") not in {None, "", "0"}:
            address = address_in(environ, config.proxies)
            environ["wsgi.input"] = _Body(environ["wsgi.input"], places, address)
        return application(environ, start_response)

    return bounded
