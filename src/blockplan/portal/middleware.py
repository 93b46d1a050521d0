"""
What holds for every request, in the order of `settings.MIDDLEWARE`: when it came, headers, language, body.

Two parts have more of their own: `blockplan.portal.api.middleware`, `blockplan.portal.office.middleware`.
"""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from blockplan.notice.intake.limits import LIMITS
from blockplan.portal import arrival
from blockplan.portal.lang import DJANGO, of_path, wanted
from blockplan.portal.pages import errors
from blockplan.portal.security_headers import HEADERS
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    Handler = Callable[[HttpRequest], HttpResponse]

#: What no database holds in a text, and nobody types.
NUL = "\x00"
#: The files of an opinion, words and wrapping around them.
LARGEST_BYTES = LIMITS.files_bytes + 4_000_000
#: A plan package, for whoever is signed in.
LARGEST_OF_OFFICE_BYTES = 204_000_000


def arrived(get_response: Handler) -> Handler:
    """The first of all: when a request came, where no server noted it at the door."""

    def middleware(request: HttpRequest) -> HttpResponse:
        arrival.note(request)
        return get_response(request)

    return middleware


def headers(get_response: Handler) -> Handler:
    """
    Adds the headers of `blockplan.portal.security_headers` that a view did not set itself.

    "Not modified" bears none: a browser puts its headers in the place of those that it keeps with the page,
    and the page would come back under another policy than its own.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return middleware


def language(get_response: Handler) -> Handler:
    """``request.lang``, and Django's own sentences in it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        lang = of_path(request.path_info) or wanted(request.headers.get("Accept-Language", ""))
        request.lang = lang  # type: ignore[attr-defined]
        with translation.override(DJANGO.get(lang, DEFAULT_LANGUAGE)):
            return get_response(request)

    return middleware


def readable(get_response: Handler) -> Handler:
    """A body that is too long, or of which nobody knows how long it is, is not read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Transfer-Encoding") and not request.META.get("CONTENT_LENGTH"):
            return errors.no_length(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > _most(request):
            return errors.too_large(request)
        if NUL in unquote(request.META.get("QUERY_STRING", "")) and not request.path_info.startswith("/api/"):
            return errors.bad_request(request)  # the API has words of its own for it
        return get_response(request)

    return middleware


def _most(request: HttpRequest) -> int:
    in_office = "/office/" in request.path_info and settings.SESSION_COOKIE_NAME in request.COOKIES
    return LARGEST_OF_OFFICE_BYTES if in_office else LARGEST_BYTES


def small_styles(get_response: Handler) -> Handler:
    """Style sheets, which words wait for, are sent compressed to whoever takes them so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        takes = "gzip" in request.headers.get("Accept-Encoding", "")
        if takes and response.status_code == 200 and request.path.endswith(".css") and response.streaming:
            content = gzip.compress(b"".join(response.streaming_content), 9, mtime=0)  # type: ignore[attr-defined]
            response.close()
            kept = {name: said for name, said in response.items() if name != "Content-Length"}
            return HttpResponse(
                content, headers=kept | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            )
        return response

    return middleware
