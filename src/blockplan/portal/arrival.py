"""
When a request reached the service: noted at the door, before any lock, queue or look at the database.

Whether an opinion is late is told by this moment, so that nobody is late because others were slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.portal import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_KEY = "blockplan.arrived"


def stamp(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the first of all."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.META[_KEY] = clock.now()
        return get_response(request)

    return middleware


def arrived(request: HttpRequest) -> dt.datetime:
    """When it came."""
    found: dt.datetime = request.META[_KEY]
    return found
