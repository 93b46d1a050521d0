"""
When a request reached the service: noted at the door, before any lock, queue of ours or look at the database.

Whether an opinion is late is told by this moment, so that nobody is late because others were slow. Behind a
proxy of ours that says when a request came (``X-Request-Start: t=1774951199.123``) it is the proxy's moment,
so that waiting for a free thread of the server counts against nobody either.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from blockplan.notice.events import LONGEST_WAY
from blockplan.portal import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.http import HttpRequest

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

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
