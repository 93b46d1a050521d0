"""What holds for every request before its body is read: how long it is, that it says so, what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings

from blockplan.notice.intake.limits import LIMITS
from blockplan.portal.pages import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

#: What no database holds in a text, and nobody types.
NUL = "\x00"
#: The files of an opinion, words and wrapping around them.
LARGEST_BYTES = LIMITS.files_bytes + 4_000_000
#: A plan package, for whoever is signed in.
LARGEST_OF_OFFICE_BYTES = 204_000_000


def guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a body that is too long, or of which nobody knows how long it is, is not read."""

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
