"""
Who may speak to the workbench: whoever has the link, from a page of ours, on this machine.

The address of a request must be this machine's (another name that leads here, as a rebound DNS name
does, is refused by Django's list of hosts); a request that a foreign page sent names a foreign origin
and is refused; and every request must bear the token of the link, in a cookie that the link sets, in
``Authorization: Bearer``, or in ``?token=``.

What a request to the workbench may be (its method, and a body of JSON), and how its answer travels.
"""

from __future__ import annotations

import gzip
import hmac
import json
import os
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpResponse, HttpResponseRedirect

from blockplan.errors import BlockplanError, ScenarioGoneError
from blockplan.portal.api.answers import as_json
from blockplan.portal.workspace.current_desk import TOKEN
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

TEXTS = Catalog(__package__, "refusals.toml")
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


def refused_in(request: HttpRequest, status: int, error: str, code: str, /, **values: Any) -> HttpResponse:
    """An error whose words stand under `code` in ``refusals.toml``, in the language of the page that asks."""
    message, remedy = (
        TEXTS(key, lang_of(request), **values) if (key := f"{code}.{part}") in TEXTS else ""
        for part in ("message", "remedy")
    )
    return refused(status, error, message, remedy)


def lang_of(request: HttpRequest) -> str:
    """The language of the page that asks (``?lang=``)."""
    lang = request.GET.get("lang", DEFAULT_LANGUAGE)
    return lang if lang in LANGUAGES else DEFAULT_LANGUAGE


def _refusal(request: HttpRequest) -> HttpResponse | None:
    try:
        host = request.get_host()
    except DisallowedHost:
        return refused_in(request, 400, "host", "host")
    origin = request.headers.get("Origin")
    site = "none" if request.method in SAFE else request.headers.get("Sec-Fetch-Site", "none")
    foreign = site not in {"same-origin", "none"} if origin is None else urlsplit(origin).netloc != host
    if foreign:
        return refused_in(request, 403, "origin", "origin")
    if not _has_token(request):
        return refused_in(request, 403, "token", "token")
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


FORM = "multipart/form-data"
#: Shorter answers travel as they are, bytes.
WORTH_SQUEEZING = 1000


class UnreadableBodyError(BlockplanError):
    """The body of a request is no JSON object; code and `status` say what is wrong with it."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(TEXTS(f"{code}.message"))
        self.code, self.status = code, status


def body_of(request: HttpRequest) -> dict[str, Any]:
    """
    What the request says; nothing where it has no body.

    Raises
    ------
    UnreadableBodyError
        If it is a form (415), or no JSON object (422).
    """
    if request.content_type == FORM:
        raise UnreadableBodyError("form", 415)
    try:
        said = json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        raise UnreadableBodyError("no_json", 422) from None
    if said is not None and not isinstance(said, dict):
        raise UnreadableBodyError("no_object", 422)
    return said or {}


def squeezed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """
    An answer of JSON, compressed for whoever takes it so; no secret stands in one.

    What an edit answers is compressed fast: somebody waits for it. What a page loads with is compressed well.
    """
    if not answer.get("Content-Type", "").startswith("application/json") or answer.streaming:
        return answer
    answer.headers["Vary"] = "Accept-Encoding"
    if takes_gzip(request) and not answer.has_header("Content-Encoding"):
        content: bytes = answer.content  # type: ignore[attr-defined]
        if len(content) >= WORTH_SQUEEZING:
            level = 6 if request.method == "GET" else 1
            answer.content = gzip.compress(content, level, mtime=0)  # type: ignore[attr-defined]
            answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip(request: HttpRequest) -> bool:
    """Whether who asks takes compressed answers."""
    return "gzip" in request.headers.get("Accept-Encoding", "")


def takes(
    view: Callable[..., HttpResponseBase], *methods: str, form: bool = False
) -> Callable[..., HttpResponseBase]:
    """
    A view that answers to some methods, and to HEAD as to GET (the server leaves the body out).

    Where a view reads no body, an unreadable one is refused all the same; `form` is for files.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    @wraps(view)
    def answered(request: HttpRequest, **parts: str) -> HttpResponseBase:
        if request.method not in allowed:
            listed = ", ".join(allowed)
            answer: HttpResponse = refused_in(request, 405, "method", "method", allowed=listed)
            answer.headers["Allow"] = listed
            return answer
        try:
            if request.method == "POST" and not form:
                body_of(request)
            return squeezed(request, view(request, **parts))
        except UnreadableBodyError as error:
            return refused_in(request, error.status, "body", error.code)
        except ScenarioGoneError as error:
            return refused(409, "scenario", (error.text or {}).get(lang_of(request), str(error)))

    return answered
