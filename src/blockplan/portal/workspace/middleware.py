"""
Who may speak to the workbench: whoever has the link, from a page of ours, on this machine.

The address of a request must be this machine's (another name that leads here, as a rebound DNS name
does, is refused by Django's list of hosts); a request that a foreign page sent names a foreign origin
and is refused; and every request must bear the token of the link, in a cookie that the link sets, in
``Authorization: Bearer``, or in ``?token=``.
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpResponse, HttpResponseRedirect

from blockplan.portal.api.answers import as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

#: The token reaches the service's process by this name.
TOKEN = "BLOCKPLAN_WORKBENCH_TOKEN"  # noqa: S105 (the name of a variable)
#: With the port after it: a browser keeps the cookies of all ports of a machine together.
COOKIE = "blockplan-workbench"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuses whoever has no link, and adds the headers that a view did not set itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = _refusal(request) or _entry(request) or get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def refused(status: int, error: str, message: str, remedy: str = "") -> HttpResponse:
    """An error of the workbench: the same shape whatever went wrong."""
    return as_json({"error": error, "message": message, "remedy": remedy}, status=status)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    try:
        host = request.get_host()
    except DisallowedHost:
        return refused(
            400, "host", "This address is not the workbench's.", "Open the link as it was printed."
        )
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return refused(403, "origin", "Another page sent this request.", "Use the workbench's own page.")
    if (
        origin is None
        and request.method not in SAFE
        and request.headers.get("Sec-Fetch-Site", "none")
        not in {
            "same-origin",
            "none",
        }
    ):
        return refused(403, "origin", "Another page sent this request.", "Use the workbench's own page.")
    if not _has_token(request):
        return refused(
            403,
            "token",
            "The link to this workbench is needed.",
            "Open the link that `blockplan edit` printed; it bears a token.",
        )
    return None


def _entry(request: HttpRequest) -> HttpResponse | None:
    """Whoever comes by the link gets the cookie, and an address without the token."""
    wanted = os.environ.get(TOKEN, "")
    if request.method != "GET" or "token" not in request.GET or not _accepts_html(request):
        return None
    rest = request.GET.copy()
    del rest["token"]
    response = HttpResponseRedirect(request.path + (f"?{rest.urlencode()}" if rest else ""))
    response.set_cookie(_cookie(request), wanted, httponly=True, samesite="Strict", path="/")
    return response


def _cookie(request: HttpRequest) -> str:
    return f"{COOKIE}-{request.get_port()}"


def _accepts_html(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _has_token(request: HttpRequest) -> bool:
    wanted = os.environ.get(TOKEN, "")
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    given = (request.COOKIES.get(_cookie(request), ""), bearer, request.GET.get("token", ""))
    return bool(wanted) and any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)
