"""
What holds for every request to the API, before and after its routes.

Methods and media types that no route takes are refused; HEAD is GET without a body; public reading is open to
pages of other sites (CORS), nothing else is; errors that come from outside of the routes get the one shape.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from blockplan.portal.api.answers import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    Handler = Callable[[HttpRequest], HttpResponse]

PREFIX = "/api/"
READING = "GET, HEAD, OPTIONS"
MAX_AGE_S = 10
#: Status -> word, for answers that Django made.
_WORDS = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method",
    411: "no_length",
    413: "too_large",
}


def guard(get_response: Handler) -> Handler:
    """Middleware of the whole service that looks after the API alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        answer = _early(request) or _in_one_shape(request, get_response(_as_get(request)))
        return _open_to_readers(request, answer)

    return middleware


def _early(request: HttpRequest) -> HttpResponse | None:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": READING + ", POST"})
    if request.method not in {"GET", "HEAD", "POST"}:
        return fault(request, "method", Allow=READING + ", POST")
    if request.method == "POST" and request.content_type not in _media_types(request):
        return fault(request, "media_type", (request.content_type or "")[:60])
    if request.method == "POST" and (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
        return fault(request, "media_type", "charset")
    return None


def _media_types(request: HttpRequest) -> tuple[str, ...]:
    """An opinion may come with files."""
    parts = ("multipart/form-data",) if request.path_info.endswith(("/opinions", "/amend")) else ()
    return ("application/json", *parts)


def _as_get(request: HttpRequest) -> HttpRequest:
    """HEAD asks what GET would answer; the server leaves the body out."""
    if request.method == "HEAD":
        request.method = "GET"
        request.api_head = True  # type: ignore[attr-defined]
    return request


def _in_one_shape(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if answer.status_code < 400 or "json" in answer.headers.get("Content-Type", ""):
        return answer
    word = _WORDS.get(answer.status_code, "our_fault" if answer.status_code >= 500 else "bad_request")
    told = fault(request, word)
    if "Allow" in answer.headers:
        told.headers["Allow"] = answer.headers["Allow"]
    return told


def _open_to_readers(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if request.method in {"GET", "OPTIONS"}:
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        answer.headers["Access-Control-Max-Age"] = "86400"
    elif request.method == "POST" or answer.status_code >= 400:
        answer.headers["Cache-Control"] = "no-store"
    elif not answer.streaming and "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
        answer = _unless_known(request, answer)
    patch_vary_headers(answer, ["Accept-Language"])
    if not answer.streaming and answer.status_code not in {204, 304}:
        answer.headers["Content-Length"] = str(len(answer.content))
        if getattr(request, "api_head", False):
            answer.content = b""
    return answer


def _unless_known(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """304 where the reader holds the same content."""
    etag = f'"{sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer
