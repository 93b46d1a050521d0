"""Pages of a draft, for who may see it: what every request of the service passes by."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from blockplan.portal.office.preview import has_session, look

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    Handler = Callable[[HttpRequest], HttpResponseBase]


def preview(get_response: Handler) -> Handler:
    """Lets the pages ask for a draft, and keeps what they then say out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.preview = partial(look, request)  # type: ignore[attr-defined]
        response = get_response(request)
        if hasattr(request, "previewed"):
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["X-Robots-Tag"] = "noindex"
            del response.headers["ETag"]
        elif has_session(request) and response.headers.get("Content-Type", "").startswith("text/html"):
            # One address has two pages for the office: a browser must not show the other one for a while.
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    return middleware
