"""What stands before every form of ours: the notice, the size of what comes, that it is a form of ours."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponseForbidden, HttpResponseNotAllowed, QueryDict, UnreadablePostError
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from blockplan.notice.intake.limits import LIMITS, size
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

#: Words and wrapping around the files.
ROOM_BYTES = 4_000_000
METHODS = ("GET", "HEAD", "POST")
NUL, UNKNOWN = "\x00", "\ufffd"


def of_our_pages(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """
    A form that anybody may send without a cookie: only from a page of ours, and no more than is taken in.

    There is no session that another site could misuse; what a browser says of where the form stood is
    checked all the same, so that no other site sends forms through its readers.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if request.method == "POST":
            if not _is_ours(request):
                return HttpResponseForbidden(render(request, "portal/error.html", _WORDS).content)
            if int(request.META.get("CONTENT_LENGTH") or 0) > LIMITS.files_bytes + ROOM_BYTES:
                return _too_large(request)
            try:
                request.POST = _storable(request.POST)  # type: ignore[assignment]
            except RequestDataTooBig:
                return _too_large(request)
            except UnreadablePostError:  # it broke off, or too many wait for theirs already
                return _not_read(request)
        response = view(request, *arguments, **named)
        response.headers.setdefault("Cache-Control", "no-store" if request.method == "POST" else "no-cache")
        return response

    return guarded


_WORDS = {
    "key": "error.not_from_our_page", "title_key": "error.title.not_from_our_form", "status": 403
}  # fmt: skip


def notice_of(notice: str) -> Notice:
    """The notice, if everybody may see it; 404 otherwise."""
    row = Notice.objects.exclude(state="draft").filter(id=notice).first()
    if row is None:
        raise Http404
    return row


def _is_ours(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def _storable(post: QueryDict) -> QueryDict:
    """What was filled in, without the sign that no database holds."""
    if not any(NUL in value for values in post.lists() for value in (values[0], *values[1])):
        return post
    found = QueryDict(mutable=True)
    for name, values in post.lists():
        found.setlist(name.replace(NUL, UNKNOWN), [str(value).replace(NUL, UNKNOWN) for value in values])
    return found


def _not_read(request: HttpRequest) -> HttpResponse:
    response = render(request, "portal/opinion_stopped.html", {"why": "not_read"}, status=503)
    response.headers["Retry-After"] = "5"
    return response


def _too_large(request: HttpRequest) -> HttpResponse:
    most = size(LIMITS.files_bytes)
    return render(request, "portal/opinion_stopped.html", {"why": "too_large", "most": most}, status=413)
